"""What every request gets: a request context on the way in, security headers on the way out."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.gzip import GZipMiddleware

from ..request_context import Client, RequestContext, using
from .client_address import TrustedProxies

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class RequestContextMiddleware:
    """A fresh context for each request: its id, and where it comes from. Who acts is found out further in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.proxies = TrustedProxies.parse(settings.TRUSTED_PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        client = Client(
            address=self.proxies.client(request.META),
            user_agent=request.headers.get("User-Agent", ""),
            hints={k.lower(): v for k, v in request.headers.items() if k.lower().startswith("sec-ch-ua")},
            touch_points=_touch_points(request),
            headers=request.headers,
        )
        is_head = request.method == "HEAD"
        with using(RequestContext(client=client, request_id=uuid.uuid4(), is_head=is_head)) as context:
            response = self.get_response(request)
        response["X-Request-ID"] = str(context.request_id)
        return response


def _touch_points(request: HttpRequest) -> int | None:
    """How many touch points the screen has: the sign-in page asks because an iPad claims to be a Mac."""
    if request.method != "POST":
        return None
    try:
        value = request.POST.get("touch_points", "")
    except (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return None  # the view will say what is wrong with it
    except LookupError:  # a part's own parameter, in a codec that there is not
        raise BadRequest("The form can’t be read. Go back, reload the page and try again.") from None
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 4 else None


class CompressionMiddleware(GZipMiddleware):
    """Compresses pages. Not what is streamed: a download would wait in the compressor, and static files are compressed.

    What the size of an answer might give away (BREACH) is blurred: by bytes of random number, and Django masks its
    a new CSRF token for each answer.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)


class SecurityHeadersMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code >= 400):  # Django's own pages for developers bring styles along
            response.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        response.setdefault("Cache-Control", "no-store")
        return response

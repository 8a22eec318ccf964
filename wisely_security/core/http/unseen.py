"""Requests whose answer nobody reads: HEAD, and pages that a browser fetches in case somebody goes there.

Neither is a view, so neither is recorded as one; so neither may disclose what a view would.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase

SPECULATIVE_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
SPECULATIVE = ("prefetch", "prerender", "preview")


class HeadMiddleware:
    """Answers HEAD with headers alone. What is recorded as viewed asks ``RequestContext.is_head``.

    Without the length too, which differs with what a page shows. A web server that is given a body for HEAD complains.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "HEAD" and isinstance(response, HttpResponse) and response.content:
            response.content = b""
            del response["Content-Length"]
        return response


class SpeculationMiddleware:
    """Refuses what is fetched ahead. Browsers drop such an answer, and ask again when somebody goes there.

    Not with 204, which a browser may keep for that moment, nor with 5xx, which would be an error of ours in the log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in {"GET", "HEAD"} and _is_speculative(request):
            return HttpResponse(status=HTTPStatus.TOO_EARLY, headers={"Cache-Control": "no-store"})
        return self.get_response(request)


def _is_speculative(request: HttpRequest) -> bool:
    purposes = " ".join(request.headers.get(name, "") for name in SPECULATIVE_HEADERS).lower()
    return any(word in purposes for word in SPECULATIVE)

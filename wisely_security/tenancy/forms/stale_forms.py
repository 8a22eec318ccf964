"""A form or a script of a page that is no longer what the browser is signed in to: nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from wisely_security.core.errors import notice

from ..models import User
from . import unsaved
from .form_owner import FIELD, HEADER, current_owner, is_from_here, tenant_of
from .sign_in import SignInForm

V = TypeVar("V", bound=Callable[..., Any])
_MAY_BE_OLD = "form_may_be_old"


def may_be_old(view: V) -> V:
    """A view that needs no token of the present session: to sign in or out, or to use a link.

    The browser itself reports that the form is of this site (``Origin``), even if its token is of an earlier session.
    """
    setattr(view, _MAY_BE_OLD, True)
    return view


class FormOwnerMiddleware:
    """A form is taken only from whoever was signed in, and for the tenant that was shown, when it was opened.

    Comes before Django's middleware, which asks for the token of the session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, callback: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if request.method == "POST" and getattr(callback, _MAY_BE_OLD, False) and is_from_here(request):
            request.csrf_processing_done = True  # type: ignore[attr-defined]
        elif _owner_differs(request, callback):
            return script_refused(request) if request.method == "GET" else csrf_failure(request)
        return None


def _owner_differs(request: HttpRequest, callback: Any) -> bool:
    """Only a request that carries an owner can differ. An anonymous script request is sent to sign in."""
    if getattr(callback, "csrf_exempt", False):
        return False
    if request.method == "GET":
        owner = request.headers.get(HEADER)
        return owner is not None and isinstance(request.user, User) and owner != current_owner(request)
    return request.method == "POST" and request.POST.get(FIELD, "") not in {"", current_owner(request)}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Instead of what a form asks for. Only its own person is shown again what was typed."""
    owner, user = request.POST.get(FIELD, ""), getattr(request, "user", None)
    if not owner or not is_from_here(request):
        return _page(request, 403)
    if not isinstance(user, User):
        return _sign_in(request)
    if owner == current_owner(request):
        return _once_more(request)
    tenant = tenant_of(owner, user)
    kept = tenant == user.tenant and unsaved.keep(request)
    back_url = request.path if kept else _page_before(request)
    return _page(request, 409, other=True, shown=tenant, kept=kept, back_url=back_url)


def script_refused(request: HttpRequest) -> HttpResponse:
    """A script gets a notice above its page, which stays as it was."""
    shown = tenant_of(request.headers[HEADER], request.user) if isinstance(request.user, User) else None
    return notice(request, "tenancy/stale_page.html", 409, shown=shown, back_url=_page_before(request))


def _sign_in(request: HttpRequest) -> HttpResponse:
    """The session has ended. Who signs in as the same person has the form back."""
    for_support = request.path.startswith(reverse("admin:index"))
    carried = unsaved.pack(request)
    context = {
        "form": SignInForm(request),
        "next": request.path if carried else _page_before(request),
        "sign_in_url": reverse("admin:login" if for_support else "sign_in"),
        "has_ended": True,
        unsaved.CARRIED: carried,
    }
    return render(request, "admin/login.html" if for_support else "tenancy/sign_in.html", context, status=403)


def _once_more(request: HttpRequest) -> HttpResponse:
    """The same person has signed in again meanwhile."""
    kept = unsaved.keep(request)
    then = "Check what you typed, then submit it again." if kept else "Please try again."
    messages.warning(request, f"You have signed in again since you opened this page, so nothing was saved. {then}")
    return redirect(request.path if kept else _page_before(request))


def _page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """In the shell, where somebody is signed in who has one."""
    context["shell"] = "base.html" if getattr(request, "tenant", None) else "base_plain.html"
    return render(request, "tenancy/stale_form.html", context, status=status)


def _page_before(request: HttpRequest) -> str:
    """The path of the page that a request comes from, if that is one of this site."""
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    path = came_from._replace(scheme="", netloc="", fragment="").geturl()
    if came_from.netloc != request.get_host() or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return reverse("home")
    return path

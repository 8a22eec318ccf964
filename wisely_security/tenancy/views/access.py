"""Who may open a page: the base of every page behind the sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django_htmx.http import HttpResponseClientRedirect

from ..models import Tenant, User
from ..sign_in import signals

if TYPE_CHECKING:
    from ..sign_in.session_store import SessionStore

    class MemberRequest(HttpRequest):
        """A request of a signed-in member. ``tenant`` is the one whose data is shown: not always the member's own."""

        user: User
        tenant: Tenant
        session: SessionStore
        htmx: bool


class MissingPermission(PermissionDenied):
    """``permission``: the one that the person lacks; "" where no permission would help. The page names it."""

    def __init__(self, message: str = "", permission: str = "") -> None:
        super().__init__(message)
        self.permission = permission


class AccessRefused(MissingPermission):
    """The person may not do this. ``area``: what it was about, in words; it is recorded (TenantMiddleware)."""

    def __init__(self, area: str, message: str = "", permission: str = "") -> None:
        super().__init__(message, permission)
        self.area = area


class SignedInView(View):
    """For anybody who is signed in, support staff too. Everybody else is sent to sign in, and comes back."""

    request: MemberRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        return super().dispatch(request, *args, **kwargs)


class MemberView(SignedInView):
    """For members of a tenant who hold ``permission``.

    ``area``: the page in words. ``changes``: it changes data, which an aggregator's admin does not do in an enterprise.
    """

    permission = ""
    area = ""
    changes = False

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            if request.tenant is None:
                return redirect("admin:index")
            if self.permission and not request.user.may(self.permission):
                raise AccessRefused(self.area, permission=self.permission)
            if self.changes and request.tenant != request.user.tenant:
                raise AccessRefused(
                    self.area,
                    f"You are viewing {request.tenant}’s data. Return to your own tenant to make changes.",
                )
        return super().dispatch(request, *args, **kwargs)

    def record_view(self, area: str = "") -> None:
        """The tenant whose data is shown has this look in its record."""
        signals.settings_viewed.send(
            type(self), user=self.request.user, tenant_id=self.request.tenant.pk, area=area or self.area
        )


def go_on(request: HttpRequest, otherwise: str) -> HttpResponseRedirectBase:
    """To the path that a form says in ``next``: of this site, and a path, for ``redirect`` would take the name of a URL
    as well. ``otherwise``: the name or the path of a page."""
    path = request.POST.get("next", "")
    is_path = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return HttpResponseRedirect(path) if is_path else redirect(otherwise)


def _to_sign_in(request: HttpRequest) -> HttpResponseRedirectBase | HttpResponseClientRedirect:
    if not getattr(request, "htmx", False):
        return redirect_to_login(request.get_full_path())
    try:
        shown = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
    except ValueError:
        shown = "/"
    return HttpResponseClientRedirect(redirect_to_login(shown).url)  # a partial has no place for the sign-in page

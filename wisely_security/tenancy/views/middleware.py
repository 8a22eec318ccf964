"""From a session to a scope: whose data this request may touch, and who acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from wisely_security.core.request_context import acting_as, current, using

from ..models import Session, Tenant, User
from ..sign_in import signals
from ..sign_in.sessions import RIGHTS_KEY, TENANT_KEY, VIEWED_TENANT_KEY, limits
from .access import AccessRefused
from .time_zone import zone_of


class SessionCookieMiddleware:
    """Around Django's for sessions: an answer takes no key from the browser that another one has brought meanwhile."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.leaves_cookie:  # type: ignore[attr-defined]
            response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        return response


class TenantMiddleware:
    """Sets the scope for the rest of the request: the member's own tenant, or the enterprise that an aggregator's
    admin has switched to, or, inside Django admin alone, every tenant for support staff."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.tenant = None  # type: ignore[attr-defined]
        own = request.session.get(TENANT_KEY)
        if own is None:
            return self.get_response(request)
        with acting_as(tenant_id=UUID(own) if own else None, support=not own):
            user = request.user = get_user(request)  # itself: whatever asks it goes through no lazy object
            if not isinstance(user, User):  # suspended or deleted meanwhile, or the password has changed
                request.session.flush()  # or it would go on when the person is activated again
                return self.get_response(request)
            request.session.in_use(limits(user.tenant))  # type: ignore[attr-defined]
            if request.session.get(RIGHTS_KEY) != user.rights_token:  # OWASP ASVS 5.0, 7.2.4
                request.session[RIGHTS_KEY] = user.rights_token
                request.session.renew_key()  # type: ignore[attr-defined]
            tenant = user.tenant and (_viewed(request, user) or user.tenant)
            zone = zone_of(request.session, user, tenant)
        row: Session = request.session.row  # type: ignore[attr-defined]
        request.tenant = tenant  # type: ignore[attr-defined]
        scope = replace(
            current(),
            tenant_id=tenant.id if tenant else None,
            support=user.is_staff and request.path_info.startswith("/admin/"),
            actor=user.as_actor(),
            client=replace(current().client, touch_points=row.client["touch"]),
            session=row.name,
        )
        with using(scope), timezone.override(zone):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A refusal is recorded after the view's transaction has gone, in one of its own."""
        if isinstance(exception, AccessRefused):
            with transaction.atomic():
                signals.access_refused.send(
                    type(self),
                    user=request.user,
                    tenant_id=current().tenant_id,
                    area=exception.area,
                    changing=request.method == "POST",
                )


def _viewed(request: HttpRequest, user: User) -> Tenant | None:
    viewed = request.session.get(VIEWED_TENANT_KEY)
    if viewed is None:
        return None
    return next((tenant for tenant in user.enterprises if str(tenant.pk) == viewed), None)

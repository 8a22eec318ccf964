"""Whose page it is: who was signed in when it was shown, and whose data it shows.

A browser has one session for all its tabs. What is signed in, switched to or signed out in one of them holds for the
others, whose pages still show what was. So each form and each request of a script carries a token of its page's owner.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from ..models import Tenant, User

FIELD = "form_owner"  # of a form
HEADER = "Page-Owner"  # of a script's request


def owner_token(user: User, tenant_id: UUID | None) -> str:
    """Not a secret: it reveals and opens nothing, but nobody else can create it."""
    mac = salted_hmac("wisely_security.form_owner", f"{user.pk} {tenant_id or ''}", algorithm="sha256")
    return mac.hexdigest()[:32]


def current_owner(request: HttpRequest) -> str:
    """The token of what this request shows; "" where nobody is signed in."""
    user, tenant = getattr(request, "user", None), getattr(request, "tenant", None)
    return owner_token(user, tenant and tenant.pk) if isinstance(user, User) else ""


def tenant_of(token: str, user: User) -> Tenant | None:
    """The tenant whose data a page of this user showed; None: it was somebody else's page."""
    if user.tenant is None:
        return None
    tenants = [user.tenant, *user.enterprises]
    return next((tenant for tenant in tenants if owner_token(user, tenant.pk) == token), None)


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser states that a page of this site sent the form. Other sites cannot forge that."""
    origin = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") == origin and request.headers.get("Sec-Fetch-Site", "") in {"", "same-origin"}

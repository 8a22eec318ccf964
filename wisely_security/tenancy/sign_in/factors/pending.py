"""A sign-in that waits for its second factor: the password was right, and the browser is not signed in.

It is in a signed cookie of one browser, for ten minutes. It opens no session, only the page that asks for the factor. A
new password, another status or a reset of the factors ends it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare

from wisely_security.cells.moved import follow

from ...models import User
from ..links import named_user

COOKIE = "wisely_pending_sign_in"
SALT = "wisely_security.pending_sign_in"
MINUTES = 10


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """``name``: what its page sends back, so that a page of another tab does not end another person's sign-in.

    ``for_support``: it began at the door of Django admin.
    """

    user: User
    name: str
    for_support: bool


def begin(response: HttpResponseBase, user: User, *, for_support: bool = False) -> PendingSignIn:
    pending = PendingSignIn(user, secrets.token_hex(8), for_support)
    data = {
        "user": str(user.pk),
        "name": pending.name,
        "password": user.get_session_auth_hash(),
        "for_support": for_support,
    }
    response.set_cookie(
        COOKIE,
        signing.dumps(data, salt=SALT),
        max_age=MINUTES * 60,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
    return pending


def current(request: HttpRequest) -> PendingSignIn | None:
    """Raises MovedError."""
    try:
        data: dict[str, Any] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=MINUTES * 60)
    except signing.BadSignature:
        return None
    user_id = UUID(data["user"])
    user = named_user(user_id)
    follow(user, lambda: named_user(user_id))
    if user is None or not user.is_active or not user.has_second_factor:
        return None
    if not constant_time_compare(data["password"], user.get_session_auth_hash()):
        return None
    return PendingSignIn(user, data["name"], data["for_support"])


def end(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")

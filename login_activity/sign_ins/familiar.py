"""The browsers and networks that somebody has signed in from: guesses from elsewhere do not lock them out.

A browser keeps a random token for each of the last people who signed in with it, in a signed cookie that survives the
sign-out. The database keeps the token's hash beside the person. So a token opens nothing, is of use for one account,
changes at each sign-in, and ends with the password.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import connection
from django.http import HttpRequest, HttpResponse

from wisely_security.tenancy.models import User

COOKIE = "wisely_device"
DAYS = 180
MOST_PEOPLE = 5
_signer = Signer(salt="login_activity.familiar")


@dataclass(slots=True)
class Browser:
    """Of one request. ``tokens``: what its cookie holds; ``changed``: the answer brings another one."""

    tokens: list[str]
    changed: bool = False


_browser: ContextVar[Browser | None] = ContextVar("browser", default=None)


class FamiliarBrowserMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        browser = Browser(_tokens(request.COOKIES.get(COOKIE, "")))
        before = _browser.set(browser)
        try:
            response = self.get_response(request)
        finally:
            _browser.reset(before)
        if browser.changed:
            response.set_cookie(
                COOKIE,
                _signer.sign(".".join(browser.tokens)),
                max_age=DAYS * 24 * 3600,
                secure=bool(settings.SESSION_COOKIE_SECURE),
                httponly=True,
                samesite="Lax",
            )
        return response


def _tokens(cookie: str) -> list[str]:
    try:
        return _signer.unsign(cookie).split(".")[:MOST_PEOPLE] if cookie else []
    except BadSignature:
        return []


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def hashes() -> list[str]:
    """Of what the current browser's cookie holds."""
    browser = _browser.get()
    return [hash_token(token) for token in browser.tokens] if browser else []


def new_token() -> str | None:
    """For the current browser, if there is one."""
    return secrets.token_urlsafe(24) if _browser.get() else None


def keep(token: str, replaced: str | None) -> None:
    """``replaced``: the hash of the token that this one takes the place of."""
    browser = _browser.get()
    if browser is not None:
        others = [each for each in browser.tokens if hash_token(each) != replaced]
        browser.tokens, browser.changed = [token, *others][:MOST_PEOPLE], True


def forget(user: User) -> None:
    """Nothing is familiar any more, of any browser: after a reset of somebody's second factors."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT login_activity_forget_familiar(%s)", [user.pk])

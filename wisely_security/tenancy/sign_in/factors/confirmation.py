"""When the person of a session has last shown that it is them: at sign-in, or by signing in again."""

from __future__ import annotations

import time

from django.http import HttpRequest

CONFIRMED_KEY = "confirmed_at"  # in the session
MINUTES = 10


def confirm(request: HttpRequest) -> None:
    request.session[CONFIRMED_KEY] = int(time.time())


def is_confirmed(request: HttpRequest) -> bool:
    """OWASP ASVS 5.0, 7.5.1 and 7.5.3."""
    at: int = request.session.get(CONFIRMED_KEY, 0)
    return 0 <= time.time() - at <= MINUTES * 60

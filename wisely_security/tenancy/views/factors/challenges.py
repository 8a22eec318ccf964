"""What pages that ask for a passkey have in common."""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpRequest
from django.middleware.csrf import get_token

ANSWER = "answer"  # the field that a script fills: what the passkey has signed
NOT_ACCEPTED = "This passkey wasn’t accepted. Try again, or use another way."


def purpose_here(request: HttpRequest, what: str) -> str:
    """What a challenge is for, in this browser alone: nobody has another browser answer it."""
    get_token(request)  # so that there is a cookie to know the browser by
    browser = sha256(str(request.META["CSRF_COOKIE"]).encode()).hexdigest()
    return f"{what}:{browser}"

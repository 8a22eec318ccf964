"""Codes of authenticator apps (TOTP, RFC 6238): six digits, a new one every 30 seconds."""

from __future__ import annotations

import secrets
import time
from base64 import b32encode
from urllib.parse import quote, urlencode

from django.db.models import F
from django.db.models.functions import Now
from django_otp.oath import TOTP

from ...models import AuthenticatorApp, User
from .encryption import decrypt, encrypt, is_current

SEED_BYTES = 20  # RFC 4226, R6: as long as the hash
STEP, DIGITS = 30, 6
ISSUER = "Wisely Security"


class CodeRefusedError(Exception):
    """``reason``: wrong_code, used_code (right, but used before) or expired_code (of the half minute before)."""

    def __init__(self, reason: str, factor: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.factor = factor


def new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)


def as_text(seed: bytes) -> str:
    """The seed in groups of four, for who cannot scan."""
    text = b32encode(seed).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def uri(seed: bytes, email: str) -> str:
    """What the QR code holds (the key URI format of authenticator apps)."""
    label = quote(f"{ISSUER}:{email}", safe=":@")
    query = urlencode({"secret": b32encode(seed).decode(), "issuer": ISSUER, "digits": DIGITS, "period": STEP})
    return f"otpauth://totp/{label}?{query.replace('+', '%20')}"


def step_of(seed: bytes, code: str) -> int:
    """The half minute that a code is of: the present one. Raises CodeRefusedError.

    OWASP ASVS 5.0, 6.5.5: a code lives 30 seconds. So there is no tolerance. One of the half minute before is
    named as such, which gives nothing away: it opens nothing any more.
    """
    digits = "".join(code.split())
    if digits.isascii() and digits.isdigit() and len(digits) == DIGITS:
        totp = TOTP(seed, step=STEP, digits=DIGITS)
        totp.time = time.time()
        if totp.verify(int(digits)):
            return int(totp.t())
        totp.drift = -1
        if totp.verify(int(digits)):
            raise CodeRefusedError("expired_code")
    raise CodeRefusedError("wrong_code")


def use_app_code(user: User, code: str) -> AuthenticatorApp:
    """The app whose code it is. It is used up, whatever follows. Raises CodeRefusedError. In the person's own scope."""
    refused = CodeRefusedError("wrong_code")
    for app in AuthenticatorApp.objects.filter(user=user):
        seed = decrypt(app.seed, user.pk)
        try:
            step = step_of(seed, code)
        except CodeRefusedError as error:
            if error.reason == "expired_code":
                refused = CodeRefusedError("expired_code", app.label)
            continue
        # One statement: of two requests with one code, one finds the row as it was.
        unused = AuthenticatorApp.objects.filter(pk=app.pk, last_step__lt=step)
        seed_now = F("seed") if is_current(app.seed) else encrypt(seed, user.pk)
        if unused.update(last_step=step, last_used_at=Now(), seed=seed_now):
            return app
        refused = CodeRefusedError("used_code", app.label)
    raise refused

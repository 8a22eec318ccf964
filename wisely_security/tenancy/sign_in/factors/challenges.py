"""Challenges: what a passkey signs, so that its answer is of now, and for this.

Nothing is stored for a challenge, so whoever asks for many of them fills no table: it holds its time and a seal of
ours over that and its purpose. That an answer works once is noted with the passkey (``Passkey.challenged_at``).
"""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

VALID = timedelta(minutes=5)
NONCE_BYTES, TIME_BYTES = 16, 8


def make_challenge(purpose: str) -> bytes:
    """``purpose``: what for and for which browser. An answer to it counts for nothing else."""
    body = secrets.token_bytes(NONCE_BYTES) + (time.time_ns() // 1000).to_bytes(TIME_BYTES, "big")
    return body + _seal(body, purpose)


def made_at(challenge: bytes, purpose: str) -> datetime | None:
    """When we made it, for this purpose; None: it is too old, of another purpose, or not ours."""
    body, seal = challenge[: NONCE_BYTES + TIME_BYTES], challenge[NONCE_BYTES + TIME_BYTES :]
    if not constant_time_compare(seal, _seal(body, purpose)):
        return None
    microseconds = int.from_bytes(body[NONCE_BYTES:], "big")
    made = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)
    return made if datetime.now(UTC) - made <= VALID else None


def _seal(body: bytes, purpose: str) -> bytes:
    return salted_hmac(f"wisely_security.passkeys.{purpose}", body, algorithm="sha256").digest()

"""The secret that a webhook's requests are signed with (Standard Webhooks, symmetric signatures).

It is derived from SECRET_KEY and stored nowhere, so neither a copy of the database nor a page that is shown again gives
it away. ``number``: which one of the receiver; the next one replaces it.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha256
from uuid import UUID

from django.utils.crypto import salted_hmac

SALT = "wisely_security.checkpoint_receivers"
PREFIX = "whsec_"


def shown_secret(receiver_id: UUID, number: int) -> str:
    """As receivers enter it."""
    return PREFIX + b64encode(_secret(receiver_id, number)).decode()


def signature(receiver_id: UUID, number: int, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header ``webhook-signature``."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{b64encode(hmac.digest(_secret(receiver_id, number), signed, sha256)).decode()}"


def _secret(receiver_id: UUID, number: int) -> bytes:
    return salted_hmac(SALT, f"{receiver_id}:{number}", algorithm="sha256").digest()

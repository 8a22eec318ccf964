"""What is stored of the secrets of second factors: encrypted, with a key that is not in the database.

AES-256-GCM. The owner's id is authenticated with it, so that a row copied to another person opens nothing.
Several keys (``FACTOR_KEYS``): the first one encrypts, the others still open what was encrypted with them.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64Error
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES, NONCE_BYTES, NAME_BYTES = 32, 12, 8


class NoKeyError(ImproperlyConfigured):
    """A secret was encrypted with a key that ``FACTOR_KEYS`` does not hold, or has been altered."""


def keys() -> dict[bytes, AESGCM]:
    """By name, the one that encrypts first. Raises ImproperlyConfigured; what it says shows nothing of a key."""
    found = {}
    for text in settings.FACTOR_KEYS:
        try:
            key = b64decode(text, validate=True)
        except (NotBase64Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise ImproperlyConfigured("Each of FACTOR_KEYS must be 32 bytes in base64: openssl rand -base64 32.")
        found[sha256(b"wisely_security.factors" + key).digest()[:NAME_BYTES]] = AESGCM(key)
    if not found:
        raise ImproperlyConfigured("Set FACTOR_KEYS, which secrets of second factors are encrypted with.")
    return found


@checks.register
def keys_are_set(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    try:
        keys()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="wisely_security.E033")]
    return []


def encrypt(secret: bytes, owner: UUID) -> str:
    name, key = next(iter(keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    return b64encode(name + nonce + key.encrypt(nonce, secret, owner.bytes)).decode()


def decrypt(stored: str, owner: UUID) -> bytes:
    """Raises NoKeyError."""
    raw = b64decode(stored)
    name, nonce, encrypted = raw[:NAME_BYTES], raw[NAME_BYTES:][:NONCE_BYTES], raw[NAME_BYTES + NONCE_BYTES :]
    key = keys().get(name)
    try:
        if key is not None:
            return key.decrypt(nonce, encrypted, owner.bytes)
    except InvalidTag:
        pass
    raise NoKeyError("A second factor cannot be decrypted: FACTOR_KEYS lacks its key, or the row was altered.")


def is_current(stored: str) -> bool:
    """Whether it is encrypted with the first key."""
    return b64decode(stored)[:NAME_BYTES] == next(iter(keys()))

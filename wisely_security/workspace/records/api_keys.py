"""API keys of access accounts: how they are made, and what is kept of them."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import NamedTuple

from wisely_security.database.cells.names import marked
from wisely_security.database.cells.routing import current_cell

PREFIX = "wsk_"  # scanners of source code find a leaked key by it
BYTES_OF_CHANCE = 32
SHOWN_OF_START = 12


class ApiKey(NamedTuple):
    """``key`` is shown once and not kept; it names its cell, which is not hashed.
    ``key_hash`` and ``key_start`` are what an access account keeps."""

    key: str
    key_hash: str
    key_start: str


def make_key() -> ApiKey:
    key = PREFIX + secrets.token_urlsafe(BYTES_OF_CHANCE)
    return ApiKey(marked(key, current_cell()), hash_of(key), key[:SHOWN_OF_START])


def hash_of(key: str) -> str:
    """SHA-256, in hex. Without salt or stretching: nobody can guess 256 bits of chance."""
    return sha256(key.encode()).hexdigest()

"""The keys that checkpoints are signed with: one Ed25519 key for all logs, and the public keys of those before it.

A private key is 32 random bytes in base64 (``openssl rand -base64 32``), in SIGNING_KEY or in the file SIGNING_KEY_FILE
that nobody but its owner may read. To rotate: put the public key that was in use into SIGNING_KEYS_RETIRED, and replace
the private one. What was signed before still verifies.
"""

from __future__ import annotations

import os
import stat
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from .notes import KEY_SIZE, NoteError, PublicKey, Signer, strict_base64

OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SigningKeyError(Exception):
    """There is no key to sign with. The message is for a person and says what to do."""


class VerifyingKeys(Protocol):
    def verifiers(self, origin: str) -> list[PublicKey]:
        """What this log's checkpoints are verified with, the key in use first."""


@dataclass(frozen=True)
class PublicKeys:
    """Of an installation whose private key is somewhere else, 32 bytes each: enough to verify what it signed."""

    keys: tuple[bytes, ...]

    def verifiers(self, origin: str) -> list[PublicKey]:
        return [PublicKey(origin, key) for key in self.keys]


@dataclass(frozen=True)
class SigningKeys:
    """``private``: the key in use; ``retired``: public keys, 32 bytes each, newest first."""

    private: Ed25519PrivateKey
    retired: tuple[bytes, ...] = ()

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def signer(self, origin: str) -> Signer:
        """Signs as this log: the name of its key is its origin."""
        return Signer(origin, self.private)

    def verifiers(self, origin: str) -> list[PublicKey]:
        return PublicKeys((self.public, *self.retired)).verifiers(origin)


def signing_keys() -> SigningKeys:
    """The keys of this installation. Raises SigningKeyError."""
    typed = settings.SIGNING_KEY
    private = parse_key(typed, "SIGNING_KEY") if typed else read_key(Path(settings.SIGNING_KEY_FILE))
    return SigningKeys(Ed25519PrivateKey.from_private_bytes(private), retired_keys(settings.SIGNING_KEYS_RETIRED))


def retired_keys(typed: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(parse_key(each, "SIGNING_KEYS_RETIRED") for each in typed)


def parse_public_key(text: str) -> bytes:
    """From base64, or from the vkey of one of the logs, which all have the same key. Raises SigningKeyError."""
    try:
        return PublicKey.parse(text.strip()).key
    except NoteError:
        pass
    try:
        return parse_key(text, "")
    except SigningKeyError:
        raise SigningKeyError(f"{text!r} is no public key: neither a vkey nor {KEY_SIZE} bytes in base64.") from None


def parse_key(text: str, where: str) -> bytes:
    """A key, private or public, from base64. Raises SigningKeyError, which does not repeat it."""
    try:
        key = strict_base64(text.strip())
    except NoteError:
        key = b""
    if len(key) != KEY_SIZE:
        raise SigningKeyError(f"{where} must hold {KEY_SIZE} bytes in base64. Make one with: openssl rand -base64 32")
    return key


def read_key(path: Path) -> bytes:
    """Raises SigningKeyError, also where somebody else may read the file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        raise SigningKeyError(f"There is no signing key in {path}. Set SIGNING_KEY or SIGNING_KEY_FILE.") from None
    except OSError as error:
        raise SigningKeyError(f"Cannot read the signing key in {path}: {error.strerror}.") from None
    with os.fdopen(descriptor) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_mode & OPEN_TO_OTHERS:
            raise SigningKeyError(f"Others may read the signing key in {path}. Take that away: chmod 600 {path}")
        return parse_key(file.read(1000), str(path))


def new_key() -> str:
    """A private key, as it stands in the environment or a file."""
    return b64encode(token_bytes(KEY_SIZE)).decode()

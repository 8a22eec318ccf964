"""An auditor verifies with public keys alone, and leaves no trace."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

import pytest
from django.db import connection

from wisely_security.ledger.sealing.keys import new_key, signing_keys

from .tampering import as_owner, sealed_events, tamper, verify

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def keys(settings) -> list[str]:
    """The public keys of what has been sealed, one as vkey and one in base64; the private ones are somewhere else."""
    sealed_events(10, 1)
    [(origin,)] = as_owner("SELECT origin FROM ledger_log")
    first = signing_keys().signer(origin).public.vkey
    settings.SIGNING_KEY = new_key()
    sealed_events(10, 1)
    second = b64encode(signing_keys().public).decode()
    settings.SIGNING_KEY, settings.SIGNING_KEY_FILE = "", settings.CHECKPOINT_DIR / "none"
    return [first, second]


@pytest.fixture
def read_only() -> Iterator[None]:
    """As a replica is."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        yield
        cursor.execute("SET default_transaction_read_only = off")


def test_it_is_verified_with_them(keys: list[str], read_only: None) -> None:
    assert "There is no signing key" in verify()[1]
    untouched, printed = verify(key=keys)
    assert untouched, printed
    assert "20 events verified." in printed


def test_what_is_altered_is_found_and_nobody_else_is_alarmed(keys: list[str]) -> None:
    tamper("UPDATE EVENTS SET user_name = 'Somebody else'")
    untouched, printed = verify(key=keys)
    assert not untouched
    assert "it was altered." in printed
    assert as_owner("SELECT FROM ledger_verification") == []


def test_a_checkpoint_of_another_key_is_found(keys: list[str]) -> None:
    untouched, printed = verify(key=keys[:1])
    assert not untouched
    assert "is not signed as it should be: No known key has signed this note." in printed


@pytest.mark.parametrize("key", ["nonsense", "a+b", "security.example/log+00000000+" + "A" * 44])
def test_what_is_no_key_is_refused(key: str) -> None:
    assert f"{key!r} is no public key" in verify(key=[key])[1]

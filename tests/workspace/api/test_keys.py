"""API keys can be recognised, cannot be guessed, and are not stored."""

from __future__ import annotations

import re
from hashlib import sha256

from wisely_security.workspace.records.api_keys import hash_of, make_key


def test_a_key_can_be_recognised_by_its_start() -> None:
    made = make_key()
    assert re.fullmatch(r"wsk_[A-Za-z0-9_-]{43}", made.key)
    assert (len(made.key_start), made.key.startswith(made.key_start)) == (12, True)


def test_what_is_kept_of_a_key_is_its_hash() -> None:
    made = make_key()
    assert made.key_hash == hash_of(made.key) == sha256(made.key.encode()).hexdigest()


def test_no_two_keys_are_alike() -> None:
    assert len({make_key().key_start for _ in range(1000)}) == 1000

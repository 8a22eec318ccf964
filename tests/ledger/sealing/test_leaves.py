"""A leaf is one sequence of bytes, whatever reads the event, and hides what is personal."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from wisely_security.ledger.sealing.leaves import (
    MAX_SIZE,
    as_json,
    canonical,
    check_names,
    commitment,
    erased_leaf,
    leaf,
    personal_json,
)

SALT = bytes(range(16))
EVENT = {
    "id": UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
    "occurred_at": datetime(2026, 11, 22, 13, 56, 41, 123_000, UTC),
    "status": "success",
    "user_id": None,
    "name": "Zoë",
    "latitude": 52.5,
    "detail": {"b": 1, "a": ["x", None]},
    "tx": 7,
}
PLAIN = ("id", "occurred_at", "status", "user_id")
PERSONAL = ("name", "latitude", "detail")


def test_leaf_byte_for_byte() -> None:
    hidden = b'{"detail":{"a":["x",null],"b":1},"latitude":"52.5","name":"Zo\xc3\xab"}'
    assert personal_json(EVENT, PERSONAL) == hidden
    assert leaf(EVENT, PLAIN, PERSONAL, SALT) == (
        b'{"id":"01890a5d-ac96-774b-bcce-b302099a8057","occurred_at":"2026-11-22T13:56:41.123000Z","personal":"'
        + sha256(SALT + hidden).hexdigest().encode()
        + b'","status":"success","user_id":null,"v":1}'
    )


def test_an_erased_event_has_the_same_leaf() -> None:
    kept = commitment(personal_json(EVENT, PERSONAL), SALT)
    left = EVENT | dict.fromkeys(PERSONAL)
    assert erased_leaf(left, PLAIN, kept) == leaf(EVENT, PLAIN, PERSONAL, SALT)


def test_another_salt_is_another_commitment() -> None:
    assert commitment(b"{}", SALT) != commitment(b"{}", bytes(16))
    with pytest.raises(ValueError, match="16 bytes"):
        commitment(b"{}", b"short")


@pytest.mark.parametrize(
    ("value", "sealed"),
    [
        ("text", "text"),
        (True, True),
        (None, None),
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (1 - 2**53, 1 - 2**53),
        (-(2**53), "-9007199254740992"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (-0.0, "-0.0"),
        (Decimal("1.50"), "1.50"),
        (datetime(2026, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2026-01-01T00:00:00.000000Z"),
        (date(2026, 1, 1), "2026-01-01"),
        (ip_address("2001:db8::1"), "2001:db8::1"),
        (memoryview(b"\x00\xff"), "00ff"),
        ({"n": [2**60, 1.5]}, {"n": ["1152921504606846976", "1.5"]}),
    ],
)
def test_values(value: Any, sealed: Any) -> None:
    found = as_json(value)
    assert found == sealed and type(found) is type(sealed)


def test_what_has_no_rule_is_refused() -> None:
    for value in (object(), datetime(2026, 1, 1), {"when": timedelta()}):  # noqa: DTZ001
        with pytest.raises(TypeError, match="cannot be sealed"):
            as_json(value)
    with pytest.raises(KeyError):
        leaf(EVENT, ("missing",), (), SALT)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
NUMBERS = st.integers(1 - 2**53, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


@given(VALUES)
def test_canonical_json_is_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert json.loads(canonical(value)) == value


def test_keys_are_sorted_by_utf_16() -> None:
    # RFC 8785, 3.2.3: U+1F602 is d83d de02 in UTF-16 and stands before U+FB33.
    assert canonical({"\ufb33": 1, "\U0001f602": 2, "a": [{"\ufb33": 1, "\U0001f602": 2}]}).decode() == (
        '{"a":[{"\U0001f602":2,"\ufb33":1}],"\U0001f602":2,"\ufb33":1}'
    )


def test_a_leaf_that_is_too_long_has_the_hash_of_its_longest_text() -> None:
    text = "ä" * MAX_SIZE
    event = EVENT | {"status": text, "user_id": {"x": "y" * MAX_SIZE}}
    made = leaf(event, PLAIN, PERSONAL, SALT)
    assert len(made) <= MAX_SIZE
    found = json.loads(made)
    assert found["status"] == {"sha256": sha256(text.encode()).hexdigest()}
    assert found["user_id"] == {"sha256": sha256(canonical(event["user_id"])).hexdigest()}
    assert found["id"] == str(EVENT["id"])


def test_the_longest_leaf_is_whole() -> None:
    for more, whole in ((0, True), (1, False)):
        event = {"a": "x" * (MAX_SIZE - len(erased_leaf({"a": ""}, ("a",), "0" * 64)) + more)}
        made = json.loads(erased_leaf(event, ("a",), "0" * 64))
        assert (made["a"] == event["a"]) is whole


@pytest.mark.parametrize("names", [("id", "id"), ("v",), ("personal",), ("größe",)])
def test_names_that_a_leaf_cannot_have(names: tuple[str, ...]) -> None:
    check_names(PLAIN, PERSONAL)
    with pytest.raises(ValueError, match="Not to be sealed"):
        check_names(names, PERSONAL)

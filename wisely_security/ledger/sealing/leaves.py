"""From the stored columns of an event to the leaf of its log.

A leaf is canonical JSON (RFC 8785) in UTF-8: one object with ``v`` (1, the version of this form), the event's plain
fields, and ``personal``, the commitment to its personal fields:

    SHA-256(salt ‖ canonical JSON of one object with the personal fields), as hexadecimal text

The salt is 16 random bytes that the sealer makes for each event. Without it a commitment confirms no guess, so personal
fields and salt can be erased while the leaf, and every proof of it, stays valid.

Values: text, true, false and null as they are; an integer as a number up to 2⁵³ − 1 on both sides of zero, beyond as
text; a float as the shortest text that reads back as it (Python's ``repr``); a time in UTC as
``2026-11-22T13:56:41.123000Z``; an id as text with hyphens; bytes in hexadecimal; lists and objects of such.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

VERSION = 1
SALT_SIZE = 16  # bytes
MAX_SIZE = 65_535  # bytes of a leaf
LARGEST_NUMBER = 2**53 - 1  # RFC 8785 has no exact numbers beyond
RESERVED = frozenset({"v", "personal"})
_KEPT = frozenset({str, bool, type(None)})


def leaf(
    values: Mapping[str, Any],
    plain: Sequence[str],
    personal: Sequence[str],
    salt: bytes,
) -> bytes:
    """The leaf of an event. ``values``: its stored columns by name; ``plain`` and ``personal``: the names of those that
    are sealed. Errors: KeyError where one is missing, TypeError for a value of another kind than those above."""
    return erased_leaf(values, plain, commitment(personal_json(values, personal), salt))


def erased_leaf(values: Mapping[str, Any], plain: Sequence[str], kept: str) -> bytes:
    """The same leaf from the commitment that was kept when the personal fields were erased.

    A leaf has at most 65,535 bytes. In a longer one, the longest plain text is replaced by ``{"sha256": …}``, the hash
    of its UTF-8 in hexadecimal, until it fits. No event that the application writes is that long; one that somebody has
    put into the table must not stop the sealer.
    """
    fields = _object(values, plain) | {"v": VERSION, "personal": kept}
    encoded = canonical(fields)
    while len(encoded) > MAX_SIZE:
        longest = max(plain, key=lambda name: _length(fields[name]))
        whole = fields[longest] if isinstance(fields[longest], str) else canonical(fields[longest]).decode()
        fields[longest] = {"sha256": sha256(whole.encode()).hexdigest()}
        encoded = canonical(fields)
    return encoded


def personal_json(values: Mapping[str, Any], personal: Sequence[str]) -> bytes:
    """What a commitment is made of, beside the salt."""
    return canonical(_object(values, personal))


def commitment(personal: bytes, salt: bytes) -> str:
    if len(salt) != SALT_SIZE:
        raise ValueError(f"A salt has {SALT_SIZE} bytes.")
    return sha256(salt + personal).hexdigest()


def check_names(plain: Sequence[str], personal: Sequence[str]) -> None:
    """For a start-up check: each name is ASCII, is there once, and is none that a leaf uses itself. ValueError."""
    names = [*plain, *personal]
    wrong = {name for name in names if names.count(name) > 1 or name in RESERVED or not name.isascii()}
    if wrong:
        raise ValueError(f"Not to be sealed under these names: {', '.join(sorted(wrong))}.")


def canonical(value: Any) -> bytes:
    """RFC 8785 for values without floats and without integers beyond 2⁵³ − 1.

    Python's own encoder writes it, but for one rule: RFC 8785 sorts keys by UTF-16, Python by code points. They differ
    only where a key has a character beyond U+FFFF.
    """
    text = _ENCODER.encode(value)
    if not text.isascii() and _BEYOND_UTF16.search(text):
        text = _UNSORTED.encode(_sorted_by_utf16(value))
    return text.encode()


_BEYOND_UTF16 = re.compile("[\U00010000-\U0010ffff]")
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_UNSORTED = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def _sorted_by_utf16(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _sorted_by_utf16(value[key]) for key in keys}
    return [_sorted_by_utf16(item) for item in value] if isinstance(value, list) else value


def _object(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    found = {name: values[name] for name in names}
    for name, value in found.items():
        if type(value) not in _KEPT:
            found[name] = as_json(value)
    return found


def as_json(value: Any) -> Any:
    """A value as it stands in a leaf."""
    for kind, convert in _CONVERSIONS:
        if isinstance(value, kind):
            return convert(value)
    raise TypeError(f"{type(value).__name__} cannot be sealed.")


def _number(value: int) -> int | str:
    return int(value) if -LARGEST_NUMBER <= value <= LARGEST_NUMBER else str(value)


def _time(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("A time without its zone cannot be sealed.")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _bytes(value: bytes | bytearray | memoryview) -> str:
    return bytes(value).hex()


# In this order: a time is a date, and true is a number.
_CONVERSIONS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (str, str),
    ((bool, type(None)), lambda value: value),
    (UUID, str),
    (datetime, _time),
    (int, _number),
    (float, repr),
    (Mapping, lambda value: {str(key): as_json(item) for key, item in value.items()}),
    ((list, tuple), lambda value: [as_json(item) for item in value]),
    ((Decimal, IPv4Address, IPv6Address), str),
    (date, date.isoformat),
    ((bytes, bytearray, memoryview), _bytes),
)


def _length(value: Any) -> int:
    return len(value.encode()) if isinstance(value, str) else len(canonical(value))

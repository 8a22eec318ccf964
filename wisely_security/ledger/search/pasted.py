"""What people paste into a search: words of logs and files, with what stands around them there."""

from __future__ import annotations

import re
from uuid import UUID

from wisely_security.core.text.folding import fold

_AROUND = "\"'<>(),;.|"
_NAME = re.compile(r"[a-z_-]+=")  # for="[2001:db8::1]:443"
_UUID = re.compile(r"(?:urn:)?(?:uuid:)?\{?([0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})\}?")
_SESSION = re.compile(r"[a-z]?[-_:]?([0-9a-f]{16})")


def bare(word: str) -> str:
    """A word, folded, without the quotes, brackets and commas around it, and without ``name=`` before it."""
    word = fold(word).strip(_AROUND)
    return word[match.end() :].strip(_AROUND) if (match := _NAME.match(word)) else word


def parse_uuid(word: str) -> UUID | None:
    """An ID: in any case, with or without dashes, in braces, as a URN."""
    match = _UUID.fullmatch(bare(word))
    return UUID(match[1]) if match else None


def as_recorded(word: str) -> str:
    """A word as texts of events have it. A session's name may come with a letter before it, so that a spreadsheet does
    not take it for a number."""
    match = _SESSION.fullmatch(bare(word))
    return match[1] if match else word

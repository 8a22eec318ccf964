"""Which characters a text may hold that other people read: one rule for forms, for the API, and for its description.

What is refused is named here, not asked of Python (``str.isprintable``), which would also refuse letters and emoji that
are newer than itself. Written so that Python's ``re`` and JSON Schema (ECMA-262) read the same.
"""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError

_NONCHARACTERS = r"\uFDD0-\uFDEF\uFFFE\uFFFF" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}-{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17)
)
_SEPARATORS = r"\u2028\u2029"
_TURNING = r"\u202A-\u202E\u2066-\u2069"  # embeddings, overrides and isolates turn the text around them
# Not seen by themselves. Not among them: the two joiners, which some scripts need, and variation selectors.
_UNSEEN = r"\u00AD\u061C\u180E\u200B\u200E\u200F\u2060-\u2065\u206A-\u206F\uFEFF\uFFF9-\uFFFB" + (
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_PRIVATE = "\\uE000-\\uF8FF\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_ALWAYS = _SEPARATORS + _TURNING + _NONCHARACTERS

# The inside of a character class. Surrogates are left out: no text in UTF-8 holds one (``LONE_SURROGATE``).
NOT_IN_A_LINE = r"\u0000-\u001F\u007F-\u009F" + _ALWAYS + _UNSEEN + _PRIVATE
NOT_IN_LINES = r"\u0000-\u0008\u000B-\u001F\u007F-\u009F" + _ALWAYS  # line feed and tab are text

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_not_in_a_line = re.compile(f"[{NOT_IN_A_LINE}\ud800-\udfff]")
_not_in_lines = re.compile(f"[{NOT_IN_LINES}\ud800-\udfff]")


_WORD_JOINER = "\u2060"
_within_address = re.compile(r"(?<=[.@])(?=[^\W\d_])|(?<=//)(?=\w)")


def without_links(text: str) -> str:
    """The text for an e-mail, in which no mail program finds an address to link to: it looks the same, with something
    unseen where the parts of an address are joined. Numbers stay as they are, to be copied. Whoever signs in chooses
    what their browser is called.
    """
    return _within_address.sub(_WORD_JOINER, text)


def validate_one_line(text: str) -> None:
    """No line breaks, nothing that turns text around (U+202E) or is not seen: a name is evidence."""
    _refuse(_not_in_a_line.search(text))


def validate_lines(text: str) -> None:
    """The same of a text of several lines, which may hold what directs a script or draws an emoji."""
    _refuse(_not_in_lines.search(text))


def _refuse(found: re.Match[str] | None) -> None:
    if found:
        raise ValidationError(
            f"Character {found.start() + 1} can’t be displayed: {_named(found[0])}. "
            "Delete it, or retype the text by hand.",
            code="characters",
        )


def _named(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if character in "\n\r\v\f\x85\u2028\u2029":
        return f"{code}, a line break"
    return f"{code} {unicodedata.name(character, 'control character').lower()}"


def harmless(text: str) -> str:
    """A text that was typed or sent elsewhere and cannot be refused, with a mark for each character that could."""
    return _not_in_a_line.sub("\ufffd", text)


def is_one_line(text: str) -> bool:
    return not _not_in_a_line.search(text)

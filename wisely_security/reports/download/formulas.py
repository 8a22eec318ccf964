"""Formulas in a CSV file, made harmless for every spreadsheet (OWASP: CSV injection).

A spreadsheet runs what begins with = + - @ or a full-width twin. Where a cell begins is the reader's choice: in most of
Europe the separator is a semicolon, and who assumes a tab or no quotes sees other cells than we wrote. So the beginning
of every piece between separators, quotes and line ends counts, past all that spreadsheets trim or do not show; there an
apostrophe goes before the sign. One that was there stays, so the text can be restored: remove the apostrophe before
each such sign.
"""

from __future__ import annotations

import re

SIGNS = "=+-@＝＋－＠"
SEPARATORS = ',;|:\t"\n\v\f\r\x85\u2028\u2029→'
# Controls, spaces, marks without width, and the apostrophe, as ranges.
TRIMMED = (
    "\x00-\x08\x0e-\x20'\x7f-\x84\x86-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202a-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff9-\ufffc\U000110bd\U000110cd\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
BEFORE_A_SIGN = re.compile(f"(?:^|[{SEPARATORS}])[{TRIMMED}]*(?=[{re.escape(SIGNS)}])")


def disarm(rows: bytes) -> bytes:
    """Whole rows of a CSV file, in UTF-8. Nearly all are left as they are, and cost little."""
    if not _is_suspect(rows):
        return rows
    return b"\n".join(_disarmed(line) if _is_suspect(line) else line for line in rows.split(b"\n"))


def _disarmed(line: bytes) -> bytes:
    return BEFORE_A_SIGN.sub(r"\g<0>'", line.decode()).encode()


def _is_suspect(text: bytes) -> bool:
    """Whether a sign may stand where a piece begins. A first, rough look at each byte, in C: a tenth of what the
    pattern takes."""
    kinds = text.translate(_KINDS, _IGNORED)
    return b",=" in kinds or kinds.startswith(b"=")


def _kinds() -> tuple[bytes, bytes]:
    """For each byte: a comma for one that separates, = for a sign, a full stop for text; and those that are ignored.

    Of a character beyond ASCII, the first byte decides; where other characters share it, the pattern looks closer.
    """
    ignored = {*range(0x21), 0x27, 0x7F, *range(0x80, 0xC0)} | {char.encode()[0] for char in _beyond_ascii(TRIMMED)}
    separating = {char.encode()[0] for char in SEPARATORS}
    signs = {char.encode()[0] for char in SIGNS}
    kinds = bytes(ord("=" if byte in signs else "," if byte in separating else ".") for byte in range(256))
    return kinds, bytes(ignored - separating - signs)


def _beyond_ascii(chars: str) -> list[str]:
    return [char for char in chars if char > "\x7f"]


_KINDS, _IGNORED = _kinds()

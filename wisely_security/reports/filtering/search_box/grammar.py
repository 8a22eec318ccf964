"""What is typed into the box, taken apart: words, "exact words", and terms (docs/reference/searching.md).

    box     = { part }, separated by white space
    part    = [ "-" ] key ":" values | quoted | word
    values  = value { "," value }
    value   = quoted | characters without white space, comma or quotes
    quoted  = '"' anything without a quote '"'

A key has two letters at the least, and what follows does not begin with a slash: drives and URLs stay words. Within
quotes, everything is words; a quote that is not closed is a character like others. Nothing here knows what keys there
are, so addresses and IDs may look like terms.
"""

from __future__ import annotations

import re
from typing import NamedTuple

STRAIGHT = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\uff02", '"'))
_PART = re.compile(r'-?[^\W\d_][\w-]*:(?:"[^"]*"|[^\s",]|,)+(?=\s|$)|"[^"]*"(?=\s|$)|\S+')
_TERM = re.compile(r"(?P<minus>-?)(?P<key>[^\W\d_][^\W\d_]+(?:[-_][^\W\d_]+)*):(?P<values>(?!/).+)", re.DOTALL)
_VALUE = re.compile(r'"([^"]*)"|([^",]+)')


class Words(NamedTuple):
    """``quoted``: between quotes, where it may hold white space."""

    text: str
    quoted: bool = False

    def __str__(self) -> str:
        return f'"{self.text}"' if self.quoted else self.text


class Term(NamedTuple):
    key: str
    values: tuple[str, ...]
    excluded: bool
    typed: str

    def __str__(self) -> str:
        return self.typed


def parse(text: str) -> list[Words | Term]:
    """The parts in order. Put together again with spaces they are the text, apart from white space and kinds of quotes,
    which phones and word processors make."""
    return [_part(match[0]) for match in _PART.finditer(text.translate(STRAIGHT))]


def _part(part: str) -> Words | Term:
    if len(part) > 1 and part[0] == part[-1] == '"' and '"' not in part[1:-1]:
        return Words(part[1:-1], quoted=True)
    if match := _TERM.fullmatch(part):
        values = [quoted or plain for quoted, plain in _VALUE.findall(match["values"])]
        if found := tuple(value.strip() for value in values if value.strip()):
            return Term(match["key"].lower(), found, bool(match["minus"]), part)
    return Words(part)

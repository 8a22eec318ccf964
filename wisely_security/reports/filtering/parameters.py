"""The query string of a record's page, chart and download: which parameters it may hold, each of them once.

Scripts rely on it, so what it cannot mean is refused: a misspelt filter would otherwise select everything.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from uuid import UUID

from django.http import QueryDict

OLDER, NEWER = "before", "after"
FORMAT = "format"
NO_FILTERS = frozenset({OLDER, NEWER, FORMAT})
PERIOD = ("period", "from", "to", "from_time", "to_time")
# What mailers, chat programs and search engines append to a link.
APPENDED = frozenset({"fbclid", "gclid", "mc_cid", "mc_eid", "msclkid"})
APPENDED_PREFIX = "utm_"
LONGEST_SHOWN = 40
MOST_CHOICES_NAMED = 8


def normalized(query: QueryDict) -> QueryDict:
    """Each parameter once, without white space around its value. What is empty is left out."""
    once = QueryDict(mutable=True)
    for name, values in query.lists():
        if given := _distinct(values):
            once[name] = given[0]
    return once


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(value.strip() for value in values if value.strip()))


def problems(
    query: QueryDict, filters: Collection[str], many: Collection[str] = ()
) -> Iterator[tuple[str | None, str]]:
    """What is wrong with the parameters whatever the filters make of their values: ``(parameter, message)``.

    The parameter is None for what is no filter. ``many``: filters that may be there more than once.
    """
    for name, values in query.lists():
        is_filter = name in filters
        if not is_filter and name not in NO_FILTERS:
            if name not in APPENDED and not name.startswith(APPENDED_PREFIX):
                yield None, _unknown(name, filters)
            continue
        given = _distinct(values)
        if len(given) > 1 and name not in many:
            both = " and ".join(quoted(value) for value in given[:2])
            yield name if is_filter else None, f"{quoted(name)} is given more than once: {both}. Choose one."
        if name in {OLDER, NEWER} and given and not is_uuid(given[0]):
            yield None, isnt(given[0], "an event ID", f"Leave {quoted(name)} out for the newest events.")
    if normalized(query).keys() >= {OLDER, NEWER}:
        yield None, f"Use {quoted(OLDER)} or {quoted(NEWER)}, not both."


def _unknown(name: str, filters: Collection[str]) -> str:
    close = difflib.get_close_matches(name.casefold(), filters, n=1)
    advice = f"Did you mean {quoted(close[0])}?" if close else f"The filters are {listed(list(filters), 'and')}."
    return isnt(name, "a filter", advice)


def isnt(value: object, what: str, advice: str) -> str:
    """The message for a value that is none of its kind: ``"banana" isn't a status. Choose Success or Failure.``"""
    return f"{quoted(str(value))} isn't {what}. {advice}"


def quoted(text: str) -> str:
    """Short enough for a sentence, and with nothing in it that is invisible."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:LONGEST_SHOWN])
    return f'"{shown}…"' if len(text) > LONGEST_SHOWN else f'"{shown}"'


def a(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeio" else f"a {noun}"


def listed(names: list[str], conjunction: str) -> str:
    return f" {conjunction} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def choose(labels: list[str]) -> str:
    return f"Choose {listed(labels, 'or')}." if len(labels) <= MOST_CHOICES_NAMED else "Choose one from the list."


def is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True

"""The commonest values of what the filters select: people, addresses, countries, reasons, modules.

They are counted from the events themselves, along the wide index: exact at every moment, whatever the filters, and
nothing is stored that erasing a person would have to find. An event of several attempts counts as these (attempts.py).
Counting takes as long as the period has events, so the page does it only where they are few (``MOST_PASSED``,
``MOST_READ``); otherwise they come with the size of the download.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from wisely_security.ledger.search.plan import find
from wisely_security.ledger.vocabulary import Status

from ..filtering.filters import ReportFilterSet
from .attempts import Several

MOST_PASSED, MOST_READ = 10_000, 500  # events of a period, and those of them that are counted: some milliseconds
MOST_FOUND = 10_000  # events that a search finds
SHOWN = 5
# Filters whose events the search plan finds; all others are conditions on what the wide index has.
FOUND_BY_SEARCH = {"q", "finding", "record", "request"}
# For the rest of the transaction: along the wide index, not through a month. Bitmaps stay: the rollup needs them.
ALONG_THE_INDEX = "SELECT set_config('enable_seqscan', 'off', true);"
NOTHING = "SELECT 0, '', '', 0 WHERE false"


@dataclass(frozen=True, slots=True)
class Top:
    """``key``, ``name``: SQL over ``columns``; events without a key don't count. ``label``: of a key, where events have
    no name for it. ``filters``: the parameters that select its events."""

    title: str
    columns: tuple[str, ...]
    key: str
    filters: Callable[[str], Mapping[str, str]]
    name: str = "''"
    label: Callable[[str], str] = str


class Value(NamedTuple):
    label: str
    number: int
    share: int  # per cent of the first one
    url: str

    @property
    def shown(self) -> str:
        return f"{self.number:,}"


class Listed(NamedTuple):
    title: str
    values: list[Value]


def is_found_by_search(filters: ReportFilterSet) -> bool:
    return any(filters.form.cleaned_data.get(name) for name in FOUND_BY_SEARCH)


def are_few(of_failures: bool) -> str:
    """In SQL, over the successes and failures of the period."""
    read = "failures" if of_failures else "successes + failures"
    return f"sum(successes + failures) <= {MOST_PASSED} AND sum({read}) <= {MOST_READ}"


def statement(
    filters: ReportFilterSet, tops: Sequence[Top], of_failures: bool, several: Several | None, where: str
) -> tuple[str, list[Any]]:
    """Rows of: place among ``tops``, key, name, number. ``where``: a condition more, in SQL."""
    selected = _events(filters, of_failures)
    columns = list(dict.fromkeys(column for top in tops for column in top.columns))
    try:
        events, values = selected.values(*columns).query.sql_with_params()
        events = f"SELECT *, 1::bigint AS times FROM ({events}) AS single"  # noqa: S608
        if several:
            weights, more = several.weights(selected, columns)
            events, values = f"{events} UNION ALL ({weights})", (*values, *more)
    except EmptyResultSet:
        return NOTHING, []
    each = ", ".join(f"({number}, {top.key}, {top.name})" for number, top in enumerate(tops))
    return (
        "SELECT top, key, name, number FROM ("  # noqa: S608  (columns and SQL are the records' own)
        "SELECT top, key, max(name) AS name, sum(times)::bigint AS number, "
        "row_number() OVER (PARTITION BY top ORDER BY sum(times) DESC, key) AS place "
        f"FROM ({events}) AS event, LATERAL (VALUES {each}) AS value (top, key, name) "
        f"WHERE key <> '' AND {where} GROUP BY top, key HAVING sum(times) > 0) AS counted WHERE place <= {SHOWN}",
        list(values),
    )


def _events(filters: ReportFilterSet, of_failures: bool) -> Any:
    events = filters.qs
    if is_found_by_search(filters):
        events = filters.queryset.filter(id__in=[event.pk for event in find(events.only("id"), MOST_FOUND)])
    outcome = events.model.outcome
    if of_failures and not filters.form.cleaned_data[outcome]:
        events = events.filter(**{outcome: Status.FAILURE})
    return events.order_by()


def read(
    filters: ReportFilterSet, tops: Sequence[Top], of_failures: bool, several: Several | None
) -> list[tuple[int, str, str, int]]:
    """However many they are: under a time limit."""
    sql, values = statement(filters, tops, of_failures, several, "true")
    with connection.cursor() as cursor:
        cursor.execute(ALONG_THE_INDEX + sql, values)
        return list(cursor.fetchall())


def listed(
    rows: Iterable[tuple[int, str, str, int]], tops: Sequence[Top], link: Callable[[Mapping[str, str]], str]
) -> list[Listed]:
    """The lists that have something, the commonest first."""
    found: list[list[tuple[str, str, int]]] = [[] for _ in tops]
    for number, key, name, events in rows:
        found[number].append((key, name or tops[number].label(key), events))
    lists = []
    for top, values in zip(tops, found, strict=True):
        values.sort(key=lambda value: (-value[2], value[1]))
        shown = [
            Value(name, events, max(round(100 * events / values[0][2]), 1), link(top.filters(key)))
            for key, name, events in values
        ]
        if shown:
            lists.append(Listed(top.title, shown))
    return lists

"""What the filters of a page offer, read in the statement of its other numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from wisely_security.ledger.derived import occurring
from wisely_security.ledger.derived.rollup import Count, quarter
from wisely_security.ledger.models import Event

from ..filtering import people
from ..filtering.periods import Period

MOST_PASSED = 10_000  # events of a period whose choices are counted with the page: some milliseconds
PERSON, WERE_COUNTED, IS_ROLLED_UP = -1, -2, -3  # places of rows that are no values of a dimension

Row = tuple[int, int, int, str, str]  # place, two numbers, key, name


@dataclass(frozen=True, slots=True)
class Offer:
    """``occurring``: values by dimension, at any time; empty: nothing is rolled up, so all choices may. ``people``:
    whose events the period has, by name, of many the most active. ``counts``: of the period; None: they come later."""

    occurring: dict[str, set[str]]
    people: list[tuple[str, str]]
    counts: dict[str, dict[str, Count]] | None


def statement(model: type[Event], tenant_id: UUID, period: Period, passed: str = "") -> tuple[str, list[Any]]:
    """Rows for ``offer_of``. ``passed``: SQL for the number of events of the period; without it, all are counted. Where
    there are too many, or it is not of quarters of an hour, nothing is, and people are the first of all by name."""
    start, end = quarter(period.start), quarter(period.end, up=True)
    if_few = f"({passed} <= {MOST_PASSED})" if passed else ""
    if (start, end) != (period.start, period.end):
        if_few = "false"
    are_few = if_few or "true"
    counted, values = occurring.counted_statement(model, tenant_id, start, end, if_few)
    named = people.named(counted, len(model.dimensions))
    first, its_values = people.statement()
    return (
        f"SELECT CASE WHEN called IS NULL THEN place ELSE {PERSON} END AS place, successes, "  # noqa: S608
        "CASE WHEN called IS NULL THEN failures ELSE rank END AS failures, value AS key, coalesce(called, '') AS name "
        f"FROM ({named}) AS named "
        f"UNION ALL SELECT {WERE_COUNTED}, 0, 0, '', '' WHERE {are_few} "
        f"UNION ALL SELECT {IS_ROLLED_UP}, 0, 0, '', '' WHERE EXISTS "
        "(SELECT FROM ledger_rollup WHERE tenant_id = %s AND events = %s::regclass) "
        f"UNION ALL SELECT {PERSON}, 0, place, key, called FROM ({first}) AS listed WHERE NOT {are_few}",
        [*values, tenant_id, tenant_id, model._meta.db_table, *its_values],
    )


def read(model: type[Event], tenant_id: UUID, period: Period) -> Offer:
    """However many events the period has: under a time limit."""
    sql, values = statement(model, tenant_id, period)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return offer_of(model, cursor.fetchall())


def offer_of(model: type[Event], rows: Iterable[Row]) -> Offer:
    rows = list(rows)
    users = sorted((row for row in rows if row[0] == PERSON), key=lambda row: row[2])
    values = [(place, key, successes, failures) for place, successes, failures, key, _ in rows if place >= 0]
    of_people = [(len(model.dimensions), key, number, 0) for _, number, _, key, _ in users]
    were_counted, is_rolled_up = (any(row[0] == flag for row in rows) for flag in (WERE_COUNTED, IS_ROLLED_UP))
    of_dimensions = ((place, key) for place, key, *_ in values if place < len(model.dimensions))
    return Offer(
        occurring.by_dimension(model, of_dimensions) if is_rolled_up else {},
        [(key, name) for *_, key, name in users],
        occurring.counts_of(model, [*values, *of_people]) if were_counted else None,
    )

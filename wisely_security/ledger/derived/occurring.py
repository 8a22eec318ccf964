"""Which values of a record's dimensions occur, how often in a period, and whose events are in it, from the rollup: what
filters offer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ..models import EPOCH, Event, first_id
from .rollup import QUARTER, Count

# A series of one value is "*|IN|*". From one value to the next the index is read again, so what is between them, the
# series of several dimensions, is passed over.
_SINGLE = """
    WITH RECURSIVE record (tenant, events, last) AS (VALUES (%s::uuid, %s::text, %s::int)
    ), occurring (place, prefix, is_last, series) AS (
        SELECT place, repeat('*|', place), place = (SELECT last FROM record), (
            SELECT series FROM ledger_rollup
            WHERE tenant_id = (SELECT tenant FROM record) AND events = (SELECT events::regclass FROM record)
                  AND series >= repeat('*|', place)
            ORDER BY series LIMIT 1
        ) FROM generate_series(0, (SELECT last FROM record)) AS place
        UNION ALL
        SELECT place, prefix, is_last, (
            SELECT rollup.series FROM ledger_rollup AS rollup
            WHERE tenant_id = (SELECT tenant FROM record) AND events = (SELECT events::regclass FROM record)
                  AND rollup.series > prefix || split_part(occurring.series, '|', place + 1)
                                             || CASE WHEN is_last THEN '' ELSE '|' || chr(1114111) END
            ORDER BY rollup.series LIMIT 1
        ) FROM occurring WHERE starts_with(occurring.series, prefix)
    ), single (place, value, series) AS (
        SELECT place, value, prefix || value || repeat('|*', (SELECT last FROM record) - place)
        FROM occurring, split_part(series, '|', place + 1) AS value WHERE starts_with(series, prefix) AND value <> '*'
    )
"""
# Of the rollup. Arrays are unnested where rows are selected: a function in FROM keeps each before it is read.
_ROLLED_UP = """
    , span (first, last, first_day, last_day) AS (
        SELECT first, last, date_trunc('month', date 'epoch' + first / 96)::date, date 'epoch' + (last + 1) / 96
        FROM (VALUES (%s::int, %s::int)) AS quarters (first, last)
    ), rolled_up AS (
        SELECT place, value, (first_day - date 'epoch') * 96 AS day, unnest(quarters) AS quarter,
               unnest(rollup.successes) AS successes, unnest(rollup.failures) AS failures
        FROM single, ledger_rollup AS rollup
        WHERE tenant_id = (SELECT tenant FROM record) AND events = (SELECT events::regclass FROM record)
              AND rollup.series = single.series
              AND first_day >= (SELECT first_day FROM span) AND first_day <= (SELECT last_day FROM span)
        UNION ALL
        SELECT {people_place}, person, (first_day - date 'epoch') * 96, unnest(quarters), unnest(numbers), 0
        FROM ledger_people
        WHERE tenant_id = (SELECT tenant FROM record) AND events = (SELECT events::regclass FROM record)
              AND first_day >= (SELECT first_day FROM span) AND first_day <= (SELECT last_day FROM span)
    )
"""
_OF_PERIOD = """
    SELECT place, value, successes, failures FROM rolled_up
    WHERE day + quarter BETWEEN (SELECT first FROM span) AND (SELECT last FROM span)
"""
_PENDING = """
    tx >= coalesce((SELECT next_tx FROM ledger_projector WHERE (name, events) =
                    ('ledger_roll_up', (SELECT events FROM record))), 0)
"""
# Of events themselves, those that are alike together: a few thousand are counted so in less time than their quarters.
_EVENTS = """
    SELECT place, value, CASE WHEN place = {people_place} THEN successes + failures ELSE successes END,
           CASE WHEN place = {people_place} THEN 0 ELSE failures END
    FROM (
        SELECT {columns}, count(*) FILTER (WHERE status = 'success') AS successes,
               count(*) FILTER (WHERE status <> 'success') AS failures
        FROM {table} WHERE tenant_id = %s AND id >= %s AND id < %s AND {condition} GROUP BY {columns}
    ) AS alike, LATERAL (
        VALUES {values} UNION ALL
        SELECT {people_place}, unnest(coalesce(nullif(array_remove(ARRAY[{people}], NULL), '{{}}'), ARRAY['']))
    ) AS each (place, value)
"""
PEOPLE = "people"
"""Beside the dimensions: whose events they are (``Event.people``)."""


def statement(model: type[Event], tenant_id: UUID) -> tuple[str, list[Any]]:
    """The statement for ``by_dimension``: place of a dimension, value."""
    return f"{_SINGLE} SELECT place, value FROM single", _record(model, tenant_id)  # noqa: S608


def counted_statement(
    model: type[Event], tenant_id: UUID, start: datetime, end: datetime, if_few: str = ""
) -> tuple[str, list[Any]]:
    """Rows of the place of a dimension, or behind them that of ``PEOPLE``, a value, and how many events of the period
    succeeded and failed (of people: how many there are). Also the values of dimensions that occur at another time.

    The period is of quarters of an hour. ``if_few``: SQL that says that the period has few events. If it is true, they
    are counted themselves, and otherwise nothing is; without it the rollup is read.
    """
    people_place = len(model.dimensions)
    events = _EVENTS.format(
        table=model._meta.db_table,
        columns=", ".join(dict.fromkeys([*model.dimensions, *model.people])),
        values=", ".join(f"({place}, {column})" for place, column in enumerate(model.dimensions)),
        people=", ".join(f"{column}::text" for column in model.people),
        people_place=people_place,
        condition=if_few or _PENDING,
    )
    values = [*_record(model, tenant_id), tenant_id, first_id(start), first_id(end)]
    others, rolled_up = "", ""
    if not if_few:
        others, rolled_up = _ROLLED_UP.format(people_place=people_place), f"UNION ALL {_OF_PERIOD}"
        values[-3:-3] = [(start - EPOCH) // QUARTER, (end - EPOCH) // QUARTER - 1]
    return (
        f"{_SINGLE} {others} "  # noqa: S608
        "SELECT place, value, sum(successes)::bigint AS successes, sum(failures)::bigint AS failures FROM ("
        f"SELECT place, value, 0 AS successes, 0 AS failures FROM single {rolled_up} UNION ALL {events}"
        ") AS counted GROUP BY place, value",
        values,
    )


def by_dimension(model: type[Event], rows: Iterable[tuple[int, str]]) -> dict[str, set[str]]:
    """The values that occur in a tenant's record at any time. Not those of the last seconds, which are not rolled up
    yet: empty where nothing is."""
    found: dict[str, set[str]] = defaultdict(set)
    for place, value in rows:
        found[model.dimensions[place]].add(value)
    return found


def occurring(model: type[Event], tenant_id: UUID) -> dict[str, set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(*statement(model, tenant_id))
        return by_dimension(model, cursor.fetchall())


def counts_of(model: type[Event], rows: Iterable[tuple[int, str, int, int]]) -> dict[str, dict[str, Count]]:
    """By dimension, and for ``PEOPLE``, how many events have each value, without those that none has."""
    names = [*model.dimensions, PEOPLE]
    found: dict[str, dict[str, Count]] = {name: {} for name in names}
    for place, value, successes, failures in rows:
        if successes or failures:
            found[names[place]][value] = Count(successes, failures)
    return found


def counted(model: type[Event], tenant_id: UUID, start: datetime, end: datetime) -> dict[str, dict[str, Count]]:
    """How many events have each value, from one moment up to another, which are quarters of an hour."""
    with connection.cursor() as cursor:
        cursor.execute(*counted_statement(model, tenant_id, start, end))
        return counts_of(model, cursor.fetchall())


def _record(model: type[Event], tenant_id: UUID) -> list[Any]:
    return [tenant_id, model._meta.db_table, len(model.dimensions) - 1]

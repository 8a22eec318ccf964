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
_COUNTED = """
    , period (start, beyond, first_id, beyond_id) AS (VALUES (%s::timestamptz, %s::timestamptz, %s::uuid, %s::uuid)
    ), span (first, last, first_day, last_day) AS (
        SELECT %s::int, %s::int, date_trunc('month', start AT TIME ZONE 'UTC')::date,
               (beyond AT TIME ZONE 'UTC')::date FROM period
    )
    SELECT place, value, sum(successes)::bigint AS successes, sum(failures)::bigint AS failures FROM (
        SELECT place, value, 0 AS successes, 0 AS failures FROM single
        UNION ALL
        SELECT place, value, each.successes, each.failures
        FROM single, ledger_rollup AS rollup,
             unnest(quarters, rollup.successes, rollup.failures) AS each (quarter, successes, failures)
        WHERE tenant_id = (SELECT tenant FROM record) AND events = (SELECT events::regclass FROM record)
              AND rollup.series = single.series
              AND first_day >= (SELECT first_day FROM span) AND first_day <= (SELECT last_day FROM span)
              AND (first_day - date 'epoch') * 96 + quarter BETWEEN (SELECT first FROM span) AND (SELECT last FROM span)
              AND {only_if}
        UNION ALL
        SELECT {people_place}, person, number, 0
        FROM ledger_people AS known, unnest(quarters, numbers) AS each (quarter, number)
        WHERE tenant_id = (SELECT tenant FROM record) AND events = (SELECT events::regclass FROM record)
              AND first_day >= (SELECT first_day FROM span) AND first_day <= (SELECT last_day FROM span)
              AND (first_day - date 'epoch') * 96 + quarter BETWEEN (SELECT first FROM span) AND (SELECT last FROM span)
              AND {only_if}
        UNION ALL
        SELECT pending.place, pending.value, (status = 'success' OR pending.place = {people_place})::int,
               (status <> 'success' AND pending.place <> {people_place})::int
        FROM {table} AS event, LATERAL (
            VALUES {values} UNION ALL
            SELECT {people_place}, unnest(coalesce(nullif(array_remove(ARRAY[{people}], NULL), '{{}}'), ARRAY['']))
        ) AS pending (place, value)
        WHERE tenant_id = (SELECT tenant FROM record)
              AND id >= (SELECT first_id FROM period) AND id < (SELECT beyond_id FROM period)
              AND tx >= coalesce((SELECT next_tx FROM ledger_projector WHERE (name, events) =
                                  ('ledger_roll_up', (SELECT events FROM record))), 0)
              AND {only_if}
    ) AS counted GROUP BY place, value
"""
PEOPLE = "people"
"""Beside the dimensions: whose events they are (``Event.people``)."""


def statement(model: type[Event], tenant_id: UUID) -> tuple[str, list[Any]]:
    """The statement for ``by_dimension``: place of a dimension, value."""
    return f"{_SINGLE} SELECT place, value FROM single", _record(model, tenant_id)  # noqa: S608


def counted_statement(
    model: type[Event], tenant_id: UUID, start: datetime, end: datetime, only_if: str = "true"
) -> tuple[str, list[Any]]:
    """Rows of the place of a dimension, or behind them that of ``PEOPLE``, a value, and how many events of the period
    succeeded and failed (of people: how many there are). Also the values of dimensions that occur at another time.

    The period is of quarters of an hour. ``only_if``: SQL; otherwise nothing is counted.
    """
    sql = _SINGLE + _COUNTED.format(
        table=model._meta.db_table,
        values=", ".join(f"({place}, {column})" for place, column in enumerate(model.dimensions)),
        people=", ".join(f"{column}::text" for column in model.people),
        people_place=len(model.dimensions),
        only_if=only_if,
    )
    first, last = (start - EPOCH) // QUARTER, (end - EPOCH) // QUARTER - 1
    return sql, [*_record(model, tenant_id), start, end, first_id(start), first_id(end), first, last]


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

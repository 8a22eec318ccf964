"""Whether each month of a record is where it should be: a partition that is attached, or an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.db import connection

from wisely_security.core.request_context import acting_as

from ..models import Archive, first_id
from . import partitions
from .partitions import Partition, add_months, event_tables

# Name, month by its bounds (none: the default partition, or bounds that are no month), and whether it is attached.
_MONTHS = """
    SELECT c.relname, CASE WHEN whole THEN first END, c.relispartition
    FROM pg_class AS c
    LEFT JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM [(]'([^']+)'[)] TO [(]'([^']+)'[)]$$)
        AS bounds ON true
    LEFT JOIN LATERAL (
        SELECT date_trunc('month', ledger_time(bounds[1]::uuid) AT TIME ZONE 'UTC')::date AS first
    ) AS month ON true
    LEFT JOIN LATERAL (
        SELECT bounds[1]::uuid = ledger_first_id(first::timestamp AT TIME ZONE 'UTC')
           AND bounds[2]::uuid = ledger_first_id((first + interval '1 month') AT TIME ZONE 'UTC') AS whole
    ) AS bounded ON true
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND c.relname ~ ('^' || %s || '_([0-9]{4}_[0-9]{2}|default|default_old)$')
    ORDER BY c.relname
"""


# By its key: of each tenant, the series of all its events.
_COUNTED = """
    SELECT DISTINCT date_trunc('month', first_day)::date
    FROM ledger_dimensions AS of
    CROSS JOIN (SELECT id FROM tenancy_tenant UNION ALL SELECT '00000000-0000-0000-0000-000000000000') AS tenant
    JOIN ledger_rollup AS rollup ON rollup.tenant_id = tenant.id AND rollup.events = of.events::regclass
     AND series = array_to_string(array_fill('*'::text, ARRAY[cardinality(dimensions)]), '|')
    WHERE of.events = %s AND first_day < %s
"""


@dataclass(frozen=True, slots=True)
class _Table:
    """``month``: the one that its bounds are; None where they are no month."""

    record: str
    name: str
    month: date | None
    attached: bool

    @property
    def is_default(self) -> bool:
        return self.name == f"{self.record}_default"


def this_and_next_month_have_partitions() -> Iterator[CheckMessage]:
    for months in (0, 1):
        which = "next" if months else "this"
        for name in partitions.missing(add_months(_today(), months)):
            yield Error(
                f"The partition {name} of {which} month does not exist.",
                hint="Run manage.py create_partitions, and let cron run it daily.",
                id="ledger.E001",
            )


def partitions_are_made_ahead() -> Iterator[CheckMessage]:
    """The last of those that ``create_partitions`` makes may be missing for a night."""
    for months in range(2, partitions.AHEAD):
        for name in partitions.missing(add_months(_today(), months)):
            yield Warning(
                f"The partition {name} does not exist: create_partitions has not run for a month.",
                hint="Let cron or systemd run it daily (docs/operating/operations.md, Every night).",
                id="ledger.W002",
            )


def no_month_is_missing() -> Iterator[CheckMessage]:
    """Months leave from the oldest on: none is missing between those that are there, and of an older one there is an
    archive, or nothing at all (it had no events), or the default partition has its events."""
    for record in event_tables():
        there = {each.month for each in _tables(record) if each.attached and each.month}
        archived = _archived(record)
        oldest = min(there - archived, default=add_months(_today(), 0))
        counted = {
            month
            for month in _counted_before(record, oldest) - there - archived
            if not _first_event(record, month, add_months(month, 1))
        }
        for month in sorted((counted | set(_months(oldest, add_months(_today(), -1)))) - there - archived):
            yield Error(
                f"{record}: the month {month:%Y-%m} is neither a partition nor an archive"
                f"{', although events of it were counted' if month in counted else ''}.",
                hint=f"If {Partition(record, month).name} was dropped or detached, restore it from a backup "
                "(docs/operating/operations.md). If it never existed: manage.py create_partitions --since N.",
                id="ledger.E003",
            )


def partitions_are_of_their_months() -> Iterator[CheckMessage]:
    for record in event_tables():
        for each in _tables(record):
            if each.attached and not each.is_default and each.name != _name_of(record, each.month):
                yield Error(
                    f"The partition {each.name} does not have the bounds of its month.",
                    hint=f"As the owner, in one transaction: detach it from {record}, make the partitions of "
                    "its months with ledger_create_partitions, and copy its rows with ledger_copy "
                    "(wisely_security/ledger/migrations/0001_functions.sql).",
                    id="ledger.E004",
                )


def no_month_is_detached() -> Iterator[CheckMessage]:
    for record in event_tables():
        for each in _tables(record):
            if not each.attached:
                yield Error(
                    f"The table {each.name} is not attached to {record}: its events are not shown.",
                    hint=f"As the owner: attach it again (ALTER TABLE {record} ATTACH PARTITION …), or drop it if its "
                    "events are elsewhere.",
                    id="ledger.E005",
                )
        if not any(each.is_default and each.attached for each in _tables(record)):
            yield Error(
                f"{record} has no default partition: an event of a month without a partition would be refused.",
                hint=f"As the owner: CREATE TABLE {record}_default PARTITION OF {record} DEFAULT; "
                f"SELECT ledger_guard('{record}_default').",
                id="ledger.E006",
            )


def default_partition_is_empty() -> Iterator[CheckMessage]:
    for record in event_tables():
        found = [day for gap in _gaps(record) if (day := _first_event(record, *gap))]
        for day in found:
            yield Warning(
                f"There are events in the default partition {record}_default, the first of {day:%Y-%m}.",
                hint="Run manage.py create_partitions --since N (how many months back) or --months N (ahead): they "
                "move. Of months that have been archived, manage.py archive_events makes one more archive.",
                id="ledger.W003",
            )


def restored_months_have_archives() -> Iterator[CheckMessage]:
    with acting_as(support=True):
        known = set(Archive.objects.values_list("name", flat=True))
    for record in event_tables():
        for each in partitions.before(record, add_months(_today(), partitions.AHEAD + 1)):
            if each.archive and each.archive not in known:
                yield Error(
                    f"{each.name} accepts no events because it was restored from {each.archive}, which is unknown.",
                    hint="manage.py archives lists the known archives. Find out who removed that one, and where this "
                    "month came from.",
                    id="ledger.E007",
                )


def _today() -> date:
    return datetime.now(UTC).date()


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = add_months(first, 1)


def _tables(record: str) -> list[_Table]:
    return [_Table(record, *row) for row in _ask(_MONTHS, record)]


def _archived(record: str) -> set[date]:
    return {month for (month,) in _ask("SELECT month FROM ledger_archive WHERE events = %s", record)}


def _counted_before(record: str, oldest: date) -> set[date]:
    """Months of which charts and totals know events: what leaves for an archive is taken out of them."""
    return {month for (month,) in _ask(_COUNTED, record, oldest)}


def _name_of(record: str, month: date | None) -> str:
    return Partition(record, month).name if month else ""


def _gaps(record: str) -> Iterator[tuple[date, date | None]]:
    """From which month to which there is no partition: what lies there is in the default partition."""
    after = date(1970, 1, 1)
    for month in sorted(each.month for each in _tables(record) if each.attached and each.month):
        if after < month:
            yield after, month
        after = add_months(month, 1)
    yield after, None


def _first_event(record: str, since: date, until: date | None) -> date | None:
    bounds = [_first_id(since), *([_first_id(until)] if until else [])]
    condition = " AND id < %s" if until else ""
    found = _ask(f"SELECT ledger_time(id) FROM {record} WHERE id >= %s{condition} ORDER BY id LIMIT 1", *bounds)  # noqa: S608
    return found[0][0].date() if found else None


def _first_id(month: date) -> Any:
    return first_id(datetime(month.year, month.month, 1, tzinfo=UTC))


def _ask(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """In support's scope: of all tenants."""
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())

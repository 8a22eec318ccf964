"""Monthly partitions of the event tables: made ahead, and missed loudly when they are not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connections

from ..models import Event, first_id
from .locks import with_lock_retry

AHEAD = 3  # months, that are made beforehand
CREATE = "SELECT ledger_create_partitions(%s::regclass, %s, %s)"


class Partition(NamedTuple):
    """One month (UTC) of an event table. ``archive``: the one that it was restored from."""

    table: str
    month: date
    archive: str = ""

    @property
    def name(self) -> str:
        return f"{self.table}_{self.month:%Y_%m}"

    @property
    def bounds(self) -> tuple[UUID, UUID]:
        """Its ids, from one up to, not including, another."""
        return _first_id(self.month), _first_id(add_months(self.month, 1))


def event_models() -> list[type[Event]]:
    return [model for model in apps.get_models() if issubclass(model, Event)]


def event_tables() -> list[str]:
    return [model._meta.db_table for model in event_models()]


def add_months(day: date, months: int) -> date:
    """The first day of the month that is ``months`` after the day's month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, 1)


def create(first: date, last: date) -> list[str]:
    """Create what is missing between two months, as the owner. Returns the names of the new partitions."""
    return [name for table in event_tables() for (name,) in with_lock_retry(CREATE, [table, first, last])]


def first_without(month: date) -> date:
    """Since when a record has had no partitions up to a month: nothing made any while the site was off."""
    newest = [before(table, month, using="owner") for table in event_tables()]
    since = [add_months(own[-1].month, 1) for each in newest if (own := [it for it in each if not it.archive])]
    return min([month, *since])


def make(partition: Partition) -> None:
    """Create one, as the owner. Events of it that lay in the default partition move there."""
    with_lock_retry(CREATE, [partition.table, partition.month, partition.month])


def missing(month: date, using: str = "default") -> list[str]:
    """The partitions of this month that do not exist."""
    names = [f"{table}_{month:%Y_%m}" for table in event_tables()]
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT name FROM unnest(%s) AS name WHERE to_regclass(name) IS NULL", [names])
        return [name for (name,) in cursor.fetchall()]


def before(table: str, month: date, using: str = "default") -> list[Partition]:
    """The months of a table before another, the oldest first."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            """
            SELECT to_date(right(relname, 7), 'YYYY_MM'), coalesce(replace(encode(tgargs, 'escape'), '\\000', ''), '')
            FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            LEFT JOIN pg_trigger ON tgrelid = inhrelid AND tgname = 'restored'
            WHERE inhparent = %s::regclass AND relname ~ '_[0-9]{4}_[0-9]{2}$' ORDER BY relname
            """,
            [table],
        )
        found = [Partition(table, *each) for each in cursor.fetchall()]
    return [each for each in found if each.month < month]


def months_without_partition(table: str, month: date) -> list[date]:
    """Of which months before another there are events in the default partition. As the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT date_trunc('month', occurred_at AT TIME ZONE 'UTC')::date FROM {table}_default "  # noqa: S608
            "WHERE id < %s ORDER BY 1",
            [_first_id(month)],
        )
        return [found for (found,) in cursor.fetchall()]


def size_of(partition: Partition) -> tuple[int, int]:
    """How many events it has, and how many bytes they take with their indexes. As the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT count(*), pg_total_relation_size(%s) FROM {partition.name}", [partition.name])  # noqa: S608
        [(rows, size)] = cursor.fetchall()
        return rows, size


def _first_id(month: date) -> UUID:
    return first_id(datetime(month.year, month.month, 1, tzinfo=UTC))

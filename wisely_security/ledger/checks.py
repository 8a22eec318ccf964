"""``manage.py check --database default`` fails when the next month has no partition, or when the server counts its
transactions from the beginning again, and warns when events stay longer than they should: monitoring runs it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.db import connection

from . import partitions, retention

DAYS_OF_GRACE = 3


@register(Tags.database)
def next_month_has_partitions(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    if "default" not in (databases or ()):
        return []
    missing = partitions.missing(partitions.add_months(datetime.now(UTC).date(), 1))
    return [
        Error(
            f"The partition {name} of next month does not exist.",
            hint="Run manage.py create_partitions, and let cron run it daily.",
            id="ledger.E001",
        )
        for name in missing
    ]


@register(Tags.database)
def transactions_count_on(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    """A new server into which a dump was loaded gives numbers that were followed already: its events would not be."""
    if "default" not in (databases or ()):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(next_tx) > ledger_tx(pg_snapshot_xmax(pg_current_snapshot())) FROM ledger_follower")
        [behind] = cursor.fetchone()
    if not behind:
        return []
    return [
        Error(
            "This server counts its transactions from the beginning again: charts and totals leave out what is new.",
            hint="Set its epoch with pg_resetwal (docs/operations.md, Backups).",
            id="ledger.E002",
        )
    ]


@register(Tags.database)
def no_events_are_overdue(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    """Of which the time was over some days ago. With the rights of the app role, so it sees no default partition."""
    if "default" not in (databases or ()):
        return []
    day = (datetime.now(UTC) - timedelta(days=DAYS_OF_GRACE)).date()
    overdue = [f"{each.partition.name}: {each.rule}" for each in retention.leaving(day, using="default")]
    for erasure in retention.erasures(day, using="default"):
        overdue += [f"{erasure.partition.name}, tenant {key}: {erasure.rule(key)}" for key in erasure.rows]
    return [
        Warning(
            f"There are events still whose time is over: {each}",
            hint="Run manage.py archive_events, and let cron run it daily (docs/retention.md).",
            id="ledger.W001",
        )
        for each in overdue
    ]

"""Rules of ``manage.py check --database default`` about transactions and retention; ``completeness.py`` has those about
months. Monitoring runs it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.db import connection

from wisely_security.database.rules import rule

from . import completeness, retention

DAYS_OF_GRACE = 3

OF_MONTHS = (
    completeness.this_and_next_month_have_partitions,
    completeness.partitions_are_made_ahead,
    completeness.no_month_is_missing,
    completeness.partitions_are_of_their_months,
    completeness.no_month_is_detached,
    completeness.default_partition_is_empty,
    completeness.restored_months_have_archives,
)
for each in OF_MONTHS:
    rule(each)


@rule
def transactions_count_on() -> Iterator[CheckMessage]:
    """A new server into which a dump was loaded gives numbers that were followed already: its events would not be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(next_tx) > ledger_tx(pg_snapshot_xmax(pg_current_snapshot())) FROM ledger_follower")
        [behind] = cursor.fetchone()
    if behind:
        yield Error(
            "The transaction counter of this server has restarted: charts and totals leave out new events.",
            hint="Set its epoch with pg_resetwal (docs/operations.md, Backups).",
            id="ledger.E002",
        )


@rule
def no_events_are_overdue() -> Iterator[CheckMessage]:
    """Of which the time was over some days ago. With the rights of the app role, so it sees no default partition."""
    day = (datetime.now(UTC) - timedelta(days=DAYS_OF_GRACE)).date()
    overdue = [f"{each.partition.name}: {each.rule}" for each in retention.leaving(day, using="default")]
    for erasure in retention.erasures(day, using="default"):
        overdue += [f"{erasure.partition.name}, tenant {key}: {erasure.rule(key)}" for key in erasure.rows]
    for each in overdue:
        yield Warning(
            f"Events are kept past their retention period: {each}",
            hint="Run manage.py archive_events, and let cron run it daily (docs/retention.md).",
            id="ledger.W001",
        )

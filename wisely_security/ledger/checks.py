"""Rules of ``manage.py check --database default`` about transactions and retention; ``completeness.py`` has those about
months. Monitoring runs it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.db import connection

from wisely_security.database.rules import rule

from .archive import retention
from .months import completeness, shape
from .months.partitions import event_models

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
rule(shape.columns_are_as_declared)


@rule
def transactions_count_on() -> Iterator[CheckMessage]:
    """A new server into which a dump was loaded gives numbers that were followed already: its events would not be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(next_tx) > ledger_tx(pg_snapshot_xmax(pg_current_snapshot())) FROM ledger_projector")
        [behind] = cursor.fetchone()
    if behind:
        yield Error(
            "The transaction counter of this server has restarted: charts and totals leave out new events.",
            hint="Set its epoch with pg_resetwal (docs/operating/operations.md, Backups).",
            id="ledger.E002",
        )


@rule
def event_indexes_are_as_declared() -> Iterator[CheckMessage]:
    """Each costs every write, so there is none that the model does not name, nor one of a single month."""
    for model in event_models():
        declared = {index.name: index.fields for index in model._meta.indexes}
        with connection.cursor() as cursor:
            cursor.execute(INDEXES, [model._meta.db_table])
            found = dict(cursor.fetchall())
            cursor.execute(OF_ONE_MONTH, [model._meta.db_table])
            odd = [name for (name,) in cursor.fetchall()]
        odd += [name for name in declared.keys() | found.keys() if declared.get(name) != found.get(name)]
        if odd:
            yield Error(
                f"{model._meta.db_table}: not the indexes that its model has: {', '.join(sorted(odd))}.",
                hint="Run manage.py migrate; DROP INDEX what somebody has added.",
                id="ledger.E008",
            )


INDEXES = """
    SELECT indexrelid::regclass::text, ARRAY(
        SELECT attname::text FROM unnest(indkey) WITH ORDINALITY AS key (number, place)
        JOIN pg_attribute ON attrelid = indrelid AND attnum = key.number ORDER BY place)
    FROM pg_index WHERE indrelid = %s::regclass AND NOT indisprimary AND indisvalid
"""
OF_ONE_MONTH = """
    SELECT indexrelid::regclass::text FROM pg_index JOIN pg_inherits ON inhrelid = indrelid
    WHERE inhparent = %s::regclass AND NOT EXISTS (SELECT FROM pg_inherits AS of_all WHERE of_all.inhrelid = indexrelid)
"""


@rule
def no_events_are_overdue() -> Iterator[CheckMessage]:
    """Of which the time was over some days ago. With the rights of the app role, so it sees no default partition."""
    day = (datetime.now(UTC) - timedelta(days=DAYS_OF_GRACE)).date()
    overdue = [f"{each.partition.name}: {each.rule}" for each in retention.expired_months(day, using="default")]
    for erasure in retention.erasures(day, using="default"):
        overdue += [f"{erasure.partition.name}, tenant {key}: {erasure.rule(key)}" for key in erasure.rows]
    for each in overdue:
        yield Warning(
            f"Events are kept past their retention period: {each}",
            hint="Run manage.py archive_events, and let cron run it daily (docs/operating/retention.md).",
            id="ledger.W001",
        )

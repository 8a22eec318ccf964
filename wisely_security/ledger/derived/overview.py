"""What ``manage.py cells`` shows of a cell's events."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from wisely_security.cells import overview

from ..months.partitions import event_tables
from ..sealing.logs import signing
from . import projectors

ESTIMATE = """
    SELECT coalesce(sum(greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)), 0)::bigint
    FROM unnest(%s::regclass[]) AS events, pg_partition_tree(events) AS part JOIN pg_class AS c ON c.oid = part.relid
    WHERE part.isleaf
"""
SEALS = "SELECT EXISTS (SELECT FROM ledger_projector WHERE name = %s)"


def estimate_events() -> int:
    """By PostgreSQL's statistics, which autovacuum keeps."""
    with connection.cursor() as cursor:
        cursor.execute(ESTIMATE, [event_tables()])
        [number] = cursor.fetchone()
    return int(number)


def projectors_wait() -> float:
    """Seconds that the oldest event has waited for one; but for the sealer."""
    waiting = projectors.waiting()
    return max((each.total_seconds() for name, each in waiting.items() if name != projectors.SEALER), default=0.0)


def sealer_waits() -> float | None:
    """Where events are sealed, by this process or another."""
    with connection.cursor() as cursor:
        cursor.execute(SEALS, [projectors.SEALER])
        [seals] = cursor.fetchone()
    if not seals and not signing.is_configured():
        return None
    since = [moment for table in event_tables() if (moment := projectors.pending_since(projectors.SEALER, table))]
    return (timezone.now() - min(since)).total_seconds() if since else 0.0


overview.register("events_estimated", estimate_events)
overview.register("projectors_seconds", projectors_wait)
overview.register("sealer_seconds", sealer_waits)

"""Counts and search segments of some tenants of a large history.

The events of the others lie between theirs, in the same partitions and pages. What would be derived from those, nobody
reads here, and deriving it takes longer than everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connections

from wisely_security.core.request_context import acting_as
from wisely_security.findings.engine.projector import NAME
from wisely_security.ledger.derived.projectors import PROJECTORS
from wisely_security.ledger.months.partitions import event_tables


def pass_by(projector: str) -> None:
    """A projector has consumed what is recorded so far."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_projector (name, events, next_tx) "
            "SELECT %s, it, ledger_tx(pg_snapshot_xmin(pg_current_snapshot())) FROM unnest(%s) AS it",
            [projector, event_tables()],
        )


def find_from_now_on() -> None:
    pass_by(NAME)


def derive_of(tenants: Sequence[UUID]) -> None:
    """What projectors do with a record that they meet for the first time, for these tenants' events alone. Segments are
    noted as ready: the projector builds them."""
    with acting_as(support=True), connections["owner"].cursor() as cursor:
        for table in event_tables():
            _roll_up(cursor, table, tenants)
            cursor.execute(
                "INSERT INTO ledger_segment_end (tenant_id, events, last_id, pending) SELECT tenant_id, %s::regclass, "
                f"'00000000-0000-0000-0000-000000000000', count(*) FROM {table} WHERE tenant_id = ANY(%s) GROUP BY 1",
                [table, list(tenants)],
            )
    for projector in PROJECTORS:
        pass_by(projector)


def _roll_up(cursor: Any, table: str, tenants: Sequence[UUID]) -> None:
    """By the month, as in ledger_roll_up."""
    cursor.execute(
        "SELECT ledger_add_to_rollup(%(table)s, format('tenant_id = ANY(%%L)', %(tenants)s::uuid[]), inhrelid) "
        "FROM pg_inherits WHERE inhparent = %(table)s::regclass",
        {"table": table, "tenants": list(tenants)},
    )

"""What leaves a record by the rules, or comes back, is noted beside its logs: verify takes nothing else for it.

As the owner, in the transaction in which it happens. Whoever forges a note cannot forge the event of the Audit Trail
that says the same, which is sealed too.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from ...months.partitions import Partition

ARCHIVED, ERASED, RESTORED = "archived", "erased", "restored"


def note(partition: Partition, kind: str, reason: str, tenant_id: UUID | None = None) -> None:
    """Of one tenant, or of all. ``reason``: the name of the archive, or the rule."""
    _ask("SELECT ledger_note_removal(%s, %s, %s, %s, %s)", partition.table, partition.month, kind, reason, tenant_id)
    if kind == ERASED:
        _ask("SELECT ledger_erase_salts(%s, %s, %s)", partition.table, partition.month, tenant_id)


def unsealed(partition: Partition) -> int:
    """How many events of a month have to be sealed before they may leave; none where nothing is sealed."""
    [(number,)] = _ask(
        f"SELECT count(*) FROM {partition.name} WHERE EXISTS (SELECT FROM ledger_log WHERE events = %s::regclass) "  # noqa: S608
        "AND tx >= (SELECT coalesce(max(next_tx), 0) FROM ledger_projector WHERE (name, events) = ('ledger_seal', %s))",
        *(partition.table, partition.table),
    )
    return int(number)


def _ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())

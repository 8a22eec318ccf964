"""The logs that the database has, and what has left them by the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from wisely_security.database.cells.routing import has_cells

from ...models import Event
from ..keys import VerifyingKeys
from ..logs.departures import removals
from ..logs.leaf_ranges import LeafRanges
from ..logs.published.contradictions import ARRIVING, DEPARTED
from ..logs.signing import origin_of


class StoredLog(NamedTuple):
    table: str
    tenant_id: UUID
    origin: str
    size: int
    published: int
    edge: bytes
    begun_at: datetime | None


class Position(NamedTuple):
    """How far a record is sealed: all of transactions before ``next_tx``, and a part of that one. ``end``: no
    transaction from this one on has written anything yet."""

    end: int
    next_tx: int
    after_tenant: UUID | None
    after_id: UUID | None

    def is_behind(self, tx: int, tenant_id: UUID, event_id: UUID) -> bool:
        """Whether an event should have been sealed."""
        if tx != self.next_tx or self.after_tenant is None or self.after_id is None:
            return tx < self.next_tx
        return (tenant_id.int, event_id.int) <= (self.after_tenant.int, self.after_id.int)


def logs(model: type[Event], tenant_id: UUID | None) -> list[StoredLog]:
    """With one of no leaves for each tenant that has events but no log. Without what is still on its way from another
    cell, and what is left of those that went to one: the whole is verified there."""
    table = model._meta.db_table
    away = dict(ask("SELECT tenant_id, state FROM cells_residence WHERE state <> 'here'")) if has_cells() else {}
    found = [StoredLog(table, *row) for row in ask(_LOGS, table)]
    known = {log.tenant_id for log in found}
    found += [
        StoredLog(table, key, origin_of(model, key), 0, 0, b"", None)
        for key in _tenants(table)
        if key not in known and away.get(key) != DEPARTED
    ]
    its = (log for log in found if tenant_id in (None, log.tenant_id) and away.get(log.tenant_id) != ARRIVING)
    return sorted(its, key=lambda log: log.tenant_id.int)


def _tenants(table: str) -> Iterator[UUID]:
    """All that have events, from one to the next in the index."""
    query = f"SELECT tenant_id FROM {table} WHERE tenant_id > %s ORDER BY tenant_id LIMIT 1"  # noqa: S608
    found = ask(f"SELECT tenant_id FROM {table} ORDER BY tenant_id LIMIT 1")  # noqa: S608
    while found:
        [(tenant_id,)] = found
        yield tenant_id
        found = ask(query, tenant_id)


def position(table: str) -> Position:
    found = ask(
        "SELECT next_tx, after_tenant, after_id FROM ledger_projector WHERE (name, events) = ('ledger_seal', %s)", table
    )
    [(end,)] = ask("SELECT ledger_tx(pg_snapshot_xmax(pg_current_snapshot()))")
    return Position(end, *found[0]) if found else Position(end, 0, None, None)


class Removals:
    """Why sealed events of a log are not in its record: by leaf, or by month where their leaves stayed as they were.
    ``forged``: what only seems to be a reason, as a sentence."""

    def __init__(self, keys: VerifyingKeys, log: StoredLog) -> None:
        self.forged: list[str] = []
        self._of_month: dict[date, list[tuple[str, int, str]]] = defaultdict(list)
        self.leaves: dict[date, dict[str, LeafRanges]] = {}
        for month, kind, size, reason, leaves, row, note in ask(_REMOVALS, log.tenant_id, log.table):
            if removals.is_signed(keys, log.origin, row, note or ""):
                if leaves is None:
                    self._of_month[month].append((kind, size, reason))
                else:
                    self._note_leaves(month, kind, LeafRanges.parse(leaves))
            else:
                self.forged.append(
                    f"its events of {month:%Y-%m} are noted as {kind} ({reason}), "
                    "and the key of the log has not signed this: it is forged."
                )

    def _note_leaves(self, month: date, kind: str, leaves: LeafRanges) -> None:
        its = self.leaves.setdefault(month, {})
        for other in its:
            its[other] -= leaves
        if kind != "restored":
            its[kind] = its.get(kind, LeafRanges()) | leaves

    def __bool__(self) -> bool:
        return bool(self._of_month)

    def why(self, month: date, index: int) -> tuple[str, str] | None:
        """ "archived" or "erased", and the archive or the rule; None where it should be there."""
        found = None
        for kind, size, reason in self._of_month.get(month, []):
            if index < size and (found is None or found[0] != "erased"):
                found = None if kind == "restored" else (kind, reason)
        return found

    @property
    def departed(self) -> LeafRanges:
        """The leaves whose hash alone should be there."""
        return LeafRanges(each for its in self.leaves.values() for leaves in its.values() for each in leaves)


def departed(log: StoredLog) -> LeafRanges:
    """The leaves whose hash alone is there."""
    [(found,)] = ask(_DEPARTED, log.tenant_id, log.table)
    return LeafRanges.parse(found)


def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall())


_LOGS = "SELECT tenant_id, origin, size, published, edge, begun_at FROM ledger_log WHERE events = %s::regclass"
_REMOVALS = """
    SELECT month, kind, size, reason, leaves::text, to_jsonb(noted), note FROM ledger_removal AS noted
    LEFT JOIN ledger_signed_removal AS it ON (it.tenant_id, removal) = (noted.tenant_id, id)
    WHERE noted.tenant_id = %s AND events = %s::regclass ORDER BY id
"""
_DEPARTED = """
    SELECT range_agg(int8range(first_index, first_index + length(hashes) / 32))::text FROM ledger_departed
    WHERE tenant_id = %s AND events = %s::regclass
"""

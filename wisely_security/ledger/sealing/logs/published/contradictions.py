"""Whether the logs in the database are those that the checkpoint files know. Where not, nothing is sealed any more:
signing on would make a second history of the same log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import has_cells
from wisely_security.ledger.models import NO_TENANT, event_model

from ..signing import record_of
from . import outside

ARRIVING, DEPARTED = "arriving", "departed"  # states of residence


class Contradiction(NamedTuple):
    """``size``: of the log in the database; ``entry``: the newest of its file."""

    tenant_id: UUID
    origin: str
    size: int
    entry: outside.Entry
    why: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.why}"


def contradictions(table: str) -> list[Contradiction]:
    """Of all logs, and of those that only files know."""
    record = record_of(event_model(table))
    with acting_as(support=True):
        logs = {tenant_id: (origin, size) for tenant_id, origin, size in _ask(_SIZES, table)}
        for tenant_id in logs_in_files(record):
            if tenant_id not in logs and (entry := outside.last(record, tenant_id)):
                logs[tenant_id] = entry.origin, 0
        return contradictions_of(table, logs)


def logs_in_files(record: str) -> list[UUID]:
    """In support's scope. Without those of tenants that live in another cell, or went there with their logs: cells of
    one machine share the files. One that arrives may have left a file when it was here before; its log comes last."""
    found = [tenant_id for its_record, tenant_id in outside.logs() if its_record == record]
    known = dict(_ask("SELECT tenant_id, state FROM cells_residence WHERE tenant_id = ANY (%s::uuid[])", found))
    unknown, away = (DEPARTED, {ARRIVING, DEPARTED}) if has_cells() else ("", {DEPARTED})
    return [key for key in found if key == NO_TENANT or known.get(key, unknown) not in away]


def contradictions_of(table: str, logs: Mapping[UUID, tuple[str, int]]) -> list[Contradiction]:
    """``logs``: origin and size, by tenant."""
    record = record_of(event_model(table))
    entries = {tenant_id: entry for tenant_id in logs if (entry := outside.last(record, tenant_id))}
    sizes = [entry.size for entry in entries.values()]
    roots = {key: bytes(root) for key, root in _ask(_ROOTS, list(entries), sizes, table)} if entries else {}
    return [
        Contradiction(tenant_id, *logs[tenant_id], entry, why)
        for tenant_id, entry in entries.items()
        if (why := _why(entry, logs[tenant_id][1], roots.get(tenant_id)))
    ]


def _why(entry: outside.Entry, size: int, root: bytes | None) -> str:
    """``root``: of the entry's size, in the database."""
    if entry.size > size:
        return f"the database has {size:,} sealed events, its checkpoint file {entry.size:,}: it was set back."
    if root is None:
        return f"the database has no checkpoint of {entry.size:,} events, its checkpoint file has."
    if root != entry.root:
        return f"the checkpoint of {entry.size:,} events has another root in the database than in its file."
    return ""


def _ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


_SIZES = "SELECT tenant_id, origin, size FROM ledger_log WHERE events = %s::regclass"
_ROOTS = """
    SELECT tenant_id, root FROM unnest(%s::uuid[], %s::bigint[]) AS it (tenant, size)
    JOIN ledger_checkpoint AS checkpoint ON (tenant_id, checkpoint.size) = (tenant, it.size) AND events = %s::regclass
"""

"""What a move would take, without moving anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

from wisely_security.ledger.archive.errors import ArchiveError
from wisely_security.tenancy.models import Tenant

from . import archives
from .at import ask, at
from .preparing import obstacles
from .tables import moved_events, moved_tables

EVENTS_A_SECOND, ROWS_A_SECOND = 10_000, 5_000  # copied and compared, where both cells are near


def lines(source: str, target: str, tenants: list[Tenant]) -> Iterator[str]:
    ids = [tenant.pk for tenant in tenants]
    yield f"From {source} to {target}: {', '.join(f'{tenant.name} ({tenant.slug})' for tenant in tenants)}."
    with at(source):
        events = {it.name: _number(it.name, "tenant_id", ids) for it in moved_events()}
        tables = moved_tables()
        growing = sum(_number(it.name, it.tenant, ids) for it in tables if it.live)
        others = sum(_number(it.name, it.tenant, ids) for it in tables if not it.live)
    for name, number in events.items():
        yield f"{name}: {number:,} events, copied while everybody works."
    yield f"Tables that grow with events: {growing:,} rows, copied while everybody works."
    yield f"All other tables: {others:,} rows, copied while nothing can be written of them."
    live = 1 + sum(events.values()) // EVENTS_A_SECOND + growing // ROWS_A_SECOND
    yield f"About {live:,} seconds while everybody works, and {1 + others // ROWS_A_SECOND:,} seconds without writes."
    with suppress(ArchiveError, OSError):  # it is in the way
        if archived := archives.number_of(source, ids):
            yield f"Archives: {archived:,} events, which get files of their own while everybody works."
    for each in obstacles(source, target, ids):
        yield f"In the way: {each}"


def _number(table: str, column: str, ids: list[UUID]) -> int:
    [(number,)] = ask(f"SELECT count(*) FROM {table} WHERE {column} = ANY (%s)", ids)  # noqa: S608
    return int(number)

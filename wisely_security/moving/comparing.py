"""Whether what has arrived is what was sent: how many rows, and a sum over the hash of each, on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from .at import Rows, ask, at
from .errors import MoveError
from .tables import BEFORE_ALL, Moved


def compare_rows(source: str, target: str, tables: Sequence[Moved], tenants: Sequence[UUID]) -> None:
    for table in tables:
        _compare(source, target, table, f"{table.tenant} = ANY (%s)", [list(tenants)], [list(tenants)])


def compare_events(
    source: str,
    target: str,
    table: Moved,
    tenants: Sequence[UUID],
    *,
    since: int | None = None,
    before: int | None = None,
) -> None:
    """Those of transactions of the source since one, or before one."""
    bound = since if since is not None else before
    condition = f"tenant_id = ANY (%s) AND tx {'>=' if since is not None else '<'} %s"
    _compare(source, target, table, condition, [list(tenants), bound], [list(tenants), (bound or 0) - BEFORE_ALL])


def compare_numbers(source: str, target: str, table: Moved, tenants: Sequence[UUID]) -> int:
    counts = []
    for cell in (source, target):
        with at(cell):
            [(number,)] = ask(f"SELECT count(*) FROM {table.name} WHERE tenant_id = ANY (%s)", list(tenants))  # noqa: S608
        counts.append(number)
    _refuse_different(table, *counts)
    return int(counts[0])


def _compare(
    source: str, target: str, table: Moved, condition: str, of_source: list[Any], of_target: list[Any]
) -> None:
    with at(source):
        sent = _sum(table, condition, of_source, arrived=False)
    with at(target):
        arrived = _sum(table, condition, of_target, arrived=True)
    _refuse_different(table, sent, arrived)


def _sum(table: Moved, condition: str, params: list[Any], *, arrived: bool) -> Rows:
    return ask(
        "SELECT count(*), coalesce(sum(hashtextextended(it::text, 0)::numeric), 0) "  # noqa: S608
        f"FROM (SELECT {table.read(arrived=arrived)} FROM {table.name} WHERE {condition}) AS it",
        *params,
    )


def _refuse_different(table: Moved, sent: object, arrived: object) -> None:
    if sent != arrived:
        raise MoveError(f"{table.name} did not arrive as it was sent: {sent} there, {arrived} here.")

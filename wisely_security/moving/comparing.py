"""Whether what has arrived is what was sent: how many rows, and a sum over the hash of each, on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from .at import Rows, ask, at
from .errors import MoveError
from .tables import BEFORE_ALL, Moved


def compare_rows(source: str, target: str, tables: Sequence[Moved], tenants: Sequence[UUID]) -> int:
    """All of these tables, in one statement of each cell. Returns how many rows there are."""
    found = []
    for cell, arrived in ((source, False), (target, True)):
        each = " UNION ALL ".join(
            f"SELECT {place}, {_sums(table, arrived=arrived)} FROM {table.name} WHERE {table.tenant} = ANY (its.ids)"  # noqa: S608
            for place, table in enumerate(tables)
        )
        with at(cell):
            sql = f"SELECT each.* FROM (SELECT %s::uuid[] AS ids) AS its, LATERAL ({each}) AS each ORDER BY 1"  # noqa: S608
            found.append(ask(sql, list(tenants)))
    for table, (_, *sent), (_, *there) in zip(tables, *found, strict=True):
        refuse_different(table, sent, there)
    return sum(number for _, number, _ in found[0])


def compare_events(
    source: str,
    target: str,
    table: Moved,
    tenants: Sequence[UUID],
    *,
    since: int | None = None,
    before: int | None = None,
) -> int:
    """Those of transactions of the source since one, before one, or between. Returns how many.

    Events are only appended, and to transactions before the oldest that runs nothing can be: what was compared of them
    stays compared. Nobody erases or archives in either cell meanwhile (``at.maintenance``).
    """
    bounds = [(sign, tx) for sign, tx in ((">=", since), ("<", before)) if tx is not None]
    condition = " AND ".join(["tenant_id = ANY (%s)", *(f"tx {sign} %s" for sign, _ in bounds)])
    of_source = [list(tenants), *(tx for _, tx in bounds)]
    of_target = [list(tenants), *(tx - BEFORE_ALL for _, tx in bounds)]
    return _compare(source, target, table, condition, of_source, of_target)


def _compare(source: str, target: str, table: Moved, condition: str, of_source: list[Any], of_target: list[Any]) -> int:
    with at(source):
        [sent] = _sum(table, condition, of_source, arrived=False)
    with at(target):
        [arrived] = _sum(table, condition, of_target, arrived=True)
    refuse_different(table, sent, arrived)
    return int(sent[0])


def _sum(table: Moved, condition: str, params: list[Any], *, arrived: bool) -> Rows:
    return ask(
        f"SELECT {_sums(table, arrived=arrived)} FROM {table.name} WHERE {condition}",  # noqa: S608
        *params,
    )


def _sums(table: Moved, *, arrived: bool) -> str:
    return f"count(*), coalesce(sum({table.hash(arrived=arrived)}::numeric), 0)"


def refuse_different(table: Moved, sent: object, arrived: object) -> None:
    if sent != arrived:
        raise MoveError(
            f"{table.name} did not arrive as it was sent: {sent} there, {arrived} here. If something of theirs was "
            "archived or erased after the move began, --cancel it and begin again."
        )

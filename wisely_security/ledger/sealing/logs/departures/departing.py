"""Leaves leave with their events, but for their hashes (``ledger_departed``), and come back with them from an archive.

As the owner, in the transaction in which it happens. It is noted and signed, by leaf (``removals.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from wisely_security.ledger.months.partitions import Partition

from ..growing import PER_TILE
from ..leaf_ranges import LeafRanges
from .removals import RESTORED, sign_new

RUNS_AT_ONCE = 200


class ArchivedLeaf(NamedTuple):
    """``salt``: in hexadecimal."""

    tenant_id: str
    leaf_index: int
    tx: str
    id: str
    salt: str


def depart(partition: Partition, kind: str, reason: str, tenant_id: UUID | None = None) -> dict[UUID, LeafRanges]:
    """The leaves of a month leave, those of one tenant or of all. Returns which. ``reason``: the archive, or the
    rule. Raises SigningKeyError."""
    rows = _ask(
        "SELECT of_tenant, its_leaves::text FROM ledger_depart(%s, %s, %s, %s, %s)",
        *(partition.table, partition.month, kind, reason, tenant_id),
    )
    sign_new(partition.table)
    return {tenant: LeafRanges.parse(leaves) for tenant, leaves in rows}


def bring_back(partition: Partition, archive: str, leaves: Iterable[ArchivedLeaf]) -> None:
    """Leaves come back from an archive, in the order of tenants and indexes."""
    ranges: dict[str, LeafRanges] = {}
    runs = _runs(leaves)
    while some := list(islice(runs, RUNS_AT_ONCE)):
        values = [
            (run[0].tenant_id, run[0].leaf_index, _array(it.tx for it in run), _array(it.id for it in run), _salts(run))
            for run in some
        ]
        for run in some:
            ranges.setdefault(run[0].tenant_id, LeafRanges()).append(run[0].leaf_index, run[-1].leaf_index + 1)
        _ask(
            "SELECT ledger_return_leaves(%s, %s::uuid[], %s, %s, %s, %s)",
            *(partition.table, *map(list, zip(*values, strict=True))),
        )
    _ask(
        "INSERT INTO ledger_removal (tenant_id, events, month, kind, size, reason, leaves) "
        "SELECT tenant_id, events, %s, %s, size, %s, its_leaves::int8multirange FROM ledger_log "
        "JOIN unnest(%s::uuid[], %s::text[]) AS it (tenant, its_leaves) ON tenant_id = tenant "
        "WHERE events = %s::regclass",
        *(partition.month, RESTORED, archive, list(ranges), list(map(str, ranges.values())), partition.table),
    )
    sign_new(partition.table)


def _runs(leaves: Iterable[ArchivedLeaf]) -> Iterator[list[ArchivedLeaf]]:
    """Consecutive ones, of which none crosses a multiple of 256."""
    run: list[ArchivedLeaf] = []
    for leaf in leaves:
        if run and not (
            leaf.tenant_id == run[0].tenant_id
            and leaf.leaf_index == run[-1].leaf_index + 1
            and leaf.leaf_index % PER_TILE
        ):
            yield run
            run = []
        run.append(leaf)
    if run:
        yield run


def _array(texts: Iterable[str]) -> str:
    return "{" + ",".join(texts) + "}"


def _salts(run: Sequence[ArchivedLeaf]) -> bytes:
    return bytes.fromhex("".join(leaf.salt for leaf in run))


def _ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []

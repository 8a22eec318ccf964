"""An archive as it is written: a month's events, each tenant's in the order of its log, and what leads from them to a
checkpoint, so that who has the file and a checkpoint can verify it without the database."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection

from ...models import Event, event_model
from ...months.partitions import Partition
from ...sealing.logs.event_rows.copying import Row, copy_rows
from ...sealing.logs.event_rows.sealed_columns import later_columns
from ...sealing.logs.leaf_ranges import LeafRanges
from ...sealing.logs.lookup import StoredNodes, checkpoint_for
from ...sealing.merkle import complete_subtrees
from . import archive_files
from .parquet import OF_LOG, Column, Writer

ROWS_AT_ONCE = 1000  # from one sign of progress to the next


def write(name: str, partition: Partition, about: dict[str, Any], show: Callable[[int], object]) -> dict[UUID, int]:
    """Write the events of a month; the file is on disk, but not in its place yet. Returns how many each tenant has."""
    model = event_model(partition.table)
    columns = [*columns_of(model), *OF_LOG]
    with archive_files.writing(archive_files.path_of(name)) as file:
        writer = Writer(file, columns)
        tenants = _Tenants(columns)

        def take(row: Row) -> None:
            tenants.take(row)
            writer.write(row)
            if not tenants.rows % ROWS_AT_ONCE:
                show(ROWS_AT_ONCE)

        copy_rows(*_query(partition, columns), take)
        footer = {"v": 1, **about, "later": later_columns(model)._asdict(), "tenants": tenants.facts(model)}
        writer.finish(footer)
    return tenants.numbers


def columns_of(model: type[Event]) -> list[Column]:
    """All of a record, the event's id and its tenant first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT attname, typname, attname = ANY (%s), attgenerated <> ''
            FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
            ORDER BY attname <> 'id', attname <> 'tenant_id', attnum
            """,
            [list(model.personal), model._meta.db_table],
        )
        return [Column(*row) for row in cursor.fetchall()]


class _Tenants:
    """Of each tenant, how many events there are, and which leaves."""

    def __init__(self, columns: list[Column]) -> None:
        self.rows = 0
        self.numbers: dict[UUID, int] = {}
        self._leaves: dict[UUID, LeafRanges] = {}
        names = [column.name for column in columns]
        self._tenant, self._index = names.index("tenant_id"), names.index("leaf_index")
        self._of = ""
        self._now = UUID(int=0)

    def take(self, row: Row) -> None:
        self.rows += 1
        if row[self._tenant] != self._of:
            self._of = str(row[self._tenant])
            self._now = UUID(self._of)
            self.numbers[self._now] = 0
            self._leaves[self._now] = LeafRanges()
        self.numbers[self._now] += 1
        if (index := row[self._index]) is not None:
            self._leaves[self._now].append(int(index), int(index) + 1)

    def facts(self, model: type[Event]) -> dict[str, Any]:
        return {
            str(tenant_id): {"events": number, **_proof(model, tenant_id, self._leaves[tenant_id])}
            for tenant_id, number in self.numbers.items()
        }


def _proof(model: type[Event], tenant_id: UUID, leaves: LeafRanges) -> dict[str, Any]:
    """``leaves``: ranges. ``checkpoint``: a signed one that covers them. ``proof``: base64 of the roots, 32 bytes
    each, of the largest complete subtrees beside the ranges up to its size, from left to right."""
    checkpoint = checkpoint_for(model, tenant_id, leaves.last) if leaves else None
    if checkpoint is None or checkpoint[0] <= leaves.last:
        return {"leaves": [*leaves]}
    size, note = checkpoint
    nodes = StoredNodes(model, tenant_id, size)
    beside = [nodes(*each) for start, end in LeafRanges([(0, size)]) - leaves for each in complete_subtrees(start, end)]
    return {"leaves": [*leaves], "checkpoint": note, "proof": b64encode(b"".join(beside)).decode()}


def _query(partition: Partition, columns: list[Column]) -> tuple[str, list[Any]]:
    of_event = ", ".join(f"event.{connection.ops.quote_name(it.name)}" for it in columns if it not in OF_LOG)
    first, end = partition.bounds
    query = _QUERY.format(columns=of_event, partition=partition.name)
    return query, [partition.table, first, end, first, end, partition.table, first, end]


_QUERY = """
    SELECT {columns}, leaf.index, encode(leaf.salt, 'hex'), encode(erased.sealed, 'hex')
    FROM {partition} AS event
    LEFT JOIN (
        SELECT tenant_id, id, first_index + place - 1 AS index, substr(salts, (16 * place - 15)::int, 16) AS salt
        FROM (
            SELECT tenant_id, first_index, ids, salts || ''::bytea AS salts FROM ledger_sealed
            WHERE events = %s::regclass AND highest_id >= %s AND lowest_id < %s OFFSET 0
        ) AS run, unnest(ids) WITH ORDINALITY AS leaf (id, place)
        WHERE id >= %s AND id < %s
    ) AS leaf USING (tenant_id, id)
    LEFT JOIN (
        SELECT DISTINCT ON (tenant_id, id) tenant_id, id, sealed FROM ledger_erased
        WHERE events = %s::regclass AND id >= %s AND id < %s ORDER BY tenant_id, id, erasure DESC
    ) AS erased USING (tenant_id, id)
    ORDER BY event.tenant_id, leaf.index, event.id
"""

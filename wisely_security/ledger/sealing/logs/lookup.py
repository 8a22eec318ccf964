"""Proofs of events that are in the record, from few rows: the runs around a leaf, and tiles above them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from ...models import Event
from ..merkle import root_of
from ..proofs import EventProof
from .growing import PER_TILE, TILE_LEVELS, split

MOST_TILES = 1_000  # of a log in memory, 10 kB each


class SealedEvent(NamedTuple):
    """``salt``: zeros once the event was erased. ``sealed``: the commitment that its leaf holds, where a person was
    erased of it; then ``salt`` is that of what is left."""

    leaf_index: int
    salt: bytes
    leaf_hash: bytes
    sealed: bytes | None = None


class NewestCheckpoint(NamedTuple):
    """With the signatures of its witnesses, and the transaction and the id of its last leaf whose event is there."""

    origin: str
    size: int
    note: str
    last_tx: int
    last_id: UUID


class Proved(NamedTuple):
    event: SealedEvent
    proof: EventProof


def sealed_events(model: type[Event], tenant_id: UUID, ids: Collection[UUID]) -> dict[UUID, SealedEvent]:
    """Where in the log events of the record are. Those that are not sealed yet are left out."""
    table = model._meta.db_table
    its_log = tenant_id, table
    found = _ask(_SEALED.format(table=table), tenant_id, list(ids), *its_log, *its_log, *its_log)
    return {
        key: SealedEvent(index, bytes(salt), bytes(leaf_hash), None if sealed is None else bytes(sealed))
        for key, index, salt, leaf_hash, sealed in found
    }


def newest_checkpoint(model: type[Event], tenant_id: UUID) -> NewestCheckpoint | None:
    """Of the last ten minutes, the newest one that a witness has signed, otherwise the newest that is published. None
    where nothing of this tenant has been sealed yet."""
    found = _ask(_NEWEST, tenant_id, model._meta.db_table)
    return NewestCheckpoint(*found[0]) if found else None


def proofs_for(model: type[Event], tenant_id: UUID, ids: Collection[UUID]) -> dict[UUID, Proved]:
    """Proofs of events against the newest checkpoint that a witness has signed, or where none covers them all, against
    the newest that is published. Events that it does not cover are left out: they are not yet sealed. In the tenant's
    scope, or in support's; one snapshot is not needed, for logs only grow."""
    events = sealed_events(model, tenant_id, ids)
    checkpoint = checkpoint_for(model, tenant_id, max((each.leaf_index for each in events.values()), default=0))
    if checkpoint is None:
        return {}
    size, note = checkpoint
    nodes = StoredNodes(model, tenant_id, size)
    nodes.prepare([each.leaf_index for each in events.values() if each.leaf_index < size])
    return {
        key: Proved(each, EventProof.of(each.leaf_index, size, nodes, note.encode()))
        for key, each in events.items()
        if each.leaf_index < size
    }


def checkpoint_for(model: type[Event], tenant_id: UUID, needed: int) -> tuple[int, str] | None:
    """Size and signed note of the newest checkpoint that a witness has signed, or where that does not cover the leaf
    ``needed``, of the newest that is published."""
    heads = _ask(_HEADS, tenant_id, model._meta.db_table)
    return next((head for head in heads if head[0] > needed), heads[-1]) if heads else None


class StoredNodes:
    """``nodes(level, number)``: the root of the ``2 ** level`` leaves from ``number << level`` on, in a log that has
    ``size`` leaves at least. Reads a row for each 256 hashes, each once."""

    def __init__(self, model: type[Event], tenant_id: UUID, size: int) -> None:
        self._log = tenant_id, model._meta.db_table
        self._size = size
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def prepare(self, indexes: Sequence[int]) -> None:
        """Read the runs of these leaves, and of the last ones, in one query."""
        numbers = {index // PER_TILE for index in (*indexes, self._size - 1)}
        for number in numbers:
            self._tiles[0, number] = []
        for first, hashes in _ask(_RUNS, sorted(numbers), *self._log, *self._log):
            self._tiles[0, first // PER_TILE] += split(bytes(hashes))

    def __call__(self, level: int, number: int) -> bytes:
        tile_level, height = divmod(level, TILE_LEVELS)
        first = number << height
        hashes = self._tile(tile_level, first // PER_TILE)
        start = first % PER_TILE
        return root_of(hashes[start : start + (1 << height)])

    def _tile(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._tiles:
            if len(self._tiles) >= MOST_TILES:
                self._tiles.pop(next(iter(self._tiles)))
            if level:
                found = _ask(_TILE, *self._log, level, number)
                self._tiles[level, number] = [each for (hashes,) in found for each in split(bytes(hashes))]
            else:
                found = _ask(_RUNS, [number], *self._log, *self._log)
                self._tiles[level, number] = [each for _, hashes in found for each in split(bytes(hashes))]
        return self._tiles[level, number]


def _ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


# Runs are in the order of transactions: an event is in one that ends with its own, or in the first that ends later.
_SEALED = """
    SELECT event.id, run.first_index + place - 1, substr(run.salts, (16 * place - 15)::int, 16),
           substr(run.hashes, (32 * place - 31)::int, 32), erased.sealed
    FROM (SELECT id, tx FROM {table} WHERE tenant_id = %s AND id = ANY (%s)) AS event
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_sealed WHERE tenant_id = %s AND events = %s::regclass
            AND last_tx = event.tx AND lowest_id <= event.id AND highest_id >= event.id
        UNION ALL
        (SELECT * FROM ledger_sealed WHERE tenant_id = %s AND events = %s::regclass AND last_tx > event.tx
         ORDER BY last_tx, first_index LIMIT 1)
    ) AS run
    CROSS JOIN LATERAL array_position(run.ids, event.id) AS place
    LEFT JOIN LATERAL (
        SELECT sealed FROM ledger_erased
        WHERE tenant_id = %s AND events = %s::regclass AND id = event.id ORDER BY erasure DESC LIMIT 1
    ) AS erased ON true
    WHERE place IS NOT NULL
"""
# A checkpoint with the lines of its witnesses, in SQL over the row ``checkpoint``.
COSIGNED_NOTE = """note || coalesce((
        SELECT string_agg(line, '' ORDER BY witness) FROM ledger_cosignature AS it
        WHERE (it.tenant_id, it.events, it.size) = (checkpoint.tenant_id, checkpoint.events, checkpoint.size)
    ), '')"""
# None of before the log was continued: its key would have another name.
_HEADS = f"""
    SELECT checkpoint.size, {COSIGNED_NOTE}
    FROM ledger_log AS log JOIN ledger_checkpoint AS checkpoint USING (tenant_id, events)
    WHERE tenant_id = %s AND events = %s::regclass AND checkpoint.size IN (published, (
        SELECT max(size) FROM ledger_cosignature AS it WHERE (it.tenant_id, it.events) = (log.tenant_id, log.events)
    )) AND starts_with(note, origin || E'\n') ORDER BY checkpoint.size
"""  # noqa: S608
_NEWEST = f"""
    SELECT origin, size, note, coalesce(txs[size - first_index], last_tx, 0), coalesce(ids[size - first_index],
           ids[number], '00000000-0000-0000-0000-000000000000')
    FROM (
        SELECT tenant_id, events, origin, checkpoint.size, {COSIGNED_NOTE} AS note
        FROM ledger_log AS log JOIN ledger_checkpoint AS checkpoint USING (tenant_id, events)
        WHERE tenant_id = %s AND events = %s::regclass AND starts_with(note, origin || E'\n') AND (
            checkpoint.size = published OR signed_at > now() - interval '10 minutes' AND checkpoint.size = (
                SELECT max(size) FROM ledger_cosignature AS it
                WHERE (it.tenant_id, it.events) = (log.tenant_id, log.events)
            )
        ) ORDER BY checkpoint.size LIMIT 1
    ) AS newest LEFT JOIN LATERAL (
        SELECT first_index, number, last_tx, txs, ids FROM ledger_sealed AS run
        WHERE (run.tenant_id, run.events) = (newest.tenant_id, newest.events) AND first_index < size
        ORDER BY first_index DESC LIMIT 1
    ) AS run ON true
"""  # noqa: S608
# Of leaves whose events have left, there are hashes alone, in runs that may be of two chunks.
_RUNS = """
    SELECT first_index, hashes FROM unnest(%s::bigint[]) AS chunk CROSS JOIN LATERAL (
        SELECT first_index, hashes FROM ledger_sealed
        WHERE (tenant_id, events) = (%s, %s::regclass) AND first_index BETWEEN 256 * chunk AND 256 * chunk + 255
        UNION ALL
        SELECT first, substr(hashes, (32 * (first - first_index) + 1)::int, (32 * (256 * chunk + 256 - first))::int)
        FROM ledger_departed CROSS JOIN LATERAL greatest(first_index, 256 * chunk) AS first
        WHERE (tenant_id, events) = (%s, %s::regclass) AND first_index BETWEEN 256 * chunk - 251 AND 256 * chunk + 255
              AND first_index + length(hashes) / 32 > 256 * chunk
    ) AS run ORDER BY first_index
"""
_TILE = "SELECT hashes FROM ledger_tile WHERE tenant_id = %s AND events = %s::regclass AND level = %s AND number = %s"

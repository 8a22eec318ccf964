"""The sealer: a projector that appends events to the logs of their tenants, and signs a checkpoint of each of them.

A window of transactions is sealed in one database transaction: leaves, tiles, sizes and checkpoints, or nothing. Salts
are random, so a window that is sealed again after a crash has other leaves than before. Therefore **the database
commits first**, and nothing uses a checkpoint before it is in the file outside of the database (``published``). Had
the file come first, a crash before the commit would leave a checkpoint there that contradicts the next one. A sealer
that is killed between the two leaves checkpoints unpublished; the next step publishes them before anything else.
Whatever a file has, the database had committed. A database that has less, or something else, was restored from an old
backup or rewritten: then the sealer refuses to go on.

Two at once exclude each other by the row of ledger_projector, both for a window and for publishing.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from wisely_security.core.request_context import acting_as

from ...models import Event, event_model
from ..keys import signing_keys
from ..leaves import SALT_SIZE
from .event_rows.copying import Row, copy_rows
from .event_rows.rows import LeafHash, columns, leaf_hasher
from .growing import PER_TILE, GrowingTree, TileHash
from .published import outside
from .published.contradictions import contradictions_of
from .signing import origin_of, record_of, signed_note

logger = logging.getLogger(__name__)

MOST = 10_000  # events in a window, or up to twice as many
AHEAD = 2  # columns of a row before those of the event, whose first is the id


class SealingError(Exception):
    """The database does not continue what was sealed before. Says of which log, and why."""


class Window(NamedTuple):
    """What ``ledger_begin_sealing`` returns."""

    since: int | None
    until: int
    next_tx: int
    more: bool
    is_part: bool
    after_tenant: UUID | None
    after_id: UUID | None


class Log(NamedTuple):
    origin: str
    tree: GrowingTree


class Run(NamedTuple):
    """Consecutive leaves between two multiples of 256."""

    tenant_id: UUID
    origin: str
    first_index: int
    txs: str
    ids: str
    salts: bytes
    hashes: bytes


def seal(table: str) -> bool:
    """Work one window of an event table. Whether there is more to do."""
    try:
        publish(table)
        more = _seal_window(table)
        publish(table)
    except SealingError as refusal:
        logger.critical(
            "No events are sealed any more: %s Run manage.py verify (docs/operating/integrity.md).", refusal
        )
        return False
    return more


def _seal_window(table: str) -> bool:
    model = event_model(table)
    with acting_as(support=True), transaction.atomic():
        window = Window(*_ask("SELECT * FROM ledger_begin_sealing(%s, %s)", table, MOST)[0])
        if window.since is None:
            return False
        rows = _read(model, window)
        if rows:
            _append(model, rows, window.next_tx)
        if window.is_part and len(rows) >= MOST:
            position = window.since, rows[-1][0], rows[-1][2]
        else:
            position = window.until, None, None
        _ask("SELECT ledger_end_sealing(%s, %s, %s, %s)", table, *position)
        return window.more


def _read(model: type[Event], window: Window) -> list[Row]:
    """Tenant, transaction, and what leaves are made of, the id first; in the order of the logs."""
    query = f"SELECT tenant_id, tx, {', '.join(columns(model))} FROM {model._meta.db_table}"  # noqa: S608
    rows: list[Row] = []
    if window.is_part:
        after = "" if window.after_id is None else "AND (tenant_id, id) > (%s, %s)"
        position = [] if window.after_id is None else [window.after_tenant, window.after_id]
        query += f" WHERE tx = %s {after} ORDER BY tenant_id, id LIMIT {MOST}"
        copy_rows(query, [window.since, *position], rows.append)
    else:
        _ask("SET LOCAL enable_seqscan = off")  # the statistics do not know the newest events
        query += " WHERE tx >= %s AND tx < %s ORDER BY tenant_id, tx, id"
        copy_rows(query, [window.since, window.until], rows.append)
    return rows


def _append(model: type[Event], rows: Sequence[Row], next_tx: int) -> None:
    table = model._meta.db_table
    by_tenant = [(UUID(tenant), list(its)) for tenant, its in groupby(rows, lambda row: row[0])]
    logs = _logs(model, [tenant_id for tenant_id, _ in by_tenant])
    keys, leaf_hash = signing_keys(), leaf_hasher(model, AHEAD)
    runs: list[Run] = []
    tiles: list[tuple[UUID, int, int, bytes]] = []
    checkpoints: list[tuple[UUID, int, bytes, bytes, str]] = []
    for tenant_id, its in by_tenant:
        origin, tree = logs[tenant_id]
        runs += _grow(tenant_id, origin, tree, its, leaf_hash)
        tiles += _tiles(tenant_id, tree.complete)
        note = signed_note(keys, origin, tree.size, tree.root())
        checkpoints.append((tenant_id, tree.size, tree.edge, tree.root(), note))
    places = "%s, %s::uuid[], %s, %s, %s, %s, %s, %s"
    _ask(f"SELECT ledger_append_leaves({places})", table, *map(list, zip(*runs, strict=True)))
    if tiles:
        _ask("SELECT ledger_append_tiles(%s, %s::uuid[], %s, %s, %s)", table, *map(list, zip(*tiles, strict=True)))
    values = map(list, zip(*checkpoints, strict=True))
    _ask("SELECT ledger_append_checkpoints(%s, %s::uuid[], %s, %s, %s, %s, %s)", table, *values, next_tx)


def _grow(tenant_id: UUID, origin: str, tree: GrowingTree, rows: Sequence[Row], leaf_hash: LeafHash) -> Iterator[Run]:
    start = 0
    while start < len(rows):
        first_index = tree.size
        its = rows[start : start + PER_TILE - first_index % PER_TILE]
        salts = os.urandom(SALT_SIZE * len(its))
        hashes = []
        for number, row in enumerate(its):
            hashes.append(leaf_hash(row, salts[SALT_SIZE * number : SALT_SIZE * (number + 1)]))
            tree.append(hashes[-1])
        txs, ids = (",".join(str(row[column]) for row in its) for column in (1, 2))
        yield Run(tenant_id, origin, first_index, f"{{{txs}}}", f"{{{ids}}}", salts, b"".join(hashes))
        start += len(its)


def _tiles(tenant_id: UUID, complete: Sequence[TileHash]) -> Iterator[tuple[UUID, int, int, bytes]]:
    """What is appended to each tile, those of a level in their order."""
    in_order = sorted(complete)
    for (level, number), its in groupby(in_order, lambda each: (each.level, each.number // PER_TILE)):
        yield tenant_id, level, number, b"".join(each.hash for each in its)


def _logs(model: type[Event], tenants: Sequence[UUID]) -> dict[UUID, Log]:
    """How far each tenant's log is. Raises SealingError where it is not what was sealed before."""
    known = {row[0]: row[1:] for row in _ask(_LOGS, model._meta.db_table, list(tenants))}
    logs = {}
    for tenant_id in tenants:
        origin, size, edge, root = known.get(tenant_id, (origin_of(model, tenant_id), 0, b"", None))
        try:
            tree = GrowingTree(size, bytes(edge))
        except ValueError as error:
            raise SealingError(f"{origin}: {error}") from None
        if size and (root is None or tree.root() != bytes(root)):
            raise SealingError(f"{origin}: the checkpoint of its {size:,} events is missing or has another root.")
        logs[tenant_id] = Log(origin, tree)
    sizes = {tenant_id: (log.origin, log.tree.size) for tenant_id, log in logs.items()}
    if found := contradictions_of(model._meta.db_table, sizes):
        raise SealingError(str(found[0]))
    return logs


def publish(table: str) -> None:
    """Append to the files what they do not have yet; then everybody may use it."""
    model = event_model(table)
    record = record_of(model)
    with acting_as(support=True), transaction.atomic():
        if not (_ask(_UNPUBLISHED, table) and _ask("SELECT ledger_lock_sealer(%s)", table) == [(True,)]):
            return
        sizes = dict(_ask(_UNPUBLISHED, table))
        _logs(model, list(sizes))
        known = [entry.size if (entry := outside.last(record, tenant_id)) else 0 for tenant_id in sizes]
        notes = _ask(_NOTES, list(sizes), known, table)
        for tenant_id, its in groupby(notes, lambda row: row[0]):
            outside.append(record, tenant_id, [note for _, note in its])
        _ask("SELECT ledger_mark_published(%s, %s::uuid[], %s)", table, list(sizes), list(sizes.values()))


def _ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []


_LOGS = """
    SELECT log.tenant_id, origin, log.size, edge, root FROM ledger_log AS log
    LEFT JOIN ledger_checkpoint AS checkpoint USING (tenant_id, events, size)
    WHERE log.events = %s::regclass AND log.tenant_id = ANY (%s)
"""
_UNPUBLISHED = "SELECT tenant_id, size FROM ledger_log WHERE events = %s::regclass AND published < size"
_NOTES = """
    SELECT tenant_id, note FROM unnest(%s::uuid[], %s::bigint[]) AS it (tenant, known)
    JOIN ledger_checkpoint ON tenant_id = tenant AND size > known AND events = %s::regclass
    ORDER BY tenant_id, size
"""

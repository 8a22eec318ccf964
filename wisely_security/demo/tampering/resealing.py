"""Sealing a log again, with a stolen key: leaves, tree and checkpoints in the database agree with its events again.

Salts stay, and a signature of Ed25519 is always the same, so what is sealed again after an event was put back is to the
byte what it was at first.
"""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from wisely_security.ledger.models import Event
from wisely_security.ledger.sealing.keys import SigningKeys, signing_keys
from wisely_security.ledger.sealing.leaves import SALT_SIZE
from wisely_security.ledger.sealing.logs.event_rows.copying import Row, copy_rows
from wisely_security.ledger.sealing.logs.event_rows.rows import columns, leaf_hasher
from wisely_security.ledger.sealing.logs.growing import PER_TILE, GrowingTree, split
from wisely_security.ledger.sealing.logs.signing import signed_note

from .owner import as_owner, run, unguarded

_LOG = "(tenant_id, events) = (%s, %s::regclass)"
_RUNS = f"SELECT first_index, ids, salts, hashes FROM ledger_sealed WHERE {_LOG} ORDER BY first_index"  # noqa: S608
_ERASED = f"SELECT id, sealed, kept FROM ledger_erased WHERE {_LOG} ORDER BY erasure"  # noqa: S608
_DEPARTED = f"SELECT first_index, hashes FROM ledger_departed WHERE {_LOG}"  # noqa: S608
_SET_HASHES = f"UPDATE ledger_sealed SET hashes = %s WHERE {_LOG} AND first_index = %s"  # noqa: S608
_CHECKPOINTS = f"SELECT size, root FROM ledger_checkpoint WHERE {_LOG} ORDER BY size"  # noqa: S608


def reseal(model: type[Event], tenant_id: UUID) -> int:
    """Returns the number of checkpoints that were signed again. What is not sealed yet is left to the sealer."""
    table = model._meta.db_table
    log = tenant_id, table
    with as_owner():
        run("SELECT FROM ledger_projector WHERE (name, events) = ('ledger_seal', %s) FOR UPDATE", table)
        [(origin,)] = run(f"SELECT origin FROM ledger_log WHERE {_LOG}", *log)  # noqa: S608
        leaves = _new_leaves(model, tenant_id) + [(first, bytes(hashes)) for first, hashes in run(_DEPARTED, *log)]
        tree, roots = GrowingTree(), {}
        sizes = {size for size, _ in run(_CHECKPOINTS, *log)}
        for each in split(b"".join(hashes for _, hashes in sorted(leaves))):
            tree.append(each)
            if tree.size in sizes:
                roots[tree.size] = tree.root()
        run(f"UPDATE ledger_log SET edge = %s WHERE {_LOG}", tree.edge, *log)  # noqa: S608
        _write_tiles(log, tree)
        return _sign(signing_keys(), origin, log, roots)


def _new_leaves(model: type[Event], tenant_id: UUID) -> list[tuple[int, bytes]]:
    """The leaf hashes of each run, computed from its events as they are now; stored where they differ."""
    log = tenant_id, model._meta.db_table
    rows: dict[str, Row] = {}
    query = f"SELECT {', '.join(columns(model))} FROM {log[1]} WHERE tenant_id = %s"  # noqa: S608
    copy_rows(query, [tenant_id], lambda row: rows.update({str(row[0]): row}), using="owner")
    erased = {str(key): (bytes(sealed).hex(), bytes(kept).hex()) for key, sealed, kept in run(_ERASED, *log)}
    leaf_hash = leaf_hasher(model, 0)
    found: list[tuple[int, bytes]] = []
    for first, ids, salts, before in run(_RUNS, *log):
        hashes = split(bytes(before))
        for number, key in enumerate(map(str, ids)):
            if row := rows.get(key):
                salt = bytes(salts)[SALT_SIZE * number : SALT_SIZE * (number + 1)]
                hashes[number] = leaf_hash(row, salt, *erased.get(key, ("", "")))
        if b"".join(hashes) != bytes(before):
            run(_SET_HASHES, b"".join(hashes), *log, first)
        found.append((first, b"".join(hashes)))
    return found


def _write_tiles(log: tuple[UUID, str], tree: GrowingTree) -> None:
    for (level, number), its in groupby(sorted(tree.complete), lambda each: (each.level, each.number // PER_TILE)):
        run(
            f"UPDATE ledger_tile SET hashes = %s WHERE {_LOG} AND (level, number) = (%s, %s)",  # noqa: S608
            b"".join(each.hash for each in its),
            *(*log, level, number),
        )


def _sign(keys: SigningKeys, origin: str, log: tuple[UUID, str], roots: dict[int, bytes]) -> int:
    changed = [(size, roots[size]) for size, root in run(_CHECKPOINTS, *log) if bytes(root) != roots[size]]
    with unguarded("ledger_checkpoint"):
        for size, root in changed:
            run(
                f"UPDATE ledger_checkpoint SET root = %s, note = %s WHERE {_LOG} AND size = %s",  # noqa: S608
                root,
                signed_note(keys, origin, size, root),
                *(*log, size),
            )
    return len(changed)

"""The stored hashes of a log against its tiles, its checkpoints in database and file, and their signatures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from uuid import UUID

from django.db import connection

from ..keys import VerifyingKeys
from ..logs.event_rows.copying import Row, copy_rows
from ..logs.growing import PER_TILE, TILE_LEVELS, GrowingTree, split
from ..logs.published import outside
from ..logs.signing import fault
from ..merkle import root_of
from .findings import Checkpoint, Findings
from .stored import StoredLog

TILE_SPAN = [1 << TILE_LEVELS * level for level in range(8)]  # leaves under one hash of a level


_HASHES = """
    SELECT first_index, encode(hashes, 'hex'), is_so FROM (
        SELECT first_index, hashes,
               (number, first_tx, last_tx) = (cardinality(ids), txs[1], txs[cardinality(txs)]) AS is_so
        FROM ledger_sealed WHERE (tenant_id, events) = (%s, %s::regclass)
        UNION ALL
        SELECT first_index, hashes, true FROM ledger_departed WHERE (tenant_id, events) = (%s, %s::regclass)
    ) AS run ORDER BY first_index
"""


class Doubtful:
    """Leaves whose stored hashes are not those of the checkpoints."""

    def __init__(self) -> None:
        self._ranges: list[range] = []

    def add(self, start: int, end: int) -> None:
        self._ranges.append(range(start, end))

    def __contains__(self, index: int) -> bool:
        return any(index in each for each in self._ranges)


def check_tree(log: StoredLog, checkpoints: Sequence[Checkpoint], findings: Findings) -> Doubtful:
    check = _TreeCheck(log, checkpoints, findings)
    copy_rows(
        _HASHES,
        [log.tenant_id, log.table, log.tenant_id, log.table],
        check.take,
    )
    check.finish()
    return check.doubtful


class _TreeCheck:
    def __init__(self, log: StoredLog, checkpoints: Sequence[Checkpoint], findings: Findings) -> None:
        self.doubtful = Doubtful()
        self._log = log
        self._findings = findings
        self._tree = GrowingTree()
        self._tiles = _tiles(log)
        self._pending = [list(its) for _, its in groupby(sorted(checkpoints), lambda each: each.size)][::-1]
        self._sound = 0  # leaves, up to the last checkpoint that fits
        self._faulty = False

    def take(self, row: Row) -> None:
        first, hashes = int(row[0] or 0), split(bytes.fromhex(row[1] or ""))
        tree = self._tree
        if row[2] != "t":
            self._findings.about(first, "run", f"what is noted of its leaves from {first:,} on is not so.")
        if first != tree.size:
            if not self._faulty:
                what = "are missing" if first > tree.size else "are stored twice"
                self._findings.about(
                    min(first, tree.size), "leaves", f"stored leaves from {min(first, tree.size):,} on {what}."
                )
            self._faulty = True
            return
        end = first + len(hashes)
        due = self._next_size()
        if len(hashes) == PER_TILE and not first % PER_TILE and not first < due < end:
            tree.append(root_of(hashes), TILE_LEVELS)
            self._compare()
        else:
            for each in hashes:
                tree.append(each)
                if tree.size == due:
                    self._compare()
                    due = self._next_size()

    def finish(self) -> None:
        if self._faulty:
            return
        size = self._tree.size
        if size != self._log.size:
            self._findings.about(size, "size", f"{size:,} leaves are stored, its size is noted as {self._log.size:,}.")
        elif self._tree.edge != bytes(self._log.edge):
            self._findings.about(size, "edge", "the hashes that new leaves are appended to are not those of its tree.")
        self._compare()
        for (level, index), _ in sorted(self._tiles.items()):
            self._findings.about(
                min(size, index * TILE_SPAN[level]),
                "tile",
                f"a hash too many is stored: number {index:,} of level {level}.",
            )

    def _next_size(self) -> int:
        return self._pending[-1][0].size if self._pending else 0

    def _compare(self) -> None:
        """What has become complete with its tiles; the root, if there are checkpoints of this size."""
        tree = self._tree
        for level, index, node in tree.complete:
            if self._tiles.pop((level, index), None) != node:
                start, end = index * TILE_SPAN[level], (index + 1) * TILE_SPAN[level]
                self.doubtful.add(start, end)
                self._findings.about(
                    start,
                    "tile",
                    f"the hashes of leaves {start:,} to {end - 1:,} are not those that are stored above them. "
                    f"{self._findings.around(start)}",
                )
        tree.complete.clear()
        while self._pending and self._pending[-1][0].size <= tree.size:
            its = self._pending.pop()
            wrong = [each for each in its if each.size != tree.size or each.root != tree.root()]
            if not wrong:
                self._sound = tree.size
            elif tree.size == its[0].size:
                self._wrong_root(wrong[0], all_of_them=len(wrong) == len(its))

    def _wrong_root(self, checkpoint: Checkpoint, *, all_of_them: bool) -> None:
        if not all_of_them:
            self._findings.about(
                checkpoint.size,
                "checkpoint",
                f"the checkpoint of {checkpoint.size:,} events in the {checkpoint.source} does not fit the leaves.",
            )
            return
        self.doubtful.add(self._sound, checkpoint.size)
        if self._sound < checkpoint.size and not self._faulty:
            self._findings.about(
                self._sound,
                "root",
                f"its leaves do not lead to the checkpoint of {checkpoint.size:,} events: what was sealed was "
                f"rewritten. {self._findings.around(self._sound)}",
            )
        self._faulty = True


def _tiles(log: StoredLog) -> dict[tuple[int, int], bytes]:
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT level, number, hashes FROM ledger_tile WHERE tenant_id = %s AND events = %s::regclass",
            [log.tenant_id, log.table],
        )
        for level, number, hashes in cursor.fetchall():
            for place, each in enumerate(split(bytes(hashes))):
                found[level, number * PER_TILE + place] = each
    return found


def check_checkpoints(
    keys: VerifyingKeys,
    log: StoredLog,
    known: int,
    in_file: Sequence[Checkpoint],
    in_database: Sequence[Checkpoint],
    findings: Findings,
) -> None:
    """``known``: the size of the last checkpoint that the file had before the database was read."""
    if known > log.size:
        text = f"the database has {log.size:,} sealed events, its checkpoint file {known:,}: an old state."
        findings.about(log.size, "set back", text)
    if log.size and log.size not in {each.size for each in in_database}:
        findings.about(log.size, "checkpoint", f"there is no checkpoint of its {log.size:,} events.")
    _compare(log, min(known, log.size), in_file, in_database, findings)
    for each in {(each.note, each.size, each.root): each for each in (*in_database, *in_file)}.values():
        if wrong := fault(keys, each.note, log.origin, each.size, each.root):
            text = f"the checkpoint of {each.size:,} events in the {each.source} {wrong}"
            findings.about(each.size, "signature", text)


def _compare(
    log: StoredLog, until: int, in_file: Sequence[Checkpoint], in_database: Sequence[Checkpoint], findings: Findings
) -> None:
    """Checkpoints of the file and of the database: each has those of the other, up to a size."""
    of_database = {each.size: each.root for each in in_database}
    of_file = {each.size: each.root for each in in_file}
    for size, root in of_file.items():
        found = of_database.get(size, None if size <= until else root)
        if found is None:
            text = f"the checkpoint of {size:,} events is in its file but not in the database."
            findings.about(size, "checkpoint", text)
        elif found != root:
            findings.about(size, "checkpoint", f"the checkpoint of {size:,} events has another root in its file.")
    for size in sorted(of_database.keys() - of_file.keys()):
        if size <= log.published:
            text = f"the checkpoint of {size:,} events is not in its file, where it was written."
            findings.about(size, "file", text)


def checkpoints_in_file(record: str, tenant_id: UUID) -> Iterator[Checkpoint]:
    for each in outside.entries(record, tenant_id):
        yield Checkpoint(each.size, each.root, "file", each.note.decode(errors="replace"))


def checkpoints_in_database(log: StoredLog) -> Iterator[Checkpoint]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size, root, note, signed_at, next_tx FROM ledger_checkpoint "
            "WHERE tenant_id = %s AND events = %s::regclass ORDER BY size",
            [log.tenant_id, log.table],
        )
        for size, root, note, signed_at, next_tx in cursor.fetchall():
            yield Checkpoint(size, bytes(root), "database", note, signed_at, next_tx)

"""An archive's file by itself, without the database: do its events lead to checkpoints that the key of the logs has
signed, and that somebody has kept outside?

Each leaf is computed from its row. With the hashes beside them, which the footer has, a tenant's leaves are the tree of
the checkpoint in the footer. What is left of events from which a person was erased is not proved by their leaves.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from ...models import Event
from ...sealing.checkpoints import Checkpoint, open_checkpoint
from ...sealing.keys import VerifyingKeys
from ...sealing.logs.event_rows.copying import Row
from ...sealing.logs.growing import split
from ...sealing.logs.leaf_ranges import LeafRanges
from ...sealing.logs.published import outside
from ...sealing.merkle import Frontier, complete_subtrees, leaf_hash
from ...sealing.notes import NoteError
from ..errors import ArchiveError
from ..files.parquet import OF_LOG, Reader
from .checking import form_of

ROWS_AT_ONCE = 1000  # from one sign of progress to the next


class OfTenant(NamedTuple):
    """``wrong``: a sentence; "": its events lead to the checkpoint. ``erased``: of those, from which a person was."""

    tenant_id: UUID
    events: int
    erased: int
    wrong: str


def verify_file(
    reader: Reader, model: type[Event], keys: VerifyingKeys, folder: Path | None, show: Callable[[int], object]
) -> Iterator[OfTenant]:
    """Each tenant of the file. ``folder``: a copy of CHECKPOINT_DIR, in which the checkpoints must be. Raises
    ArchiveError where the file cannot be read."""
    names = [column.name for column in reader.columns]
    tenants: dict[str, dict[str, Any]] = dict(reader.about["tenants"])
    for tenant, rows in groupby(reader.rows(), lambda row: row[names.index("tenant_id")]):
        facts = tenants.pop(str(tenant), None)
        if facts is None:
            raise ArchiveError(
                f"It has events of tenant {tenant}, of which its footer says nothing, or not in one place."
            )
        yield _OfTenant(reader, model, UUID(tenant), facts, show).verified(rows, keys, folder)
    for tenant, facts in tenants.items():
        yield OfTenant(UUID(tenant), 0, 0, f"its {facts['events']:,} events are missing.")


class _OfTenant:
    def __init__(
        self, reader: Reader, model: type[Event], tenant_id: UUID, facts: dict[str, Any], show: Callable[[int], object]
    ) -> None:
        names = [column.name for column in reader.columns]
        self._index, self._salt, self._commitment = (names.index(column.name) for column in OF_LOG)
        self._sealed = form_of(reader).sealed(model)
        self._record = str(reader.about["record"]).replace("_", "-")
        self._tenant_id = tenant_id
        self._facts = facts
        self._show = show
        self._events = self._erased = 0

    def verified(self, rows: Iterator[Row], keys: VerifyingKeys, folder: Path | None) -> OfTenant:
        try:
            checkpoint = self._checkpoint(keys)
            wrong = self._leads_to(checkpoint, rows) or _not_kept(checkpoint, folder, self._record, self._tenant_id)
        except (NoteError, KeyError, TypeError, ValueError) as error:
            wrong = f"its events are not proved: {error}"
        for _ in rows:
            self._events += 1
        return OfTenant(self._tenant_id, self._events, self._erased, wrong)

    def _checkpoint(self, keys: VerifyingKeys) -> Checkpoint:
        note = self._facts.get("checkpoint")
        if not note:
            raise ValueError("they were not sealed when they were archived, or no checkpoint was published.")
        origin = note.partition("\n")[0]
        if not re.fullmatch(rf".+/{self._tenant_id}/{self._record}(/\d+)?", origin):
            raise ValueError(f"the checkpoint is of another log ({origin}).")
        return open_checkpoint(note.encode(), keys.verifiers(origin), origin).checkpoint

    def _leads_to(self, checkpoint: Checkpoint, rows: Iterator[Row]) -> str:
        beside = iter(split(b64decode(self._facts["proof"], validate=True)))
        tree = Frontier()
        for start, end in LeafRanges((int(start), int(end)) for start, end in self._facts["leaves"]):
            _fill(tree, start, beside)
            for row in rows:
                self._count(row)
                if row[self._index] != str(tree.size):
                    return f"leaf {tree.size:,} is missing, or not in its place."
                tree.append(self._hash(row))
                if tree.size == end:
                    break
        for row in rows:
            self._count(row)
            return "it has more events than its footer says."
        _fill(tree, checkpoint.size, beside)
        if next(beside, None) is not None or tree.root() != checkpoint.root:
            return f"its events do not lead to the checkpoint of {checkpoint.size:,} events: something was altered."
        return ""

    def _count(self, row: Row) -> None:
        self._events += 1
        self._erased += row[self._commitment] is not None
        if not self._events % ROWS_AT_ONCE:
            self._show(ROWS_AT_ONCE)

    def _hash(self, row: Row) -> bytes:
        leaf, _ = self._sealed(row, bytes.fromhex(row[self._salt] or ""), row[self._commitment] or "")
        return leaf_hash(leaf)


def _fill(tree: Frontier, until: int, beside: Iterator[bytes]) -> None:
    """What stands between ranges of leaves."""
    for level, _ in complete_subtrees(tree.size, until):
        node = next(beside, None)
        if node is None:
            raise ValueError("the footer has too few hashes.")
        tree.append(node, level)


def _not_kept(checkpoint: Checkpoint, folder: Path | None, record: str, tenant_id: UUID) -> str:
    if folder is None:
        return ""
    kept = {(entry.size, entry.root) for entry in outside.entries(record, tenant_id, folder)}
    if (checkpoint.size, checkpoint.root) in kept:
        return ""
    return f"the checkpoint of {checkpoint.size:,} events is not among those in {folder}, or has another root there."

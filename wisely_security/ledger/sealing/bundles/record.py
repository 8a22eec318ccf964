"""What a bundle has of a record, read in the snapshot in which its CSV is: sealed events, and how far they reach."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from ...models import Event, first_id, time_of
from ..keys import SigningKeys
from ..logs.event_rows.copying import Row, copy_rows
from ..logs.event_rows.rows import columns, sealed_json
from ..logs.lookup import NewestCheckpoint, StoredNodes, newest_checkpoint, sealed_events
from ..notes import Note, Signer
from ..verifying.stored import Removals, StoredLog
from .leaf_set import LeafSet
from .writing import Head, SealedEvent

logger = logging.getLogger(__name__)
BATCH = 2_000  # events
MOST_COUNTED = 10_000


class NotSealedError(Exception):
    """There is no checkpoint of this tenant's log yet."""


@dataclass(frozen=True)
class SealedRecord:
    """A tenant's record up to its newest checkpoint."""

    model: type[Event]
    tenant_id: UUID
    newest: NewestCheckpoint

    @classmethod
    def of(cls, model: type[Event], tenant_id: UUID) -> SealedRecord:
        newest = newest_checkpoint(model, tenant_id)
        if newest is None:
            raise NotSealedError
        return cls(model, tenant_id, newest)

    @property
    def is_sealed(self) -> Q:
        """The condition that the checkpoint covers an event: leaves are in the order of transactions and ids."""
        return Q(tx__lt=self.newest.last_tx) | Q(tx=self.newest.last_tx, id__lte=self.newest.last_id)

    def not_sealed(self, events: Any) -> int:
        """How many of these events, a queryset, are newer than the checkpoint. Of the newest 10,001 at most."""
        ids = [key for (key,) in self._ask(_NEWER, *[self.newest.last_tx] * 2, self.newest.last_id, MOST_COUNTED + 1)]
        return int(events.filter(pk__in=ids).count()) if ids else 0

    def head(self, keys: SigningKeys) -> tuple[Head, Signer]:
        """The log's head, signed with the key in use too where that is a newer one. Raises NoteError for a checkpoint
        that no key of this installation has signed."""
        signer = keys.signer(self.newest.origin)
        note = Note.parse(self.newest.note.encode())
        signed = note.verified_by(keys.verifiers(self.newest.origin))
        if signer.public.key_id not in {each.key_id for each in signed}:
            note = Note(note.text, (*note.signatures, signer.sign(note.text)))
        nodes = StoredNodes(self.model, self.tenant_id, self.newest.size)
        return Head(bytes(note), self.newest.size, nodes), signer

    def events(self, ids: Iterable[UUID], *, shown: bool = True) -> Iterator[SealedEvent]:
        """Of these ids, newest first; without their personal fields where they are not ``shown``. One that is not
        sealed, or is gone, is left out. One that was altered is as it is now: whoever checks the bundle finds it."""
        make, table = sealed_json(self.model, 0), self.model._meta.db_table
        query = f"SELECT {', '.join(columns(self.model))} FROM {table} WHERE tenant_id = %s AND id = ANY (%s) ORDER BY id DESC"  # noqa: S608, E501
        remaining, altered = iter(ids), 0
        while batch := list(islice(remaining, BATCH)):
            places = sealed_events(self.model, self.tenant_id, batch)
            rows: list[Row] = []
            copy_rows(query, [self.tenant_id, batch], rows.append)
            for row in rows:
                found = places.get(UUID(row[0]))
                if found is None or found.leaf_index >= self.newest.size:
                    continue
                leaf, personal = make(row, found.salt, found.sealed.hex() if found.sealed else "")
                altered += sha256(b"\0" + leaf).digest() != found.leaf_hash
                if shown:
                    yield SealedEvent(found.leaf_index, leaf, personal, None if found.sealed else found.salt)
                else:
                    yield SealedEvent(found.leaf_index, leaf, None, None)
        if altered:
            logger.critical("%s of %s are not what was sealed. Run manage.py verify.", altered, self.newest.origin)

    def around(self, start: datetime, end: datetime) -> tuple[Sequence[UUID], Sequence[UUID]]:
        """Events outside of a period, each newest first, that show that nothing of it is missing: those that were
        sealed among the events of the period, and the next one on either side. After the period, and before it."""
        size, bounds = self.newest.size, (first_id(start), first_id(end))
        [(first, last)] = self._ask(_INDEXES, size, *bounds, *bounds, size)
        if first is None:
            before = self._ask(_LAST_BEFORE, bounds[0], size, bounds[0], size)
            last = before[0][0] if before else -1
            first = last + 1
        first, last = max(first - 1, 0), min(last + 1, size - 1)
        found = [key for (key,) in self._ask(_OUTSIDE, first, last, *bounds, first, last, *bounds)]
        return [key for key in found if key >= bounds[1]], [key for key in found if key < bounds[0]]

    def has_left(self, leaves: LeafSet, keys: SigningKeys) -> bool:
        """Whether the events that a stretch of the log lacks have left the record by the rules."""
        newest = self.newest
        log = StoredLog(self.model._meta.db_table, self.tenant_id, newest.origin, newest.size, newest.size, b"", None)
        removals, gone = Removals(keys, log), list(islice(leaves.missing(), MOST_COUNTED))
        departed = removals.departed
        found: dict[int, UUID] = dict(self._ask(_IDS, gone[0], gone[-1], gone))
        months = {index: time_of(key).date().replace(day=1) for index, key in found.items()}
        return all(index in departed or (index in months and removals.why(months[index], index)) for index in gone)

    def _ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(sql.format(table=table), [self.tenant_id, *([] if "{table}" in sql else [table]), *values])
            return list(cursor.fetchall())


_NEWER = """
    SELECT id FROM {table} WHERE tenant_id = %s AND tx >= %s AND (tx > %s OR id > %s) LIMIT %s
"""
_LEAVES = """
    SELECT {columns} FROM ledger_sealed CROSS JOIN LATERAL (
        SELECT id, first_index + place - 1 AS index FROM unnest(ids) WITH ORDINALITY AS leaf (id, place)
    ) AS leaf WHERE tenant_id = %s AND events = %s::regclass
"""
_INDEXES = (
    _LEAVES.format(columns="min(index), max(index)")
    + "AND first_index < %s AND highest_id >= %s AND lowest_id < %s AND id >= %s AND id < %s AND index < %s"
)
_LAST_BEFORE = """
    SELECT first_index + place - 1 FROM (
        SELECT first_index, ids FROM ledger_sealed
        WHERE tenant_id = %s AND events = %s::regclass AND lowest_id < %s AND first_index < %s
        ORDER BY first_index DESC LIMIT 1
    ) AS run CROSS JOIN LATERAL unnest(ids) WITH ORDINALITY AS leaf (id, place)
    WHERE id < %s AND first_index + place - 1 < %s ORDER BY place DESC LIMIT 1
"""
_OUTSIDE = (
    _LEAVES.format(columns="id")
    + "AND first_index + number > %s AND first_index <= %s AND (lowest_id < %s OR highest_id >= %s) "
    "AND index BETWEEN %s AND %s AND (id < %s OR id >= %s) ORDER BY id DESC"
)
_IDS = _LEAVES.format(columns="index, id") + "AND first_index + number > %s AND first_index <= %s AND index = ANY (%s)"

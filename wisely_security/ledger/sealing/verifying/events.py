"""The events of a log against its leaves: each is computed again from its row and salt."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from datetime import UTC, date, datetime
from uuid import UUID

from django.db import connection

from ...models import EPOCH, Event, first_id, time_of
from ..logs.departures.removals import ARCHIVED
from ..logs.event_rows.copying import Row, copy_rows
from ..logs.event_rows.rows import columns, leaf_hasher
from .findings import Checkpoint, Findings
from .stored import Position, Removals, StoredLog, ask
from .trees import Doubtful

TOLERANCE = 60_000  # milliseconds between an event's time and that of a checkpoint: clocks are set
AT_ONCE = 1000  # rows from one sign of progress to the next
AHEAD = 9  # columns of a row before those of the event, whose first is the id

Bounds = tuple[UUID, UUID]
ALL_TIME: Bounds = (UUID(int=0), UUID(int=(1 << 128) - 1))

# Along the index of events, beside which the leaves are sorted, however many the planner expects.
MERGE = (
    "SET LOCAL enable_hashjoin = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; "
    "SET LOCAL work_mem = '64MB'"
)
_QUERY = """
    SELECT leaf.number, leaf.tx, encode(leaf.salt, 'hex'), encode(leaf.hash, 'hex'), event.tx, leaf.id,
           encode(erased.sealed, 'hex'), encode(erased.kept, 'hex'), erased.erasure{columns}
    FROM (
        SELECT first_index + place - 1 AS number, id, tx,
               substr(salts, (16 * place - 15)::int, 16) AS salt, substr(hashes, (32 * place - 31)::int, 32) AS hash
        FROM (
            SELECT first_index, ids, txs, salts || ''::bytea AS salts, hashes || ''::bytea AS hashes FROM ledger_sealed
            WHERE tenant_id = %s AND events = %s::regclass AND highest_id >= %s AND lowest_id < %s OFFSET 0
        ) AS run, unnest(ids, txs) WITH ORDINALITY AS leaf (id, tx, place)
        WHERE id >= %s AND id < %s OFFSET 0  -- lest each leaf carries all hashes of its run through the sort
    ) AS leaf
    FULL JOIN (SELECT * FROM {table} WHERE tenant_id = %s AND id >= %s AND id < %s) AS event USING (id)
    LEFT JOIN (
        SELECT DISTINCT ON (id) id, sealed, kept, erasure FROM ledger_erased
        WHERE tenant_id = %s AND events = %s::regclass AND id >= %s AND id < %s ORDER BY id, erasure DESC
    ) AS erased ON erased.id = event.id
"""


class RecordedTimes:
    """Between which moments an event was recorded, by its transaction and by its place in the log."""

    def __init__(self, table: str) -> None:
        rows = ask(
            "SELECT DISTINCT ON (date_trunc('minute', signed_at)) next_tx, signed_at FROM ledger_checkpoint "
            "WHERE events = %s::regclass AND next_tx >= 0 ORDER BY date_trunc('minute', signed_at), signed_at",
            table,
        )
        self._set((next_tx, _milliseconds(signed_at)) for next_tx, signed_at in rows)

    def with_arrived(self, checkpoints: Iterable[Checkpoint]) -> RecordedTimes:
        """Also those of a log that came from another cell, from before it came: its numbers are below all of this
        server's, and only it knows when they were."""
        arrived = [(it.next_tx, _milliseconds(it.signed_at)) for it in checkpoints if it.next_tx < 0 and it.signed_at]
        if not arrived:
            return self
        both = copy(self)
        both._set([*arrived, *zip(self._txs, self._after, strict=True)])
        return both

    def _set(self, pairs: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(pairs)
        self._txs = [tx for tx, _ in ordered]
        self._after = [moment for _, moment in ordered]

    def not_before(self, tx: int) -> int:
        place = bisect_right(self._txs, tx)
        return self._after[place - 1] if place else 0


class EventCheck:
    """Of one log. ``unrecorded``: erasures that nothing records.

    ``archived`` and ``erased`` events are counted, and those of before sealing or not sealed yet.
    """

    def __init__(
        self,
        model: type[Event],
        log: StoredLog,
        removals: Removals,
        checkpoints: Sequence[Checkpoint],
        findings: Findings,
        doubtful: Doubtful,
        position: Position,
        times: RecordedTimes,
        earlier: Callable[[date], bool],
        unrecorded: Collection[str],
        progress: Callable[[int], object],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._log = log
        self._model = model
        self._findings = findings
        self._doubtful = doubtful
        self._position = position
        self._times = times
        self._earlier = earlier
        self._unrecorded = unrecorded
        self._progress = progress
        self._taken = 0
        self._removals = removals
        self._leaf_before: str | None = None
        self._leaf_hash = leaf_hasher(model, AHEAD)
        in_database = [each for each in checkpoints if each.signed_at]
        self._sizes = [each.size for each in in_database]
        self._signed = [_milliseconds(each.signed_at) for each in in_database if each.signed_at]

    def run(self, bounds: Bounds) -> None:
        of_log = [self._log.tenant_id, self._log.table, *bounds, *bounds, self._log.tenant_id, *bounds]
        of_log += [self._log.tenant_id, self._log.table, *bounds]
        its_columns = "".join(f", event.{column}" for column in columns(self._model))
        query = _QUERY.format(table=self._model._meta.db_table, columns=its_columns)
        with connection.cursor() as cursor:
            cursor.execute(MERGE)
        copy_rows(query, of_log, self._take)

    def _take(self, row: Row) -> None:
        index, tx, salt, leaf_hash, event_tx, leaf_id, sealed, kept, erasure, event_id = row[: AHEAD + 1]
        self._taken += 1
        if not self._taken % AT_ONCE:
            self._progress(AT_ONCE)
        if leaf_id is not None and leaf_id == self._leaf_before:
            self._findings.about_event(int(index or 0), "twice", leaf_id, "was sealed twice: the sealer was set back.")
        self._leaf_before = leaf_id
        if index is None:
            self._without_leaf(str(event_id), int(event_tx or 0))
        elif event_id is None:
            self._without_event(str(leaf_id), int(index))
        else:
            self.counts["checked"] += 1
            if self._leaf_hash(row, bytes.fromhex(salt or ""), sealed or "", kept or "").hex() != leaf_hash:
                self._altered(event_id, int(index))
            elif erasure:
                self._check_erased(event_id, int(index), erasure)
            if tx != event_tx:
                self._findings.about_event(
                    int(index),
                    "moved",
                    event_id,
                    f"was given another place: its transaction is {event_tx}, it was {tx}.",
                )
            self._check_time(event_id, int(index), int(event_tx or 0))
            if self._removals:
                self._check_left(event_id, int(index))

    def _altered(self, event_id: str, index: int) -> None:
        if index in self._doubtful:
            text = "is not what its leaf hash says, and stored hashes around it were rewritten."
        else:
            text = "is not what was sealed: it was altered."
        self._findings.about_event(index, "altered", event_id, text)

    def _check_erased(self, event_id: str, index: int, erasure: str) -> None:
        if erasure in self._unrecorded:
            text = "was altered: something was erased from it, and no erasure was recorded that says so."
            self._findings.about_event(index, "altered", event_id, text)
        else:
            self.counts["person erased"] += 1

    def _without_leaf(self, event_id: str, tx: int) -> None:
        key = UUID(event_id)
        if tx >= self._position.end:
            self._findings.about_event(
                None, "inserted", event_id, f"has a transaction that is still to come ({tx}): it was inserted."
            )
        elif not self._position.is_behind(tx, self._log.tenant_id, key):
            self.counts["not yet sealed"] += 1
        elif self._earlier(_month(key)):
            self.counts["of before sealing"] += 1
        else:
            self._findings.about_event(
                None, "inserted", event_id, "was never sealed, though later ones were: it was inserted."
            )

    def _without_event(self, event_id: str, index: int) -> None:
        if why := self._removals.why(_month(UUID(event_id)), index):
            self.counts[why[0]] += 1
        else:
            self._findings.about_event(index, "missing", event_id, "is missing: it was deleted.")

    def _check_left(self, event_id: str, index: int) -> None:
        """A month that came back, and whose return is no longer noted, would explain that events of it are missing."""
        if (why := self._removals.why(_month(UUID(event_id)), index)) and why[0] == ARCHIVED:
            text = f"is here, though its month left for {why[1]}: how it came back is not noted."
            self._findings.about_event(index, "left", event_id, text)

    def _check_time(self, event_id: str, index: int, tx: int) -> None:
        moment = int(event_id[:8] + event_id[9:13], 16)
        if moment + TOLERANCE < self._times.not_before(tx):
            self._findings.about_event(
                index, "back-dated", event_id, "was inserted later than its time says: it is back-dated."
            )
        place = bisect_left(self._sizes, index + 1)
        if place < len(self._signed) and moment > self._signed[place] + TOLERANCE:
            self._findings.about_event(
                index, "future", event_id, "has a time that was still to come when it was sealed."
            )


def _milliseconds(moment: datetime) -> int:
    return round((moment - EPOCH).total_seconds() * 1000)


def _month(key: UUID) -> date:
    return time_of(key).date().replace(day=1)


def bounds_of(first: date, until: date) -> Bounds:
    start, end = (first_id(datetime(day.year, day.month, 1, tzinfo=UTC)) for day in (first, until))
    return start, end

"""Whether archives hold what was sealed: each event's leaf is computed from its row, and compared with the log.

The log's hashes have stayed in the database, and lead to its checkpoints. So a file that was rewritten is found even
where what the database has about the file was rewritten with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from itertools import groupby
from uuid import UUID

from django.db import connection

from wisely_security.progress import progress

from ...models import Archive, Event
from ...months.partitions import Partition
from ...sealing.logs.event_rows.copying import Row
from ...sealing.logs.growing import split
from ...sealing.logs.leaf_ranges import LeafRanges
from ...sealing.merkle import leaf_hash
from ...sealing.verifying.departed import ArchiveFault
from ...sealing.verifying.stored import ask
from .. import holders
from ..errors import ArchiveError
from ..files import archive_files, earlier_format
from ..files.parquet import OF_LOG, Reader
from .leaf_of_row import Form

HASHES_AT_ONCE = 2048

Faults = dict[UUID, list[ArchiveFault]]


class ArchiveVerification:
    """An ``ArchiveCheck``. ``faults``: sentences about files, which are of no single tenant."""

    def __init__(self, tenant_id: UUID | None = None) -> None:
        self.faults: list[str] = []
        self._tenant_id = tenant_id

    def __call__(self, model: type[Event], since: date | None, until: date | None) -> Faults:
        found: Faults = defaultdict(list)
        archives = Archive.objects.filter(events=model._meta.db_table)
        if since and until:
            archives = archives.filter(month__gte=since, month__lt=until)
        for archive in archives.order_by("month", "name"):
            its = self._faults(archive, model)
            for tenant_id, faults in its.items():
                found[tenant_id] += faults
        for tenant_id, month, name in holders.unlisted(model._meta.db_table):
            if since is None or until is None or since <= month < until:
                text = f"the events of {month:%Y-%m} left for {name}, which is not in the list of archives."
                found[tenant_id].append(ArchiveFault(None, "", "archive", text))
        return found

    def _faults(self, archive: Archive, model: type[Event]) -> Faults:
        wrong = archive_files.state(archive)
        if earlier_format.is_of(archive):
            self.faults += [f"Archive {archive.name}: {wrong}"] if wrong else []
            return {}
        expected = holders.leaves_of(archive)
        try:
            with progress(archive.rows, title=archive.name) as bar:
                reader = Reader(archive_files.path_of(archive.name))
                found = faults_of(reader, model, expected, bar.update, self._tenant_id)
        except (ArchiveError, OSError) as error:
            self.faults.append(f"Archive {archive.name}: {wrong or error}")
            text = f"the events of {archive.month:%Y-%m} cannot be verified: {wrong or error}"
            return {tenant_id: [ArchiveFault(None, "", "archive", text)] for tenant_id in expected}
        if wrong and not found:
            self.faults.append(f"Archive {archive.name}: {wrong} Its events are those that were sealed.")
        return found


def faults_of(
    reader: Reader,
    model: type[Event],
    expected: Mapping[UUID, LeafRanges],
    show: Callable[[int], object] = lambda number: None,
    only: UUID | None = None,
) -> Faults:
    """What is wrong with the rows of a file, of all tenants or of one, by tenant. ArchiveError: it cannot be read."""
    found: Faults = {}
    check = _RowCheck(reader, model)
    rows = reader.rows(tenant_id=str(only or ""))
    place = [column.name for column in reader.columns].index("tenant_id")
    for tenant, its in groupby(rows, lambda row: row[place]):
        tenant_id = UUID(tenant)
        if only in (None, tenant_id):
            if tenant_id in found:
                raise ArchiveError(f"The events of tenant {tenant} are not in one place.")
            found[tenant_id] = list(check.of_tenant(tenant_id, its, expected.get(tenant_id, LeafRanges()), show))
    for tenant_id, leaves in expected.items():
        if tenant_id not in found and only in (None, tenant_id):
            found[tenant_id] = list(_missing(leaves))
    return {tenant_id: faults for tenant_id, faults in found.items() if faults}


def first_of(faults: Faults) -> str:
    for tenant_id, its in faults.items():
        event = f"event {its[0].event_id} " if its[0].event_id else ""
        return f"Tenant {tenant_id}: {event}{its[0].text} Run manage.py verify."
    return ""


class _RowCheck:
    def __init__(self, reader: Reader, model: type[Event]) -> None:
        names = [column.name for column in reader.columns]
        self._table = model._meta.db_table
        self._id = names.index("id")
        self._index, self._salt, self._commitment = (names.index(column.name) for column in OF_LOG)
        self._sealed = form_of(reader).sealed(model)
        month = date.fromisoformat(f"{reader.about['month']}-01")
        self._bounds = Partition(self._table, month).bounds

    def of_tenant(
        self, tenant_id: UUID, rows: Iterator[Row], expected: LeafRanges, show: Callable[[int], object]
    ) -> Iterator[ArchiveFault]:
        hashes = LogHashes(self._table, tenant_id)
        kept_of = dict(ask(_KEPT, tenant_id, self._table, *self._bounds))
        there = LeafRanges()
        for number, row in enumerate(rows, 1):
            if not number % HASHES_AT_ONCE:
                show(HASHES_AT_ONCE)
            index, event_id = row[self._index], str(row[self._id])
            if index is None:
                if expected:
                    yield ArchiveFault(
                        None, event_id, "inserted", "was never sealed: it was inserted into the archive."
                    )
                continue
            try:
                there.append(int(index), int(index) + 1)
            except ValueError:
                there |= LeafRanges([(int(index), int(index) + 1)])
                yield ArchiveFault(int(index), event_id, "moved", "has another place in the archive than in the log.")
            kept = kept_of.get(event_id)
            if kept and row[self._commitment] is None:
                text = "still has in the archive what was erased of it."
                yield ArchiveFault(int(index), event_id, "not erased", text)
            elif self._hash(row, kept) != hashes(int(index)):
                yield ArchiveFault(int(index), event_id, "altered", "is not what was sealed: the archive was altered.")
        yield from _missing(expected - there)
        for start, end in there - expected:
            text = f"the archive has events of leaves {start:,} to {end - 1:,}, which did not leave for it."
            yield ArchiveFault(start, "", "inserted", text)

    def _hash(self, row: Row, kept: str | None) -> bytes | None:
        """``kept``: the commitment to what is left, where something was erased. None: something else is left."""
        salt, sealed = bytes.fromhex(row[self._salt] or ""), row[self._commitment] or ""
        leaf, personal = self._sealed(row, salt, sealed)
        if sealed and sha256(salt + personal).hexdigest() != kept:
            return None
        return leaf_hash(leaf)


def form_of(reader: Reader) -> Form:
    return Form.of([column for column in reader.columns if column not in OF_LOG], reader.about["later"])


def _missing(leaves: LeafRanges) -> Iterator[ArchiveFault]:
    for start, end in leaves:
        text = f"the events of leaves {start:,} to {end - 1:,} are missing in the archive."
        yield ArchiveFault(start, "", "missing", text)


class LogHashes:
    """Leaf hashes of a log that are asked for in about their order; None where there is none."""

    def __init__(self, table: str, tenant_id: UUID) -> None:
        self._log = tenant_id, table
        self._first = 0
        self._hashes: list[bytes | None] = []

    def __call__(self, index: int) -> bytes | None:
        if not 0 <= index - self._first < len(self._hashes):
            self._read(index)
        return self._hashes[index - self._first]

    def _read(self, first: int) -> None:
        self._first = first
        self._hashes = [None] * HASHES_AT_ONCE
        last = first + HASHES_AT_ONCE
        with connection.cursor() as cursor:
            cursor.execute(_HASHES, [*self._log, first, last] * 2)
            for start, run in cursor.fetchall():
                for index, each in enumerate(split(bytes(run)), start):
                    if first <= index < last:
                        self._hashes[index - first] = each


_HASHES = """
    SELECT first_index, hashes FROM ledger_sealed
    WHERE (tenant_id, events) = (%s, %s::regclass) AND first_index > %s - 256 AND first_index < %s
    UNION ALL
    SELECT first_index, hashes FROM ledger_departed
    WHERE (tenant_id, events) = (%s, %s::regclass) AND first_index > %s - 256 AND first_index < %s
"""
_KEPT = """
    SELECT DISTINCT ON (id) id::text, encode(kept, 'hex') FROM ledger_erased
    WHERE (tenant_id, events) = (%s, %s::regclass) AND id >= %s AND id < %s ORDER BY id, erasure DESC
"""

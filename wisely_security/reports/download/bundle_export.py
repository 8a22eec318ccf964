"""A CSV with its proof: the CSV as it is without one, and the sealed events of the same rows, in one ZIP file.

Everything comes from one snapshot, and the filters are applied once: the ids of the rows go to a temporary file, 16
bytes each, and the events are read by them.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from wisely_security.ledger.sealing.bundles.leaf_set import LeafSet
from wisely_security.ledger.sealing.bundles.manifest import Manifest
from wisely_security.ledger.sealing.bundles.record import BATCH, MOST_COUNTED, SealedRecord
from wisely_security.ledger.sealing.bundles.writing import Bundle, SealedEvent
from wisely_security.ledger.sealing.keys import SigningKeys
from wisely_security.ledger.sealing.logs.event_rows.sealed_columns import later_columns

from ..filtering.filters import ReportFilterSet
from ..filtering.local_time import spans
from ..table.columns import ROW_END, copy_statement, rules
from .csv_export import BOM, CRLF, CsvExport
from .export import PIECE


@dataclass(eq=False, kw_only=True)
class BundleExport(CsvExport):
    """``filters``: what selects the rows. ``facts``: what the bundle says of them. ``is_whole``: there is no filter but
    the period. ``not_sealed``: how many events were left out, once that is known."""

    filters: ReportFilterSet
    table: type[Any]
    tenant_id: UUID
    keys: SigningKeys
    facts: dict[str, str]
    is_whole: bool
    not_sealed: int = 0
    statement: str = ""
    _ids: _Ids = field(init=False)
    _bundle: Bundle = field(init=False)

    def pieces(self) -> Generator[bytes]:
        self._start()
        yield from self._arriving()

    def _work(self) -> None:
        file = _Pieces(self._put)
        with _Ids() as self._ids:
            self._bundle = Bundle(file, timezone.now())
            try:
                self._bundle.begin("events.csv")
                self._bundle.write(BOM + ",".join(self.header).encode() + CRLF)
                file.flush()  # something leaves at once, however far the first row is
                self.read(self._fill)
            except BaseException:
                self._bundle.abandon()
                raise
        file.flush()

    def take(self, rows: bytes) -> None:
        self._ids.add(rows)
        super().take(rows)

    def _send(self, text: bytes) -> None:
        self._bundle.write(text)

    def _fill(self, cursor: Any) -> None:
        during = self.filters.form.cleaned_data["during"]
        record = SealedRecord.of(self.filters.queryset.model, self.tenant_id)
        head, signer = record.head(self.keys)
        self.statement = copy_statement(self.table, self.filters.qs.filter(record.is_sealed), during)
        self._run_copy(cursor)
        self._bundle.end()
        self.not_sealed = record.not_sealed(self.filters.qs)
        leaves = self._bundle.add_events(self._events(record), head.size)
        period = (during.start, during.end) if self._is_complete(record, leaves) else None
        if self.is_whole and not period:
            self.facts["Completeness"] = "cannot be proved: events that were sealed between these have been archived"
        manifest = Manifest(
            columns=rules(self.table),
            offsets=spans(during),
            period=period,
            later=later_columns(record.model),
            facts={**self.facts, "Rows": f"{self.rows:,}", "Not sealed yet": left_out(self.not_sealed)},
        )
        self._bundle.finish(leaves, head, manifest, signer)

    def _events(self, record: SealedRecord) -> Iterator[SealedEvent]:
        if not self.is_whole:
            yield from record.events(self._ids)
            return
        during = self.filters.form.cleaned_data["during"]
        after, before = record.around(during.start, during.end)
        yield from record.events(after, shown=False)
        yield from record.events(self._ids)
        yield from record.events(before, shown=False)

    def _is_complete(self, record: SealedRecord, leaves: LeafSet) -> bool:
        """Whether the bundle says that nothing is missing. Where events of the stretch are gone, and no rule explains
        it, it does, and whoever checks it finds that some are."""
        return self.is_whole and (leaves.is_stretch or not leaves.number or not record.has_left(leaves, self.keys))


def left_out(number: int) -> str:
    if not number:
        return "0 events"
    many = f"more than {MOST_COUNTED:,}" if number > MOST_COUNTED else f"{number:,}"
    return f"{many} newer event{'' if number == 1 else 's'}, which the rows do not include"


class _Pieces:
    """The file that a ZIP is written to."""

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put, self._data = put, bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        if len(self._data) >= PIECE:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._data:
            self._put(bytes(self._data))
            self._data.clear()


class _Ids:
    """The ids of rows, in their order, in a temporary file."""

    def __enter__(self) -> _Ids:
        self._file = tempfile.TemporaryFile(prefix="wisely-")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, rows: bytes) -> None:
        """Each row ends with its id (``rules``)."""
        ids = _ID_AT_END.findall(rows)
        if len(ids) != rows.count(ROW_END):
            raise ValueError("A row does not end with the id of its event.")
        self._file.write(bytes.fromhex(b"".join(ids).replace(b"-", b"").decode()))

    def __iter__(self) -> Iterator[UUID]:
        self._file.seek(0)
        while keys := self._file.read(16 * BATCH):
            yield from (UUID(bytes=keys[place : place + 16]) for place in range(0, len(keys), 16))


_ID_AT_END = re.compile(rb",([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})" + re.escape(ROW_END))

"""Writes a download with its proof into a ZIP file, a piece at a time: a million events need 8 bytes of memory each."""

from __future__ import annotations

import json
import zipfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from ..leaves import as_json
from ..logs.sealed_columns import NO_LATER_COLUMNS, LaterColumns
from ..merkle import Node
from .multiproof import multiproof
from .readme import readme

VERSION = 1
LEVEL = 6  # of compression


@dataclass(frozen=True)
class SealedEvent:
    """An event as it was sealed. ``leaf`` and ``personal``: canonical JSON (``leaves.py``). ``personal`` and ``salt``
    are None when they have been erased."""

    index: int
    leaf: bytes
    personal: bytes | None
    salt: bytes | None

    @property
    def line(self) -> bytes:
        """Of events.ndjson, with its end."""
        personal, salt = self.personal or b"null", b'"%s"' % self.salt.hex().encode() if self.salt else b"null"
        return b'{"index":%d,"leaf":%s,"personal":%s,"salt":%s}\n' % (self.index, self.leaf, personal, salt)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """How the CSV is written from the sealed fields; ``verify_bundle.py`` says what a column has.

    ``offsets``: of the reader's zone, each with the moment from which it holds. ``erased``: the text that the CSV shows
    for what has been erased. ``period``: where the events are a whole stretch of the log, the first moment whose events
    are in the CSV, and the first moment after them. ``later``: the record's columns that were added later.
    """

    columns: Sequence[dict[str, Any]]
    offsets: Sequence[tuple[datetime, timedelta]] = ((datetime(1970, 1, 1, tzinfo=UTC), timedelta()),)
    erased: str = "Erased person"
    period: tuple[datetime, datetime] | None = None
    later: LaterColumns = NO_LATER_COLUMNS

    def __bytes__(self) -> bytes:
        period = self.period and {"start": as_json(self.period[0]), "end": as_json(self.period[1])}
        offsets = [[as_json(start), offset // timedelta(seconds=1)] for start, offset in self.offsets]
        facts = {
            "v": VERSION,
            "columns": self.columns,
            "offsets": offsets,
            "erased": self.erased,
            "period": period,
            "later": self.later._asdict(),
        }
        return json.dumps(facts, ensure_ascii=False, indent=1).encode() + b"\n"


@dataclass(kw_only=True)
class Bundle:
    """One download with its proof. ``checkpoint``: a signed note over the first ``size`` leaves of the log; ``node``:
    the log's stored nodes; ``vkey``: its public key; ``made_at``: what the ZIP gives as the time of its files.

    ``csv``: pieces of the download as it is. ``events``: those of its rows in their order, newest first; with a period,
    also those of the same stretch of the log that are outside of it. Both are iterated once, ``csv`` first.
    """

    checkpoint: bytes
    size: int
    node: Node
    vkey: str
    manifest: Manifest
    made_at: datetime
    _indexes: array[int] = field(default_factory=lambda: array("Q"))

    def write(self, file: IO[bytes], csv: Iterable[bytes], events: Iterable[SealedEvent]) -> None:
        """``file`` need not be seekable. ValueError for an index that is there twice or beyond the checkpoint."""
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            with self._member(archive, "events.csv") as write:
                for piece in csv:
                    write(piece)
            with self._member(archive, "events.ndjson") as write:
                for event in events:
                    self._indexes.append(event.index)
                    write(event.line)
            with self._member(archive, "proof", zipfile.ZIP_STORED) as write:  # hashes cannot be compressed
                for piece in multiproof(sorted(self._indexes), self.size, self.node):
                    write(piece)
            for name, content in (
                ("checkpoint", self.checkpoint),
                ("key", f"{self.vkey}\n".encode()),
                ("manifest.json", bytes(self.manifest)),
                ("README.txt", readme(self.vkey).encode()),
            ):
                with self._member(archive, name) as write:
                    write(content)

    @contextmanager
    def _member(
        self, archive: zipfile.ZipFile, name: str, compression: int = zipfile.ZIP_DEFLATED
    ) -> Iterator[Callable[[bytes], int]]:
        about = zipfile.ZipInfo(name, self.made_at.timetuple()[:6])
        about.compress_type = compression
        with archive.open(about, "w", force_zip64=True) as member:
            yield member.write

"""What a month is restored from: an archive of today, or of the earlier format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from wisely_security.progress import progress

from ...models import Archive, event_model
from ...months.loading import copy_text
from ...months.partitions import Partition
from ...sealing.logs.departures import departing, removals
from ...sealing.logs.departures.departing import ArchivedLeaf
from .. import holders
from ..check import checking
from ..errors import ArchiveError
from ..files import earlier_format
from ..files.parquet import OF_LOG, Reader


class Source(Protocol):
    """``columns``: as quoted names. ``number``: of events. ArchiveError where they are not as written."""

    columns: list[str]
    number: int

    def lines(self) -> Iterator[bytes]:
        """As COPY reads them."""

    def bring_back_leaves(self, partition: Partition) -> None:
        """What the log needs for events that are there again, and the note of it."""


class EarlierArchive(earlier_format.EarlierArchive):
    def __init__(self, archive: Archive) -> None:
        super().__init__(archive)
        self._name = archive.name

    def bring_back_leaves(self, partition: Partition) -> None:
        removals.note(partition, removals.RESTORED, self._name)


class ParquetArchive:
    """Each of its events is verified against the log first."""

    def __init__(self, archive: Archive, path: Path) -> None:
        self._name = archive.name
        self._reader = Reader(path)
        self.number = self._reader.number
        self._stored = [it.name for it in self._reader.columns if it not in OF_LOG and not it.is_computed]
        self.columns = ['"' + name.replace('"', '""') + '"' for name in self._stored]
        with progress(self.number, title=f"{archive.name}, verified") as bar:
            model = event_model(archive.events)
            faults = checking.faults_of(self._reader, model, holders.leaves_of(archive), bar.update)
        if faults:
            raise ArchiveError(f"{path.name} is not what was sealed. {checking.first_of(faults)}")

    def lines(self) -> Iterator[bytes]:
        for row in self._reader.rows(self._stored):
            yield f"{copy_text(row)}\n".encode()

    def bring_back_leaves(self, partition: Partition) -> None:
        rows = self._reader.rows(["tenant_id", "leaf_index", "tx", "id", "salt"])
        leaves = (
            ArchivedLeaf(str(tenant), int(index), str(tx), str(event_id), str(salt))
            for tenant, index, tx, event_id, salt in rows
            if index is not None
        )
        departing.bring_back(partition, self._name, leaves)

"""The Excel file: a worksheet of texts and real dates.

Rows come from the server a batch at a time and go to a temporary file (XlsxWriter, constant memory), which is sent when
it is complete. The table of contents of such a file comes last, so no part of one opens.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from .export import PIECE, Export, GivenUpError
from .worksheet import MOST_ROWS, EventSheet

BATCH = 2_000


class TooManyRowsError(Exception):
    """More events than a worksheet takes have come since they were counted."""


@dataclass(eq=False, kw_only=True)
class XlsxExport(Export):
    """``statement``: a SELECT of cells (columns.py). ``zone``: the reader's."""

    title: str
    zone: tzinfo

    def pieces(self) -> Generator[bytes]:
        with tempfile.TemporaryDirectory(prefix="wisely-") as folder:
            path = Path(folder, "export.xlsx")
            self.read(lambda cursor: self._write(path, cursor.connection))
            with path.open("rb") as file:
                while not self._stop.is_set() and (piece := file.read(PIECE)):
                    yield piece

    def _write(self, path: Path, connection: Any) -> None:
        workbook = Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
        workbook.use_zip64()
        workbook.set_properties({"title": self.title, "comments": f"Times in {self.zone}."})
        sheet = EventSheet(workbook, self.title, self.header, self.zone)
        try:
            with connection.cursor("xlsx") as cursor:  # a portal of the server's, as long as the transaction
                cursor.execute(self.statement)
                while batch := cursor.fetchmany(BATCH):
                    self._add(sheet, batch)
        except BaseException:
            sheet.abandon()
            raise
        sheet.finish()
        workbook.close()

    def _add(self, sheet: EventSheet, batch: Sequence[Sequence[Any]]) -> None:
        if self._stop.is_set():
            raise GivenUpError
        if self.rows + len(batch) > MOST_ROWS:
            raise TooManyRowsError
        for row in batch:
            sheet.add(row)
        self.rows += len(batch)

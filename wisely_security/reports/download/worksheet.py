"""A worksheet of events: a header that stays in sight, a filter in each column, real dates, and nothing that runs.

A date in a spreadsheet has no time zone. It is the reader's local time, and the format of its cell shows the offset.
Every other cell is a text, never a formula, a link or a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ..filtering.local_time import offset_text

MOST_ROWS = 1_048_575  # and the header
LONGEST_TEXT = 32_767  # of a cell, in units of UTF-16
NARROWEST, WIDEST = 10, 60  # columns, in characters
WIDTHS_FROM = 1_000  # rows


class _Texts(Worksheet):
    """XlsxWriter takes a text between <r> and </r> for one that it has formatted itself."""

    @staticmethod
    def _escape_control_characters(data: str) -> str:
        escaped: str = Worksheet._escape_control_characters(data)
        return f"_x003C_{escaped[1:]}" if escaped.startswith("<r>") else escaped


class EventSheet:
    def __init__(self, workbook: Workbook, title: str, header: Sequence[str], zone: tzinfo) -> None:
        self._workbook, self._zone = workbook, zone
        self._sheet = workbook.add_worksheet(title, worksheet_class=_Texts)
        self._sheet.freeze_panes(1, 0)
        self._sheet.repeat_rows(0)
        self._sheet.set_landscape()
        bold = workbook.add_format({"bold": True})
        for column, label in enumerate(header):
            self._sheet.write_string(0, column, label, bold)
        self._row = 0
        self._widths = [len(label) + 4 for label in header]  # with the filter's button
        self._formats: dict[timedelta, Format] = {}

    def add(self, cells: Sequence[Any]) -> None:
        self._row += 1
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime):
                self._add_time(column, cell)
            elif cell:
                self._sheet.write_string(self._row, column, fitted(cell))
        if self._row <= WIDTHS_FROM:
            lengths = (len(cell) if isinstance(cell, str) else 0 for cell in cells)
            self._widths = [max(widths) for widths in zip(self._widths, lengths, strict=True)]

    def _add_time(self, column: int, moment: datetime) -> None:
        local = moment.astimezone(self._zone)
        offset = local.utcoffset() or timedelta()
        if offset not in self._formats:
            text = f'yyyy-mm-dd hh:mm:ss.000" {offset_text(offset)}"'
            self._formats[offset] = self._workbook.add_format({"num_format": text, "align": "left"})
            self._widths[column] = max(self._widths[column], len(text) - 1)
        self._sheet.write_datetime(self._row, column, local.replace(tzinfo=None), self._formats[offset])

    def finish(self) -> None:
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, min(max(width, NARROWEST), WIDEST))
        self._sheet.autofilter(0, 0, self._row, len(self._widths) - 1)

    def abandon(self) -> None:
        self._sheet._opt_close()


def fitted(text: str) -> str:
    """The text, or as much of it as a cell takes, with a note of the rest."""
    if len(text) <= LONGEST_TEXT // 2 or _length(text) <= LONGEST_TEXT:
        return text
    note = f" … (cut: {len(text):,} characters in total; the CSV has them all)"
    return text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - len(note))].decode("utf-16-le", "ignore") + note


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

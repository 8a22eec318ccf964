"""Loading many events at once, each with a time of its own, as the owner: for demo data.

Rows go by COPY straight into the monthly partitions: COPY through the parent is refused under row-level security, and
its policies do not apply to a partition that is addressed directly.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby, islice
from typing import Any

from django.db import connections, transaction

from ..models import Event
from .partitions import add_months

Row = tuple[int, str]  # milliseconds since 1970, and the line that COPY reads
ROWS_A_CHUNK = 200

_RANDOM_OF_V7 = (0xFFF << 64) | ((1 << 62) - 1)
_V7 = (7 << 76) | (2 << 62)
_ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def id_at(milliseconds: int, random_bits: int) -> str:
    """A UUIDv7 of a moment, in hexadecimal. ``random_bits``: 76 or more."""
    return f"{milliseconds << 80 | _V7 | random_bits & _RANDOM_OF_V7:032x}"


def copy_text(values: Iterable[Any]) -> str:
    """Values as COPY's text format has them, between tabs."""
    return "\t".join(_one(value) for value in values)


def _one(value: Any) -> str:
    if value is None:
        return r"\N"
    text = json.dumps(value) if isinstance(value, dict) else str(value)
    return text.translate(_ESCAPED)


def load(
    model: type[Event],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    since: date,
    until: date,
    progress: Callable[[int], object],
) -> int:
    """Load rows in the order of time, all or none, in constant memory; returns how many.

    The partitions of all months from ``since`` to ``until`` exist. ``progress`` gets the number of rows of each part.
    """
    months = [since.replace(day=1)]
    while months[-1] < until:
        months.append(add_months(months[-1], 1))
    starts = [int(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp() * 1000) for month in months]
    table = model._meta.db_table
    lines = _Lines(progress)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for position, of_month in groupby(rows, lambda row: bisect_right(starts, row[0]) - 1):
            lines.rows = of_month
            partition = f"{table}_{months[position]:%Y_%m}"
            cursor.cursor.copy_expert(f"COPY {partition} ({', '.join(columns)}) FROM STDIN", lines)
        cursor.execute(f"ANALYZE {table}")
    return lines.read_so_far


class _Lines:
    """Rows as the file that COPY reads from."""

    def __init__(self, progress: Callable[[int], object]) -> None:
        self.rows: Iterator[Row] = iter(())
        self.read_so_far = 0
        self._progress = progress

    def read(self, size: int) -> str:
        """Some whole lines, about ``size`` or not: psycopg2 takes what it gets."""
        lines = [line for _, line in islice(self.rows, ROWS_A_CHUNK)]
        self.read_so_far += len(lines)
        self._progress(len(lines))
        return "".join(lines)

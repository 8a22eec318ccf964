"""Events as a Parquet file, and back: rows of text as PostgreSQL's COPY has them, in bounded memory.

The one module that imports pyarrow. It is large, so only commands import this module, no web process does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
from pyarrow import parquet as pq

from ...sealing.leaves import SALT_SIZE
from ...sealing.logs.event_rows.copying import Row
from ...sealing.merkle import HASH_SIZE
from ..errors import ArchiveError

ABOUT = b"wisely"  # the key of the footer that says what the file is
ROWS_PER_GROUP = 20_000
BYTES_PER_GROUP = 32 << 20  # of text; where events are large, groups have fewer rows
ROWS_AT_ONCE = 2_000  # when reading
LEVEL = 3  # of zstd

Values = Sequence[str | None]


class Column(NamedTuple):
    """``type``: PostgreSQL's name. ``is_personal``: sealed behind the commitment. ``is_computed``: from others."""

    name: str
    type: str
    is_personal: bool = False
    is_computed: bool = False


class _Kind(NamedTuple):
    """A type of Parquet, and from text to its values and back. None: the text is the value."""

    arrow: pa.DataType
    read: Callable[[str], Any] | None = None
    as_text: Callable[[Any], str] | None = None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


_TEXT = _Kind(pa.string())
_INTEGER = _Kind(pa.int64(), int, str)
_KINDS = {
    "int2": _INTEGER,
    "int4": _INTEGER,
    "int8": _INTEGER,
    "float4": _Kind(pa.float64(), float, repr),
    "float8": _Kind(pa.float64(), float, repr),
    "bool": _Kind(pa.bool_(), lambda text: text == "t", lambda value: "t" if value else "f"),
    "timestamptz": _Kind(pa.timestamp("us", "UTC"), _moment, datetime.isoformat),
    "salt": _Kind(pa.binary(SALT_SIZE), bytes.fromhex, bytes.hex),
    "hash": _Kind(pa.binary(HASH_SIZE), bytes.fromhex, bytes.hex),
}
# Beside the columns of the record: where an event is in its log, and what its leaf needs.
OF_LOG = (Column("leaf_index", "int8"), Column("salt", "salt"), Column("commitment", "hash"))


class Writer:
    """Rows have a value for each of ``columns``. ``finish`` writes the rest and the footer."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column]) -> None:
        self.rows = 0
        self._columns = columns
        self._kinds = [_kind(column) for column in columns]
        fields = [(column.name, kind.arrow) for column, kind in zip(columns, self._kinds, strict=True)]
        self._schema = pa.schema(fields)
        self._parquet = pq.ParquetWriter(file, self._schema, compression="zstd", compression_level=LEVEL)
        self._pending: list[Values] = []
        self._bytes = 0

    def write(self, row: Values) -> None:
        self._pending.append(row)
        self._bytes += sum([len(value) for value in row if value])
        if len(self._pending) == ROWS_PER_GROUP or self._bytes >= BYTES_PER_GROUP:
            self._flush()

    def finish(self, about: dict[str, Any]) -> None:
        if self._pending:
            self._flush()
        text = json.dumps({**about, "columns": [list(column) for column in self._columns]}, ensure_ascii=False)
        self._parquet.add_key_value_metadata({ABOUT: text.encode()})
        self._parquet.close()

    def _flush(self) -> None:
        arrays = [
            pa.array(_converted(values, kind.read), kind.arrow)
            for values, kind in zip(zip(*self._pending, strict=True), self._kinds, strict=True)
        ]
        self.rows += len(self._pending)
        self._pending.clear()
        self._bytes = 0
        self._parquet.write_batch(pa.record_batch(arrays, schema=self._schema), row_group_size=ROWS_PER_GROUP)


class Reader:
    """What is in a file: ``about``, which ``Writer.finish`` wrote, ``columns`` and ``number`` of its rows."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            self._parquet = pq.ParquetFile(path)
            self.about: dict[str, Any] = json.loads(self._parquet.metadata.metadata[ABOUT])
            self.columns = [Column(*column) for column in self.about["columns"]]
        except FileNotFoundError:
            raise
        except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
            raise ArchiveError(f"{path.name} cannot be read: {error}") from None
        if [column.name for column in self.columns] != self._parquet.schema_arrow.names:
            raise ArchiveError(f"{path.name} cannot be read: its columns are not those that it names.")

    @property
    def number(self) -> int:
        return int(self._parquet.metadata.num_rows)

    def rows(self, names: Sequence[str] | None = None, tenant_id: str = "") -> Iterator[Row]:
        """Text as COPY has it, of all columns or some. ``tenant_id``: only row groups that may have its events."""
        wanted = names or [column.name for column in self.columns]
        as_text = {column.name: _kind(column).as_text for column in self.columns}
        groups = [number for number in range(self._parquet.num_row_groups) if self._may_have(number, tenant_id)]
        try:
            for batch in self._parquet.iter_batches(ROWS_AT_ONCE, row_groups=groups, columns=wanted):
                values = [_converted(batch.column(name).to_pylist(), as_text[name]) for name in wanted]
                yield from map(list, zip(*values, strict=True))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise ArchiveError(f"{self._name} cannot be read: {error}") from None

    def _may_have(self, group: int, tenant_id: str) -> bool:
        place = self._parquet.schema_arrow.names.index("tenant_id")
        bounds = self._parquet.metadata.row_group(group).column(place).statistics
        return not tenant_id or bounds is None or bounds.min <= tenant_id <= bounds.max


def _kind(column: Column) -> _Kind:
    return _KINDS.get(column.type, _TEXT)


def _converted(values: Sequence[Any], convert: Callable[[Any], Any] | None) -> Sequence[Any]:
    return [None if value is None else convert(value) for value in values] if convert else values

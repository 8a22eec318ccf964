"""The leaf of an archived event: from its row, by the columns that the archive names."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ...models import Event, time_of
from ...sealing import leaves
from ...sealing.logs.event_rows.copying import Row
from ...sealing.logs.event_rows.rows import columns as columns_now
from ...sealing.logs.event_rows.rows import sealed_json
from ...sealing.logs.event_rows.sealed_columns import NOT_SEALED, LaterColumns, later_columns
from ..files.parquet import Column

_READ: dict[str, Callable[[str], Any]] = {
    "int2": int,
    "int4": int,
    "int8": int,
    "float4": float,
    "float8": float,
    "bool": "t".__eq__,
    "json": json.loads,
    "jsonb": json.loads,
    "timestamptz": datetime.fromisoformat,
}

# Of a row and its salt, and the commitment of what was erased (or ""): the leaf, and the JSON of the personal fields.
Sealed = Callable[[Row, bytes, str], tuple[bytes, bytes]]


class Form(NamedTuple):
    """How leaves are made of rows with ``columns``, those of the record. ``later``: as ``sealed_columns.py`` has it."""

    columns: Sequence[Column]
    later: LaterColumns

    @classmethod
    def of(cls, columns: Sequence[Column], later: Mapping[str, Any]) -> Form:
        """``later``: as JSON has it."""
        return cls(columns, LaterColumns(later["plain"], later["personal"]))

    def sealed(self, model: type[Event] | None = None) -> Sealed:
        """Three times as fast where the record still has the same columns."""
        if model is not None and self._is_of(model):
            names = [column.name for column in self.columns]
            places = [names.index(name) for name in columns_now(model)]
            of_row = sealed_json(model, 0)
            return lambda row, salt, commitment: of_row([row[place] for place in places], salt, commitment)
        return self._of_values

    def _is_of(self, model: type[Event]) -> bool:
        sealed = [column for column in self.columns if column.name not in NOT_SEALED and not column.is_computed]
        return (
            {column.name for column in sealed} == {*columns_now(model)}
            and {column.name for column in sealed if column.is_personal} == {*model.personal}
            and self.later == later_columns(model)
        )

    def _of_values(self, row: Row, salt: bytes, commitment: str) -> tuple[bytes, bytes]:
        values = {
            column.name: _READ.get(column.type, str)(value) if value is not None else None
            for column, value in zip(self.columns, row, strict=False)
            if column.name not in NOT_SEALED and not column.is_computed
        }
        values["occurred_at"] = time_of(UUID(values["id"]))
        later: Mapping[str, Any] = self.later.plain | self.later.personal
        kept = [name for name in values if name not in later or leaves.as_json(values[name]) != later[name]]
        are_personal = {column.name for column in self.columns if column.is_personal}
        personal = leaves.personal_json(values, [name for name in kept if name in are_personal])
        plain = [name for name in kept if name not in are_personal]
        return leaves.erased_leaf(values, plain, commitment or leaves.commitment(personal, salt)), personal

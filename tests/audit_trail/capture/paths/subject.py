"""What a write path writes to, and the registry of paths."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

Steps = Generator[None, None, tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """An audited model and how it is written to.

    ``make`` and ``build``: another record, saved or not. ``field`` and ``value``: an edit. ``expression``: an edit
    that the database computes. ``batch``: how many records there can be at a time.
    """

    model: type[Model]
    make: Callable[[], Any]
    build: Callable[[], Any]
    field: str
    value: Any
    expression: tuple[str, Any]
    batch: int

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def column(self) -> str:
        field: Any = self.model._meta.get_field(self.field)
        return str(field.column)

    @property
    def raw_value(self) -> Any:
        return self.value.pk if isinstance(self.value, Model) else self.value

    @property
    def objects(self) -> Any:
        return self.model._default_manager

    def several(self) -> list[Any]:
        return [self.make() for _ in range(self.batch)]

    def of(self, *records: Any) -> Any:
        return self.objects.filter(pk__in=[record.pk for record in records])

    def row(self) -> dict[str, Any]:
        """A valid row that does not exist, as JSON."""
        record = self.build()
        with suppress(Undo), transaction.atomic(), connection.cursor() as cursor:
            record.save()
            cursor.execute(f"SELECT to_jsonb(it) FROM {self.table} AS it WHERE id = %s", [record.pk])
            [(row,)] = cursor.fetchall()
            raise Undo
        return {**json.loads(row), "id": str(uuid.uuid4())}

    @property
    def columns(self) -> str:
        return ", ".join(str(field.column) for field in self.model._meta.concrete_fields)

    @property
    def insert(self) -> str:
        """A statement with one parameter: the row as JSON."""
        return (
            f"INSERT INTO {self.table} ({self.columns}) "
            f"SELECT {self.columns} FROM jsonb_populate_record(NULL::{self.table}, %s)"
        )


class Undo(Exception):  # noqa: N818
    pass


@dataclass(frozen=True, slots=True)
class Path:
    """One way to write. ``steps`` prepares its records, yields, writes, and may return kind and name of who acted."""

    name: str
    steps: Callable[[Subject], Steps]
    creates: bool
    deletes: bool
    leaves_a_trace: bool


ALL: list[Path] = []


def path(
    name: str, *, creates: bool = False, deletes: bool = False, leaves_a_trace: bool = True
) -> Callable[[Callable[[Subject], Steps]], Callable[[Subject], Steps]]:
    """Register one. ``creates`` and ``deletes``: what it does, or needs to do."""

    def register(steps: Callable[[Subject], Steps]) -> Callable[[Subject], Steps]:
        ALL.append(Path(name, steps, creates, deletes, leaves_a_trace))
        return steps

    return register

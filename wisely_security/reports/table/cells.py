"""What stands in a cell, declared once: as text of an event, for the pages; as SQL over the columns of the event table,
for the downloads; and as the rule by which ``verify_bundle.py`` writes the cell again from a sealed event (``Columns``
there has the same kinds)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.utils import timezone
from psycopg2 import sql

Choices = Iterable[tuple[Any, Any]]


@dataclass(frozen=True)
class Cell:
    """A column of the event table as it is. ``kind``: what ``verify_bundle.py`` calls this rule."""

    field: str
    kind: ClassVar[str] = "text"

    @property
    def expression(self) -> sql.Composable:
        return sql.Identifier(self.field)

    def text(self, event: Any) -> str:
        value = getattr(event, self.field)
        return "" if value is None else str(value)

    @property
    def rule(self) -> dict[str, Any]:
        return {"kind": self.kind, "field": self.field}


@dataclass(frozen=True)
class Address(Cell):
    """An IP address without its network."""

    kind = "address"

    @property
    def expression(self) -> sql.Composable:
        return sql.SQL("host({})").format(sql.Identifier(self.field))


@dataclass(frozen=True)
class Moment(Cell):
    """A time (``columns.TimeColumn`` writes it in the reader's zone, for downloads)."""

    kind = "time"

    def text(self, event: Any) -> str:
        return timezone.localtime(getattr(event, self.field)).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Label(Cell):
    """The label that people read, of a stored key; a key without one is itself. SQL tries them in this order."""

    choices: Choices | Callable[[], Choices]
    kind = "label"

    @property
    def expression(self) -> sql.Composable:
        whens = [sql.SQL("WHEN {} THEN {}").format(*map(sql.Literal, each)) for each in self.labels.items()]
        column = sql.Identifier(self.field)
        return sql.SQL("CASE {} {} ELSE {} END").format(column, sql.SQL(" ").join(whens), column)

    def text(self, event: Any) -> str:
        key: str = getattr(event, self.field)
        return self._labels.get(key, key)

    @cached_property
    def _labels(self) -> dict[str, str]:
        """All declarations are complete before events are read."""
        return self.labels

    @property
    def rule(self) -> dict[str, Any]:
        return {**super().rule, "labels": self.labels}

    @property
    def labels(self) -> dict[str, str]:
        return {str(key): str(label) for key, label in self.all_choices()}

    def all_choices(self) -> Choices:
        return self.choices() if callable(self.choices) else self.choices


@dataclass(frozen=True)
class Presence(Cell):
    """Whether there is a value."""

    yes: str = "Yes"
    no: str = "No"
    kind = "presence"

    @property
    def expression(self) -> sql.Composable:
        return sql.SQL("CASE WHEN {} IS NULL THEN {} ELSE {} END").format(
            sql.Identifier(self.field), sql.Literal(self.no), sql.Literal(self.yes)
        )

    def text(self, event: Any) -> str:
        return self.no if getattr(event, self.field) is None else self.yes

    @property
    def rule(self) -> dict[str, Any]:
        return {**super().rule, "yes": self.yes, "no": self.no}


@dataclass(frozen=True)
class Prefixed(Cell):
    """A text behind something that keeps spreadsheets from reading it as a number."""

    prefix: str
    kind = "prefixed"

    @property
    def expression(self) -> sql.Composable:
        return sql.SQL("{} || nullif({}, '')").format(sql.Literal(self.prefix), sql.Identifier(self.field))

    def text(self, event: Any) -> str:
        value = super().text(event)
        return value and self.prefix + value

    @property
    def rule(self) -> dict[str, Any]:
        return {**super().rule, "prefix": self.prefix}


@dataclass(frozen=True)
class Member(Cell):
    """A member of a JSON object."""

    member: str
    kind = "member"

    @property
    def expression(self) -> sql.Composable:
        return sql.SQL("{}->>{}").format(sql.Identifier(self.field), sql.Literal(self.member))

    def text(self, event: Any) -> str:
        return str(getattr(event, self.field).get(self.member, ""))

    @property
    def rule(self) -> dict[str, Any]:
        return {**super().rule, "member": self.member}


@dataclass(frozen=True)
class Rest(Cell):
    """A JSON object without some of its members; nothing where none are left."""

    without: Sequence[str]
    kind = "json"

    @property
    def expression(self) -> sql.Composable:
        minus = sql.SQL("").join(sql.SQL(" - {}").format(sql.Literal(member)) for member in self.without)
        return sql.SQL("nullif(nullif({}, '{{}}'){}, '{{}}')").format(sql.Identifier(self.field), minus)

    def text(self, event: Any) -> str:
        rest = {key: value for key, value in getattr(event, self.field).items() if key not in self.without}
        return json.dumps(rest, ensure_ascii=False) if rest else ""

    @property
    def rule(self) -> dict[str, Any]:
        return {**super().rule, "without": list(self.without)}


@dataclass(frozen=True)
class Changes(Cell):
    """A list of changes as a sentence. ``sentence``: SQL that writes it."""

    sentence: str
    kind = "changes"

    @property
    def expression(self) -> sql.Composable:
        return sql.SQL(self.sentence)

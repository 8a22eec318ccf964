"""Who is erased, and what becomes of the values of an event that has something of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote
from uuid import UUID

from wisely_security.core.actor_names import ERASED_PERSON

from ..models import Event

# An address or a name ends where no other one goes on: "ann@x.example" is not in "joann@x.example", nor Ann in Anna.
_BEFORE, _AFTER = r"(?<![\w+-])(?<!\w[.'])", r"(?![\w-])(?!['.@]\w)"


@dataclass  # not frozen: what is derived from it is kept
class Person:
    """``ids``: of their accounts. ``emails``, ``names``: present and former ones, and whatever else names them."""

    ids: frozenset[UUID]
    emails: frozenset[str]
    names: frozenset[str]

    @cached_property
    def texts(self) -> list[str]:
        """What they are found by in texts: the longest first, so that none is found in a part of another."""
        found = {text for text in (*self.emails, *self.names) if text.strip() and text != ERASED_PERSON}
        found |= {quote(email) for email in self.emails}  # as in a URL
        return sorted(found, key=lambda text: (-len(text), text))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        each = "|".join(map(re.escape, self.texts))
        return re.compile(f"{_BEFORE}(?:{each}){_AFTER}" if each else r"(?!)", re.IGNORECASE)

    def without(self, value: Any) -> Any:
        """A value of JSON, or a text, without them."""
        match value:
            case str():
                return self._pattern.sub(ERASED_PERSON, value)
            case dict():
                return {self.without(key): self.without(each) for key, each in value.items()}
            case list():
                return [self.without(each) for each in value]
        return value

    def names_in(self, texts: Iterable[str]) -> bool:
        return any(self._pattern.search(text) for text in texts)

    def redacted(self, event: Event) -> dict[str, Any]:
        """The personal columns of an event as they are without this person; empty where it has nothing of them."""
        columns, personal = event.of_person, {name: getattr(event, name) for name in event.personal}
        left = {name: self.without(value) for name, value in personal.items()}
        key = getattr(event, columns.id)  # none: tried at sign-in, with an address that may be theirs
        is_theirs = key in self.ids or (key is None and personal[columns.email].lower() in self.emails)
        if is_theirs:
            left |= {columns.name: ERASED_PERSON, columns.email: ""}
        if is_theirs or (columns.acted_by and left[columns.acted_by] != personal[columns.acted_by]):
            left |= {name: _without_keys(left[name], columns.keys) for name in left if isinstance(left[name], dict)}
            left |= {name: _empty(event, name) for name in columns.whereabouts}
        if columns.resource and getattr(event, columns.resource[0]) in self.ids:
            left[columns.resource[1]] = ERASED_PERSON
        return {} if left == personal else left


class Everybody(Person):
    """Of a tenant that leaves: no personal column of its events keeps anything, but of events that ``keep``."""

    def __init__(self, keep: Callable[[Event], bool]) -> None:
        super().__init__(frozenset(), frozenset(), frozenset())
        self._keep = keep

    def redacted(self, event: Event) -> dict[str, Any]:
        if self._keep(event):
            return {}
        personal = {name: getattr(event, name) for name in event.personal}
        left: dict[str, Any] = {name: _empty(event, name) for name in personal}
        left[event.of_person.name] = ERASED_PERSON
        return {} if left == personal else left


def _without_keys(value: dict[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key not in keys}


def _empty(event: Event, name: str) -> Any:
    field: Any = event._meta.get_field(name)
    return None if field.null else field.get_default()  # "", {} or []

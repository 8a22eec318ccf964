"""People as filters name them: by ID, by e-mail address, or by a key of a record's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q


class ByKind(NamedTuple):
    ids: list[UUID]
    emails: list[str]
    keys: list[str]


def by_kind(people: Iterable[str], keys: Collection[str]) -> ByKind:
    """``keys``: those of the record."""
    found = ByKind([], [], [])
    for each in people:
        person = each.strip().lower()
        if person in keys:
            found.keys.append(person)
            continue
        try:
            found.ids.append(UUID(person))
        except ValueError:
            found.emails.append(person)
    return found


def among(column: str, values: Sequence[object]) -> Q:
    """The condition that a column has one of some values; of none, an empty one. One value is compared as itself, for
    which search segments have pairs of columns."""
    match len(values):
        case 0:
            return Q()
        case 1:
            return Q(**{column: values[0]})
    return Q(**{f"{column}__in": list(values)})

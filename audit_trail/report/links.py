"""Links from events to the records that still exist. Each resource type registers its page once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import CharField, Model, Value
from django.db.models.functions import Cast

from wisely_security.core.request_context import current
from wisely_security.reports.pages.beside import Statement, read

Key = tuple[str, UUID]  # kind of record, id


@dataclass(frozen=True, slots=True)
class Place:
    model: type[Model]
    url: Callable[[UUID], str]
    permission: str


_places: dict[str, Place] = {}


def declare(resource_type: str, model: type[Model], url: Callable[[UUID], str], permission: str) -> None:
    """Register the page of a resource type, and the permission that it needs.

    Raises ImproperlyConfigured when that is said already.
    """
    if resource_type in _places:
        raise ImproperlyConfigured(f"The page of {resource_type!r} is declared twice.")
    _places[resource_type] = Place(model, url, permission)


def statement(keys: Collection[Key], may: Callable[[str], bool]) -> Statement | None:
    """For ``urls``: which of the current tenant's records exist that the reader may open."""
    wanted: dict[str, set[UUID]] = {}
    for resource_type, resource_id in keys:
        if resource_type in _places and may(_places[resource_type].permission):
            wanted.setdefault(resource_type, set()).add(resource_id)
    found = [
        _places[kind]
        .model._default_manager.order_by()
        .filter(tenant=current().tenant_id, pk__in=ids)
        .values_list(Value(kind, output_field=CharField()), Cast("pk", CharField()))
        for kind, ids in wanted.items()
    ]
    if not found:
        return None
    sql, values = found[0].union(*found[1:], all=True).query.sql_with_params()
    return sql, list(values)


def urls(rows: Iterable[tuple[str, str]]) -> dict[Key, str]:
    return {(kind, UUID(pk)): _places[kind].url(UUID(pk)) for kind, pk in rows}


def existing(keys: Collection[Key], may: Callable[[str], bool]) -> dict[Key, str]:
    """The URLs of the current tenant's records that the reader may open. At most one statement."""
    found = statement(keys, may)
    return urls(read({"existing": found})["existing"]) if found else {}


def kinds() -> list[str]:
    """The resource types that have a page."""
    return list(_places)

"""Links from events to the records that still exist. Each resource type registers its page once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import CharField, Model, Value

from wisely_security.core.request_context import current

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


def existing(keys: Collection[Key], may: Callable[[str], bool]) -> dict[Key, str]:
    """The URLs of the current tenant's records that the reader may open. At most one statement."""
    wanted: dict[str, set[UUID]] = {}
    for resource_type, resource_id in keys:
        if resource_type in _places and may(_places[resource_type].permission):
            wanted.setdefault(resource_type, set()).add(resource_id)
    found = [
        _places[kind]
        .model._default_manager.order_by()
        .filter(tenant=current().tenant_id, pk__in=ids)
        .values_list(Value(kind, output_field=CharField()), "pk")
        for kind, ids in wanted.items()
    ]
    if not found:
        return {}
    rows = found[0].union(*found[1:], all=True)
    return {(kind, pk): _places[kind].url(pk) for kind, pk in rows}


def kinds() -> list[str]:
    """The resource types that have a page."""
    return list(_places)

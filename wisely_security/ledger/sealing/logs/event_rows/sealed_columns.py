"""Which columns of an event its leaf is made of: all but ``tx``, and but later ones that have their default.

A column with a ``db_default`` was added when events had been sealed already (``AddEventColumn``). They have this value
now, and their leaves have no such field. So an event is sealed without the column where it has this value, and with it
where it has another: no leaf of before changes, and whichever of the two is made of the other is found.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from django.db.models import Field, Value

from wisely_security.ledger.models import Event

from ...leaves import as_json

NOT_SEALED = frozenset({"tx"})  # of the database's own making; leaves are in its order


class SealedFields(NamedTuple):
    """What ``leaves.leaf`` takes, but for the salt."""

    values: dict[str, Any]
    plain: list[str]
    personal: list[str]


class LaterColumns(NamedTuple):
    """By name, the value with which each is left out, as it would stand in a leaf."""

    plain: dict[str, Any]
    personal: dict[str, Any]


NO_LATER_COLUMNS = LaterColumns({}, {})


def sealed_names(model: type[Event]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.attname not in NOT_SEALED]


def sealed_fields(event: Event) -> SealedFields:
    """What the leaf of an event is made of."""
    model = type(event)
    values = {name: getattr(event, name) for name in sealed_names(model)}
    plain_later, personal_later = later_columns(model)
    for name, default in (plain_later | personal_later).items():
        if as_json(values[name]) == default:
            del values[name]
    plain = [name for name in values if name not in model.personal]
    return SealedFields(values, plain, [name for name in model.personal if name in values])


@cache
def later_columns(model: type[Event]) -> LaterColumns:
    defaults = {
        field.attname: as_json(_default(field)) for field in model._meta.concrete_fields if field.has_db_default()
    }
    personal = {name: value for name, value in defaults.items() if name in model.personal}
    return LaterColumns({name: value for name, value in defaults.items() if name not in personal}, personal)


def _default(field: Field[Any, Any]) -> Any:
    default = field.db_default
    return field.to_python(default.value if isinstance(default, Value) else default)

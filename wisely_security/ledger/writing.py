"""Appending an event. One INSERT, built once per table, without a round trip through the ORM."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from psycopg2.extras import Json

from wisely_security.core.request_context import acting_as, current

from .models import NO_TENANT, Event

# Made by the database; the app role has no INSERT on them.
DATABASE_MADE = frozenset({"id", "tx", "occurred_at"})


@cache
def writable_columns(model: type[Event]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname not in DATABASE_MADE)


class Condition(NamedTuple):
    """SQL that the database evaluates in the statement of the event, with parameters that no column is named like."""

    sql: str
    params: Mapping[str, Any]


ALWAYS = Condition("true", {})


def append(
    model: type[Event], *, tenant_id: UUID | None, values: Mapping[str, Any], only_if: Condition = ALWAYS
) -> None:
    """Write one event of a tenant (``None``: of no tenant) in the current transaction.

    ``values`` holds every writable column but ``tenant_id`` and ``request_id``. Any error is the caller's to
    see: an event that cannot be written must stop what it records. ``only_if``: otherwise it is not written.
    """
    now = current()
    row: dict[str, Any] = {
        "tenant_id": tenant_id or NO_TENANT,
        "request_id": now.request_id,
        **{name: _adapted(value) for name, value in values.items()},
    }
    support = now.support and tenant_id is None
    with acting_as(tenant_id=tenant_id, support=support), connection.cursor() as cursor:
        cursor.execute(_insert(model, only_if.sql), row | dict(only_if.params))


def append_to_each(model: type[Event], tenants: Collection[UUID], values: Mapping[str, Any]) -> None:
    """The same event in the records of several tenants, in one message. In a transaction."""
    now = current()
    with connection.cursor() as cursor:
        row = {"request_id": now.request_id, **{name: _adapted(value) for name, value in values.items()}}
        each = [
            cursor.cursor.mogrify(_IN_SCOPE + _insert(model), {**row, "tenant_id": tenant, "scope": str(tenant)})
            for tenant in tenants
        ]
        back = cursor.cursor.mogrify(_IN_SCOPE, {"scope": str(now.tenant_id or "")})
        cursor.execute(b";".join([*each, back]).decode())


_IN_SCOPE = "SET LOCAL wisely.tenant_id = %(scope)s; "


def _adapted(value: Any) -> Any:
    return Json(value) if isinstance(value, dict) else value


@cache
def _insert(model: type[Event], only_if: str = ALWAYS.sql) -> str:
    columns = writable_columns(model)
    values = ", ".join(f"%({column})s" for column in columns)
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values} WHERE {only_if}"

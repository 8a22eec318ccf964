"""What support finds in the directory, across all cells: accounts by a part of their address, tenants by a part of
their name or short name. In support's scope, which alone may list it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from wisely_security.core.request_context import FIRST_CELL, acting_as
from wisely_security.database.cells.routing import in_cell

_PEOPLE = """
    SELECT coalesce(t.cell, 'main'), t.tenant_id, t.name, t.slug, a.user_id, a.email
    FROM cells_directory_address AS a LEFT JOIN cells_directory_tenant AS t USING (tenant_id)
    WHERE a.email LIKE '%%' || %s || '%%' ORDER BY a.email = %s DESC, a.email LIMIT %s
"""
_TENANTS = """
    SELECT cell, tenant_id, name, slug FROM cells_directory_tenant
    WHERE wisely_fold(name) LIKE '%%' || wisely_fold(%s) || '%%' OR slug LIKE '%%' || %s || '%%'
    ORDER BY slug = %s DESC, wisely_sort_key(name) COLLATE "C", slug LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A tenant, or with ``user_id`` and ``email`` an account. ``tenant_id`` None: of support staff."""

    cell: str
    tenant_id: UUID | None
    tenant: str | None
    slug: str | None
    user_id: UUID | None = None
    email: str = ""


def people(part: str, most: int) -> list[Listed]:
    """Those with the whole address first."""
    part = part.lower()
    return _find(_PEOPLE, _escaped(part), part, most)


def tenants(part: str, most: int) -> list[Listed]:
    return _find(_TENANTS, _escaped(part), _escaped(part.lower()), part.lower(), most)


def _find(statement: str, *parameters: Any) -> list[Listed]:
    with in_cell(FIRST_CELL), acting_as(support=True), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Listed(*row) for row in cursor.fetchall()]


def _escaped(part: str) -> str:
    for special in "\\%_":
        part = part.replace(special, f"\\{special}")
    return part

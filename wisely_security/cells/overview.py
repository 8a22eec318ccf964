"""What each cell is like, for ``manage.py cells``: asked there, and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import OperationalError, connection

from wisely_security.core.request_context import FIRST_CELL, acting_as
from wisely_security.database.cells.routing import all_cells, in_cell
from wisely_security.database.rules import unapplied_migrations

FACTS = """
    SELECT current_setting('server_version'), pg_database_size(current_database()),
           (SELECT count(*) FROM tenancy_user WHERE left(password, 1) <> '!'), (SELECT count(*) FROM cells_change)
"""
TENANTS = """
    SELECT t.id, t.aggregator_id FROM tenancy_tenant AS t LEFT JOIN cells_residence AS r ON r.tenant_id = t.id
    WHERE coalesce(r.state, 'here') IN ('here', 'frozen')
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """``error``: why it could not be asked. ``tenants``: the aggregator of each that lives there."""

    name: str
    error: str = ""
    version: str = ""
    bytes: int = 0
    accounts: int = 0
    changes: int = 0
    missing: list[str] = field(default_factory=list)
    tenants: dict[UUID, UUID | None] = field(default_factory=dict)


def ask_all() -> list[Cell]:
    return [_ask(cell) for cell in all_cells()]


def _ask(name: str) -> Cell:
    try:
        with in_cell(name):
            if missing := unapplied_migrations():
                return Cell(name, missing=missing)
            with acting_as(support=True), connection.cursor() as cursor:
                cursor.execute(FACTS)
                version, size, accounts, changes = cursor.fetchone()
                cursor.execute(TENANTS)
                return Cell(name, "", version, size, accounts, changes, tenants=dict(cursor.fetchall()))
    except OperationalError as error:
        return Cell(name, error=str(error).strip().splitlines()[0])


def faults(cells: list[Cell]) -> Iterator[str]:
    """What is wrong with them, a sentence each."""
    for cell in cells:
        if cell.error:
            yield f"The cell {cell.name} doesn’t answer: {cell.error}"
        if cell.missing:
            yield f"The cell {cell.name} lacks migrations: {', '.join(cell.missing)}."
    asked = [cell for cell in cells if not (cell.error or cell.missing)]
    where = {tenant: cell.name for cell in asked for tenant in cell.tenants}
    homes = Counter(tenant for cell in asked for tenant in cell.tenants)
    yield from (f"The tenant {tenant} lives in {times} cells." for tenant, times in homes.items() if times > 1)
    for cell in asked:
        for tenant, aggregator in cell.tenants.items():
            if aggregator is not None and aggregator not in cell.tenants:
                yield f"The tenant {tenant} lives in {cell.name}, but its aggregator does not."
    if FIRST_CELL in {cell.name for cell in asked} and len(cells) > 1:
        yield from _of_directory(where, {cell.name for cell in asked})


def _of_directory(where: dict[UUID, str], asked: set[str]) -> Iterator[str]:
    with in_cell(FIRST_CELL), acting_as(support=True), connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, cell FROM cells_directory_tenant")
        listed: dict[UUID, str] = dict(cursor.fetchall())
    for tenant, cell in where.items():
        if tenant not in listed:
            yield f"The directory lacks the tenant {tenant}, which lives in {cell}."
        elif listed[tenant] != cell:
            yield f"The directory has the tenant {tenant} in {listed[tenant]}, but it lives in {cell}."
    for tenant, cell in listed.items():
        if tenant not in where and cell in asked:
            yield f"The directory has the tenant {tenant} in {cell}, but it lives nowhere."

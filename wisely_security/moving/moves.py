"""A move as the source's table has it, and the residence of its tenants on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from wisely_security.cells import overview
from wisely_security.database.cells.routing import all_cells, current_cell
from wisely_security.tenancy.models import Tenant

from .at import ask, at
from .errors import MoveError

ENDED = ("done", "cancelled")
_COLUMNS = "id, tenants, slugs, name, source, target, state, cut, events, copied, watched_at, archives::text"


@dataclass(frozen=True, slots=True)
class Move:
    """``cut``: of events of transactions before it, all have arrived, and were compared if ``events`` says how many.
    ``copied``: the live tables of which all rows have been copied since ``watched_at``."""

    id: UUID
    tenants: list[UUID]
    slugs: list[str]
    name: str
    source: str
    target: str
    state: str
    cut: int | None
    events: int | None
    copied: list[str]
    watched_at: datetime | None
    archives: str

    def set(self, **values: Any) -> Move:
        """In the transaction of the source that is open, or one of its own."""
        sets = ", ".join(f"{name} = %s" for name in values)
        ask(f"UPDATE moving_move SET {sets} WHERE id = %s", *values.values(), self.id)  # noqa: S608
        return replace(self, **{name: value for name, value in values.items() if hasattr(self, name)})


def unfinished(slug: str) -> Move | None:
    """The move of a tenant that has begun in any cell. Raises where its cell can't be reached."""
    for cell in all_cells():
        with at(cell):
            sql = f"SELECT {_COLUMNS} FROM moving_move WHERE %s = ANY (slugs) AND source = %s AND state <> ALL (%s)"  # noqa: S608
            if rows := ask(sql, slug, cell, list(ENDED)):
                return Move(*rows[0])
    return None


def begin(tenants: Sequence[Tenant], source: str, target: str) -> Move:
    ids, slugs = [tenant.pk for tenant in tenants], [tenant.slug for tenant in tenants]
    name = ", ".join(tenant.name for tenant in tenants)
    with at(source):
        [row] = ask(
            "INSERT INTO moving_move (tenants, slugs, name, source, target, state) "  # noqa: S608
            f"VALUES (%s, %s, %s, %s, %s, 'copying') RETURNING {_COLUMNS}",
            *(ids, slugs, name, source, target),
        )
    return Move(*row)


def put(tenants: list[UUID], state: str, cell: str, *, expected: str) -> None:
    """The residence of tenants in the cell one is at. Raises where it is neither as expected nor so already."""
    found: dict[UUID, str] = dict(
        ask("SELECT tenant_id, state FROM cells_residence WHERE tenant_id = ANY (%s) FOR UPDATE", tenants)
    )
    if any(found.get(tenant) not in (expected, state) for tenant in tenants):
        raise MoveError(f"Not every tenant of the family is {expected} as expected: {sorted(set(found.values()))}.")
    change = "UPDATE cells_residence SET state = %s, cell = %s, since = now() WHERE tenant_id = ANY (%s)"
    ask(change, state, cell, tenants)


def under_way() -> int:
    """How many have begun in the current cell and are neither done nor cancelled."""
    sql = "SELECT count(*) FROM moving_move WHERE source = %s AND state <> ALL (%s)"
    [(number,)] = ask(sql, current_cell(), list(ENDED))
    return int(number)


overview.register("moves", under_way)

"""What somebody brings from before their tenant moved (a session, an API key, a link) is looked for where the tenant
lives now: in the cells that tenants went to which have left the cell it names, and on from there.

What is found where its tenant lives costs nothing: which tenants a cell has not, or no longer, is asked now and then.
What is not found asks again, so a move is noticed at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar
from uuid import UUID

from django.db import OperationalError, connection

from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.errors import CellUnavailableError
from wisely_security.database.cells.routing import all_cells, current_cell, has_cells, in_cell

KNOWN_FOR = 5.0  # seconds
_AWAY = "SELECT tenant_id, cell FROM cells_residence WHERE state IN ('departed', 'arriving')"
_known: dict[str, tuple[float, dict[UUID, str]]] = {}  # by cell: when it was asked


class OfTenant(Protocol):
    """A row of a tenant; of support staff, of none."""

    @property
    def tenant_id(self) -> UUID | None: ...


Row = TypeVar("Row", bound=OfTenant)


class MovedError(Exception):
    """What a request brings belongs to a tenant that lives in another cell: it is to be answered there."""

    def __init__(self, cell: str) -> None:
        super().__init__(cell)
        self.cell = cell


def away(*, fresh: bool = False) -> dict[UUID, str]:
    """Tenants that have left the current cell, with where they went; or that are about to arrive, with where from."""
    cell, now = current_cell(), time.monotonic()
    if not fresh and cell in _known and now < _known[cell][0] + KNOWN_FOR:
        return _known[cell][1]
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute(_AWAY)
        tenants = dict(cursor.fetchall())
    _known[cell] = now, tenants
    return tenants


def forget() -> None:
    """Ask again: something was refused, since its tenant lives elsewhere."""
    _known.clear()


def is_away(found: OfTenant) -> bool:
    return found.tenant_id in away()


def follow(found: OfTenant | None, lookup: Callable[[], OfTenant | None]) -> None:
    """Raises MovedError where what a key or a link opens is in another cell. ``found``: what it opens here."""
    if not has_cells() or (found is not None and not is_away(found)):
        return
    if (there := locate(lookup, must_know=True)) and there[0] != current_cell():
        raise MovedError(there[0])


def locate(lookup: Callable[[], Row | None], *, must_know: bool = False) -> tuple[str, Row] | None:
    """The cell in which it is found and its tenant lives, beginning with the current one. Each is asked once.

    Raises CellUnavailableError where it has to be in a cell that is down; ``must_know``: where it might be.
    """
    seen: set[str] = set()
    waiting = [current_cell()]
    lost: OperationalError | None = None
    while waiting:
        cell = waiting.pop(0)
        if cell in seen or cell not in all_cells():
            continue
        seen.add(cell)
        try:
            with in_cell(cell):
                found = lookup()
                others = away(fresh=True)
        except OperationalError as error:
            lost = error
            continue
        if found is None:
            waiting += sorted(set(others.values()))
        elif found.tenant_id not in others or found.tenant_id is None:
            return cell, found
        else:
            must_know = True
            waiting.insert(0, others[found.tenant_id])
    if lost is not None and must_know:
        raise CellUnavailableError(f"A cell that it may be in is down: {lost}") from lost
    return None

"""Which cell this thread works in.

Inside ``in_cell("eu-1")`` the databases ``default``, ``owner`` and ``replica`` are that cell's, and the request context
names it. The database backend compares the two at each statement, so work that continues in another thread, or after
its request, and does not enter its cell again, fails with WrongCellError.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from wisely_security.core.request_context import FIRST_CELL, RequestContext, current, using

from .errors import UnknownCellError

logger = logging.getLogger(__name__)

OWNER, REPLICA = "owner", "replica"
ROLES = (DEFAULT_DB_ALIAS, OWNER, REPLICA)


class _FirstCell(threading.local):
    """This thread's own connections to the first cell, while it works in another."""

    connections: dict[str, Any] | None = None


_first = _FirstCell()


def current_cell() -> str:
    return current().cell


def all_cells() -> list[str]:
    """Their names, the first cell first."""
    return [FIRST_CELL, *(alias for alias, at in connections.settings.items() if at.get("CELL") == alias)]


def has_cells() -> bool:
    """Whether there is any but the first."""
    return len(all_cells()) > 1


def alias(role: str, cell: str | None = None) -> str:
    """Under which name the settings have a database (of ROLES) of a cell: the current one, if none is named."""
    cell = cell or current_cell()
    if cell == FIRST_CELL:
        return role
    return cell if role == DEFAULT_DB_ALIAS else f"{cell}.{role}"


@contextmanager
def in_cell(cell: str) -> Iterator[None]:
    """Inside the block this thread works in that cell."""
    if cell == current().cell == connections[DEFAULT_DB_ALIAS].cell:  # type: ignore[attr-defined]
        yield
        return
    if cell not in all_cells():
        raise UnknownCellError(f"There is no cell {cell!r}. The cells are {', '.join(all_cells())}.")
    before = {role: connections[role] for role in ROLES if role in connections.settings}
    outer, first = _first.connections, _first.connections or before
    there = {
        role: first[role] if cell == FIRST_CELL else connections[alias(role, cell)]
        for role in ROLES
        if alias(role, cell) in connections.settings
    }
    _first.connections = None if cell == FIRST_CELL else first
    _put(there)
    try:
        # What the visitor has written is a place in the write-ahead log of one cell.
        with using(replace(current(), cell=cell, written=current().written if cell == current().cell else "")):
            yield
    finally:
        _first.connections = outer
        for role in set(there) - set(before):
            del connections[role]
        _put(before)


def _put(these: dict[str, Any]) -> None:
    for role, connection in these.items():
        connections[role] = connection


@contextmanager
def resuming(context: RequestContext) -> Iterator[None]:
    """Inside the block, work that outlives its request, or goes on in another thread, is in its context and cell."""
    with in_cell(context.cell), using(context):
        yield


def in_each_cell(work: Callable[[], object]) -> None:
    """Does ``work`` in one cell after the other. One that is down does not keep it from the others."""
    if not has_cells():
        work()
        return
    for cell in all_cells():
        with in_cell(cell):
            try:
                if_up(work)
            except Exception:
                logger.exception("Work failed in the cell %s.", cell)


def if_up(work: Callable[[], object]) -> None:
    """Does ``work``, unless there are several cells and the current one is down: the log has a line of that
    (breaker.py)."""
    if has_cells():
        try:
            connections[DEFAULT_DB_ALIAS].ensure_connection()
        except OperationalError as error:
            logger.debug("Nothing is done in the cell %s: %s", current_cell(), error)
            return
    work()

"""Work as the owner of one cell, for all tenants, in one transaction or in many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, connections, transaction

from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.database.replication.alias_override import override_default

from .errors import MoveError

Rows = list[tuple[Any, ...]]


@contextmanager
def at(cell: str) -> Iterator[None]:
    with in_cell(cell):
        if "owner" not in connections:
            raise MoveError(f"Only the owner of both databases can move tenants: name that of {cell} in the settings.")
        with override_default("owner"), acting_as(support=True):
            yield


@contextmanager
def writing(cell: str, tenants: Sequence[UUID]) -> Iterator[None]:
    """One transaction in which the guard of residence lets pass what moves."""
    with at(cell), transaction.atomic():
        ask("SELECT set_config('wisely.moving', %s, true)", " ".join(map(str, tenants)))
        yield


@contextmanager
def reading(cell: str) -> Iterator[Any]:
    """psycopg2's cursor in a transaction of that cell, for COPY."""
    with at(cell), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # sets the session context, which COPY's own message has not
        yield cursor.cursor


def ask(sql: str, *params: Any) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall()) if cursor.description else []


def oldest_running() -> int:
    """Transactions before this one have ended. In the cell one is at."""
    [(cut,)] = ask("SELECT ledger_tx(pg_snapshot_xmin(pg_current_snapshot()))")
    return int(cut)


@contextmanager
def maintenance(*cells: str) -> Iterator[None]:
    """Nobody else archives, restores, erases or moves in these cells meanwhile."""
    with ExitStack() as stack:
        for cell in cells:
            stack.enter_context(_maintenance(cell))
        yield


@contextmanager
def _maintenance(cell: str) -> Iterator[None]:
    key = "hashtext('wisely archives')"  # of wisely_security/ledger/months/locks.py
    with at(cell):
        [(free,)] = ask(f"SELECT pg_try_advisory_lock({key})")
    if not free:
        raise MoveError(f"Somebody archives, erases or moves in {cell}. Try again when that is done.")
    try:
        yield
    finally:
        # A connection that is lost has no lock any more, and the reason why it is lost is what has to be reported.
        with suppress(InterfaceError, OperationalError), at(cell):
            ask(f"SELECT pg_advisory_unlock({key})")

"""Ends move_tenant at a statement: what it sends to either database is counted, and connections are cut before one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections

from tests.cells.conftest import EU, Cells
from wisely_security.database.cells.routing import alias

from ..test_move import KilledError

Cut = Callable[[], None]


def owners() -> dict[str, Any]:
    return {cell: connections[alias("owner", cell)] for cell in ("main", EU)}


def kill() -> None:
    """As the end of the process does: both servers roll back what was open, and nobody asks anything any more."""
    for owner in owners().values():
        owner.connection.close()
    raise KilledError


def lose(cells: Cells, cell: str) -> None:
    """The server ends the connection; the statement that comes next fails."""
    pid = owners()[cell].connection.info.backend_pid
    sql = f"SELECT pg_terminate_backend({pid}, 60000)"
    if cell == EU:
        cells.eu_server.ask(sql)
    else:
        with connections["default"].cursor() as cursor:
            cursor.execute(sql)


@contextmanager
def before(number: int | None, cut: Cut) -> Iterator[list[int]]:
    """Yields how many statements were sent, so far. ``number``: of that before which it is cut; None: it is not."""
    sent = [0]

    def send(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        sent[0] += 1
        if sent[0] - 1 == number:
            cut()
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for owner in owners().values():
            stack.enter_context(owner.execute_wrapper(send))
        try:
            yield sent
        finally:
            for owner in owners().values():
                owner.close()

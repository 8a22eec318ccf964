"""A cell that is down: after one failure to connect, others in this process fail at once for some seconds, so that no
thread waits where another has waited in vain."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import Error

from .errors import CellUnavailableError
from .routing import has_cells

logger = logging.getLogger(__name__)
TRY_AGAIN_AFTER = 3  # seconds

_next_try: dict[str, float] = {}  # by the database's alias


@contextmanager
def connecting(alias: str) -> Iterator[None]:
    """Around an attempt to connect. While a database is taken for down, one thread tries again now and then."""
    now = time.monotonic()
    if alias in _next_try:
        if now < _next_try[alias]:
            raise CellUnavailableError(f"The database {alias} is down.")
        _next_try[alias] = now + TRY_AGAIN_AFTER
    try:
        yield
    except psycopg2.OperationalError as error:
        if alias not in _next_try:
            logger.warning(
                "The database %s is unavailable; retrying every %s seconds: %s", alias, TRY_AGAIN_AFTER, error
            )
        _next_try[alias] = time.monotonic() + TRY_AGAIN_AFTER
        raise CellUnavailableError(f"The database {alias} is down: {error}") from error
    if _next_try.pop(alias, None) is not None:
        logger.warning("The database %s is back.", alias)


def of_loss(database: Any, error: Error) -> CellUnavailableError | None:
    """The error of its own, where there are several cells and the connection to one was lost during a statement."""
    if not has_cells():
        return None
    # What the server itself has to say has a code, and that it ends is one of 57P.
    code = getattr(error.__cause__, "pgcode", None)
    if (code and not code.startswith("57P")) or (database.connection is not None and database.is_usable()):
        return None
    if not database.in_atomic_block:
        database.close()
    return CellUnavailableError(f"The database {database.alias} was lost: {error}")


def is_down(alias: str) -> bool:
    """Whether the last attempt failed, and the next is not due."""
    return time.monotonic() < _next_try.get(alias, 0.0)


def forget() -> None:
    """As in a process that has just begun."""
    _next_try.clear()

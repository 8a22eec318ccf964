"""Reading from a streaming replica, the database ``replica`` of the settings, where there is one.

It is read from if it has what the reader has done last, and is no more than LONGEST_LAG behind. Otherwise, and where
it fails, the primary is: nobody notices but the log.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import psycopg2
from django.db import Error, connection, connections

from wisely_security.core.request_context import current

from ..cells.routing import alias, all_cells, current_cell
from .alias_override import override_default

logger = logging.getLogger(__name__)

ALIAS = "replica"
LONGEST_LAG = 5  # seconds
TRY_AGAIN_AFTER = 10  # seconds; until then a replica that was lost is left alone

# One that was promoted is none any more.
HAS = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= greatest(%s::pg_lsn, %s::pg_lsn)"
NOTHING_WRITTEN = "0/0"
T = TypeVar("T")


@dataclass
class _Known:
    """What this process knows of a cell’s two servers. ``mark``: where the primary was at ``marked_at``."""

    mark: str = ""
    marked_at: float = float("-inf")
    lost: bool = False
    next_try: float = 0.0


_known: defaultdict[str, _Known] = defaultdict(_Known)  # by cell


def is_set() -> bool:
    """Whether the current cell has one."""
    return alias(ALIAS) in connections.settings


def is_anywhere() -> bool:
    """Whether any cell has one."""
    return any(alias(ALIAS, cell) in connections.settings for cell in all_cells())


def position() -> str:
    """Up to where the primary's write-ahead log is on disk: all that has been committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_flush_lsn()")
        return str(cursor.fetchone()[0])


def read(work: Callable[[], T], may_repeat: Callable[[], bool] = lambda: True) -> T:
    """What ``work`` returns, which reads from the database ``default`` and writes nothing.

    Where the replica fails, ``work`` is done once more, on the primary, unless ``may_repeat`` says that it cannot.
    """
    if not is_set() or not _may_try():
        return work()
    mark = _mark()
    try:
        with override_default(ALIAS):
            if _has(mark):
                return work()
    except (Error, psycopg2.Error) as error:
        _failed(error)
        if not may_repeat():
            raise
    return work()


def _may_try() -> bool:
    """One thread tries a lost replica again; the others need not wait for it to fail."""
    now, known = time.monotonic(), _known[current_cell()]
    if not known.lost:
        return True
    if now < known.next_try:
        return False
    known.next_try = now + TRY_AGAIN_AFTER
    return True


def _mark() -> str:
    """What a replica must have: the primary is asked now and then, so nothing read there is older than LONGEST_LAG."""
    now, known = time.monotonic(), _known[current_cell()]
    if now - known.marked_at >= LONGEST_LAG:
        known.mark, known.marked_at = position(), now
    return known.mark


def _has(mark: str) -> bool:
    """Whether the replica has come so far, and as far as the visitor's own writes. Asked in a transaction of its own: a
    snapshot of the same one could be older than the answer."""
    with connection.cursor() as cursor:
        cursor.execute(HAS, [mark, current().written or NOTHING_WRITTEN])
        [has] = cursor.fetchone()
    known = _known[current_cell()]
    if known.lost:
        known.lost = False
        logger.warning("The replica is back.")
    return bool(has)


def _failed(error: Exception) -> None:
    """Lost, if it does not answer at all; otherwise it could not do this one thing (its recovery came first)."""
    replica, known = connections[ALIAS], _known[current_cell()]
    if replica.connection is not None and replica.is_usable():
        logger.warning("The replica could not answer: %s", error)
    elif not known.lost:
        known.lost, known.next_try = True, time.monotonic() + TRY_AGAIN_AFTER
        logger.warning("The replica is unavailable; retrying every %s seconds: %s", TRY_AGAIN_AFTER, error)
    replica.close()

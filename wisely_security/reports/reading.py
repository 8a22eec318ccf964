"""How events are read for a page: within a time limit, and from the replica where that will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from wisely_security.database import replica

from .time_limit import LONGEST_SEARCH_SECONDS, time_limit

T = TypeVar("T")


def search(work: Callable[[], T], seconds: float = LONGEST_SEARCH_SECONDS) -> T:
    """What ``work`` returns: rows that have been read, not a query. Raises SearchTooLongError."""

    def within_the_limit() -> T:
        with time_limit(seconds):
            return work()

    return replica.read(within_the_limit)

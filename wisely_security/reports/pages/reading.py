"""How events are read for a page: within a time limit, and from the replica where that will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from wisely_security.database.replication import replica

from .time_limit import LONGEST_SEARCH_SECONDS, time_limit

T = TypeVar("T")


def search(work: Callable[[], T], seconds: float | None = None) -> T:
    """What ``work`` returns: rows that have been read, not a query. Raises SearchTooLongError.

    ``seconds``: the limit, where it is not that of every search.
    """

    def within_the_limit() -> T:
        with time_limit(LONGEST_SEARCH_SECONDS if seconds is None else seconds):
            return work()

    return replica.read(within_the_limit)

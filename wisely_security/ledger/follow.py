"""What is derived from events, kept up to date off the write path: by a thread in each web process, or by
``manage.py follow_events``. Any number may work at once.

A follower is a function in the database: given an event table, it works what is new in one window of transactions
(``ledger_follow``), in a transaction of its own, and says whether there is more to do. Whoever reads what is derived
adds what is not followed yet, so nothing depends on how far a follower is, except speed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from wisely_security.core.request_context import acting_as

from .models import time_of
from .partitions import event_tables
from .sealing.logs import sealer, signing

logger = logging.getLogger(__name__)

FOLLOWERS = ["ledger_summarise", "ledger_build_segments"]  # their functions; each has this name in ledger_follower too
SEALER = "ledger_seal"  # its work is in Python, for it signs: where there is a key
LOOK_EVERY = 5  # seconds
SECONDS_TO_STOP = 5


def _each() -> Iterator[tuple[str, str]]:
    followers = [*FOLLOWERS, SEALER] if signing.is_configured() else FOLLOWERS
    return ((follower, table) for table in event_tables() for follower in followers)


def follow() -> None:
    """Each follower works what is new: all that was committed before any transaction began that still runs."""
    for follower, table in _each():
        while _work(follower, table):
            pass


def _work(follower: str, table: str) -> bool:
    if follower == SEALER:
        return sealer.seal(table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {follower}(%s)", [table])
        [more] = cursor.fetchone()
    return bool(more)


def behind() -> timedelta:
    """For how long the event has been waiting that waits longest; nothing, where none waits."""
    now = timezone.now()
    waiting = [now - moment for follower, table in _each() if (moment := _waits_since(follower, table))]
    return max(waiting, default=timedelta(0))


def _waits_since(follower: str, table: str) -> datetime | None:
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute(
            "SELECT next_tx, followed_at FROM ledger_follower WHERE (name, events) = (%s, %s)", [follower, table]
        )
        next_tx, followed_at = cursor.fetchone() or (0, None)
        cursor.execute("SELECT ledger_news(%s, %s)", [table, next_tx])
        [event_id] = cursor.fetchone()
    if event_id is None:
        return None
    happened = time_of(event_id)  # of a back-dated one, long ago
    return max(happened, followed_at) if followed_at else happened


class Follower:
    """The thread. Holds no connection in between."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.work, name="follower", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def tell_to_stop(self) -> None:
        """After the transaction in hand."""
        self._stop.set()

    def stop(self) -> None:
        """Give it a moment to finish. What it cannot finish comes again."""
        self.tell_to_stop()
        self._thread.join(SECONDS_TO_STOP)

    def work(self) -> None:
        while not self._stop.is_set():
            for follower, table in _each():
                try:
                    while _work(follower, table) and not self._stop.is_set():
                        pass
                except Exception:
                    logger.exception("%s could not follow %s; it is tried again.", follower, table)
                if self._stop.is_set():
                    break
            connection.close()
            self._stop.wait(LOOK_EVERY)

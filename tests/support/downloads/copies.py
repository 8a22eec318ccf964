"""Watching the COPY behind a download, breaking it, and reading how it was recorded."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

from login_activity.models import LoginEvent

from ..cast import Cast

_RUNNING = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'"
WHOLE, CUT_SHORT = ("view", "success", "downloaded"), ("view", "failure", "cut_short")


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def copies() -> int:
    """How many run in the database of this test."""
    return _count(f"SELECT count(*) {_RUNNING}")


def break_the_copy() -> None:
    wait_for(lambda: copies() == 1)
    assert _count(f"SELECT count(pg_terminate_backend(pid, 5000)) {_RUNNING}") == 1


def recorded_downloads(events: Callable[..., list[LoginEvent]], cast: Cast) -> list[tuple[str, str, str]]:
    """What Acme's record says of downloads."""
    downloads = events(cast.acme, reason__in=["downloaded", "cut_short"])
    return [(event.action, event.status, event.reason) for event in downloads]


def wait_for(what: Callable[[], bool]) -> None:
    """Until another process has done it. The deadline is for one that never does, on the busiest machine."""
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline, "waited for too long"
        time.sleep(0.01)

"""Runs on other days (tests/days.py): everything, the database included, sees the same shifted time."""

from __future__ import annotations

import os
import select
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2

from wisely_security.devserver.embedded import server_user

# What faketime gives its command, but FAKETIME_SHARED: the server's user may not open that, and an offset needs none.
SHIFT = ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC")


def adopt() -> None:
    """Where the time is shifted: the embedded server, whose environment is reduced, gets the shift as well."""
    if "FAKETIME" not in os.environ:
        return
    server_user.KEPT_ENVIRONMENT += SHIFT
    time.sleep = _sleep


def _sleep(seconds: Any) -> None:
    """Python's own sleeps until a moment of the monotonic clock, which libfaketime takes for a shifted one."""
    select.select([], [], [], seconds)


def check(database_url: str) -> None:
    """Raise where the database lives at another time than this process."""
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            [there] = cursor.fetchone() or ()
    finally:
        connection.close()
    here = datetime.now(UTC)
    if abs(here - there) > timedelta(minutes=1):
        raise RuntimeError(f"It is {here} for the tests and {there} for their database.")

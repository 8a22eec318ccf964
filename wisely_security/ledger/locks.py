"""Locks that stop others: waited for briefly and again, so that nobody queues for long behind who waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connections, transaction
from psycopg2 import errors

WAIT = "2s"
TRIES = 30
PAUSE = 1.0  # seconds


class BusyError(Exception):
    """Somebody else has held a lock for all the time that was waited for it."""


def patiently(sql: str, params: list[Any] | None = None) -> None:
    """Run what needs a lock, as the owner. In a transaction, what came before stays."""
    owner = connections["owner"]
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic(using="owner"), owner.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
                cursor.execute(sql, params)
                cursor.execute("SELECT set_config('lock_timeout', '0', true)")
                return
        except OperationalError as error:
            if not isinstance(error.__cause__, errors.LockNotAvailable):
                raise
            if not left:
                raise BusyError(
                    "Somebody else uses the record without a pause. Nothing was changed; try again."
                ) from error
            time.sleep(PAUSE)


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else archives or restores meanwhile."""
    key = "hashtext('wisely archives')"
    patiently(f"SELECT pg_advisory_lock({key})")
    try:
        yield
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock({key})")

"""Locks that stop others: waited for briefly and again, so that nobody queues for long behind who waits."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from django.db import InterfaceError, OperationalError, connections, transaction
from psycopg2 import errors

WAIT = "2s"
TRIES = 30
PAUSE = 1.0  # seconds
BUSY = "The record is in constant use. Nothing was changed; try again."


class BusyError(Exception):
    """Somebody else has held a lock for all the time that was waited for it."""


def with_lock_retry(sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """Run what needs a lock, as the owner. In a transaction, what came before stays. Raises BusyError."""
    tried = 0
    while True:
        try:
            return _run_soon(sql, params)
        except OperationalError as error:
            tried += 1
            if not isinstance(error.__cause__, errors.LockNotAvailable):
                raise
            if tried == TRIES:
                raise BusyError(BUSY) from error
            time.sleep(PAUSE)


def _run_soon(sql: str, params: Sequence[Any] | None) -> list[tuple[Any, ...]]:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
        cursor.execute(sql, params)
        found = cursor.fetchall() if cursor.description else []
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
        return found


@contextmanager
def advisory_lock() -> Iterator[None]:
    """Nobody else archives or restores while this is held."""
    key = "hashtext('wisely archives')"
    with_lock_retry(f"SELECT pg_advisory_lock({key})")
    try:
        yield
    finally:
        # A connection that is lost has no lock any more, and the reason why it is lost is what has to be reported.
        with suppress(InterfaceError, OperationalError), connections["owner"].cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock({key})")

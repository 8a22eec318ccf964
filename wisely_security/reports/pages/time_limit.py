"""How long a search may take: one limit for the tenant's page and for support's list."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg2.errors import QueryCanceled

LONGEST_SEARCH_SECONDS = 5
_SAVEPOINT = "search"


class SearchTooLongError(Exception):
    """The message is for the person who searches."""

    def __init__(self) -> None:
        super().__init__("This search took too long. Choose a shorter period or fewer filters.")


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Each statement may take so long, and none begins later, or SearchTooLongError is raised. For reads: a transaction
    that runs already goes on; without one they have one of their own.

    Limit and savepoint travel with the first statement, so they cost no round trip. A search that is stopped is rolled
    back to the savepoint, limit and all; otherwise the limit holds for the rest of the transaction, as ending it would
    be a statement more.
    """
    goes_on = connection.in_atomic_block
    prefix = f"SELECT set_config('statement_timeout', '{round(seconds * 1000)}ms', true);"
    if goes_on:
        prefix = f"SAVEPOINT {_SAVEPOINT}; {prefix}"
    last_start = 0.0

    def limited(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal last_start
        if not last_start:
            last_start = time.monotonic() + seconds
            return execute(prefix + sql, params, many, context)
        if time.monotonic() > last_start:
            raise SearchTooLongError
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(limited), nullcontext() if goes_on else transaction.atomic():
            yield
    except (OperationalError, SearchTooLongError) as error:
        if isinstance(error, OperationalError) and not isinstance(error.__cause__, QueryCanceled):
            raise
        if goes_on:
            transaction.savepoint_rollback(_SAVEPOINT)
        raise SearchTooLongError from error

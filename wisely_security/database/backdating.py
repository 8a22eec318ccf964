"""For demo data: writing as the owner of the database, with moments of the past in the record of changes.

The hook takes the time of an event from the setting ``wisely.at``, from the owner alone. It ends with the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, reset_queries

from wisely_security.request_context import RequestContext, current

from .base import ANNOUNCE
from .stand_in import instead_of_default

SET_TIME = "SELECT set_config('wisely.at', %s, true);"
# What a commit would check and write, so that it does not run into what comes next in the same transaction.
SETTLE = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


def as_owner() -> AbstractContextManager[None]:
    """Inside the block, what works with the database ``default`` works over the owner's one connection."""
    return instead_of_default("owner")


def record_as_of(moment: datetime) -> None:
    """Changes are recorded as made at that moment: up to the next call, or the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(SET_TIME, [moment.isoformat()])


def settle() -> None:
    """End what is a transaction of its own in the story that is told."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, in a context and at a moment of its own."""

    context: RequestContext
    moment: datetime
    sql: str
    values: tuple[Any, ...]


def run_all(statements: Iterable[Statement]) -> None:
    """Many statements in one message to the server."""
    with connection.cursor() as cursor:
        told = [
            cursor.cursor.mogrify(
                ANNOUNCE + SET_TIME + each.sql + ";", [*each.context.settings, each.moment.isoformat(), *each.values]
            )
            for each in statements
        ]
        told.append(cursor.cursor.mogrify(ANNOUNCE, current().settings))  # as the connection believes it to be
        cursor.execute(b"".join(told).decode())
    reset_queries()  # kept with DEBUG on, and long

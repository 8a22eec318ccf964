"""For demo data: writing as the owner of the database, with moments of the past in the record of changes.

The hook takes the time of an event from the setting ``wisely.at``, from the owner alone. It ends with the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, reset_queries

from wisely_security.database.base import ANNOUNCE
from wisely_security.database.keys import UUIDv7
from wisely_security.database.stand_in import instead_of_default
from wisely_security.request_context import RequestContext, current

SET_TIME = "SELECT set_config('wisely.at', %s, true);"
# What a commit would check and write, so that it does not run into what comes next in the same transaction.
SETTLE = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


def as_owner() -> AbstractContextManager[None]:
    """Inside the block, what works with the database ``default`` works over the owner's one connection."""
    return instead_of_default("owner")


@contextmanager
def keys_of_the_past() -> Iterator[None]:
    """Inside the block, one transaction's, new records get keys that tell the moment of ``record_as_of``."""
    keys_of_now = UUIDv7.template
    _make_keys_by("audit_trail_event_id()")
    try:
        yield
        settle()
        _make_keys_by(keys_of_now)
    finally:
        UUIDv7.template = keys_of_now


def _make_keys_by(function: str) -> None:
    keys = [model._meta.pk for model in apps.get_models() if isinstance(model._meta.pk.db_default, UUIDv7)]
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute(f'ALTER TABLE "{key.model._meta.db_table}" ALTER "{key.column}" SET DEFAULT {function}')
    UUIDv7.template = function


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

"""Writing as the owner of the database, at moments of the past.

Inside one transaction of the demo, the function that makes ids of events takes their time from a setting of the demo.
Others go on with the function as it is: nobody sees the other one, and where the transaction ends early, by an error or
a kill, it has never been.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, reset_queries

from wisely_security.core.request_context import RequestContext, current
from wisely_security.database.alias_override import override_default
from wisely_security.database.base import SET_CONTEXT
from wisely_security.database.keys import UUIDv7

EVENT_ID = "audit_trail_event_id()"
DEFINITION = f"SELECT pg_get_functiondef('{EVENT_ID}'::regprocedure)"
BACK_DATED = f"""CREATE OR REPLACE FUNCTION {EVENT_ID} RETURNS uuid LANGUAGE sql VOLATILE
    RETURN uuidv7(current_setting('wisely_demo.at')::timestamptz - clock_timestamp())"""
SET_TIME = "SELECT set_config('wisely_demo.at', %s, true);"
# What a commit would check and write, so that it does not run into what comes next in the same transaction.
SETTLE = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


def as_owner() -> AbstractContextManager[None]:
    """Inside the block, what works with the database ``default`` works over the owner's one connection."""
    return override_default("owner")


@contextmanager
def back_dating(*, keys: bool = False) -> Iterator[None]:
    """Inside the block, one transaction's, events get ids of the moment of ``record_as_of``; with ``keys``, new records
    get keys of it too, for which nobody else may use their tables."""
    template = UUIDv7.template
    with connection.cursor() as cursor:
        cursor.execute(DEFINITION)
        [as_it_is] = cursor.fetchone()
        cursor.execute(BACK_DATED)
        try:
            if keys:
                _make_keys_by(EVENT_ID)
            yield
            settle()
            if keys:
                _make_keys_by(template)
            cursor.execute(as_it_is)
        finally:
            UUIDv7.template = template


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
    """End what is a transaction of its own in the scenario."""
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
        messages = [
            cursor.cursor.mogrify(
                SET_CONTEXT + SET_TIME + each.sql + ";",
                [*each.context.settings, each.moment.isoformat(), *each.values],
            )
            for each in statements
        ]
        messages.append(cursor.cursor.mogrify(SET_CONTEXT, current().settings))  # as the connection believes it to be
        cursor.execute(b"".join(messages).decode())
    reset_queries()  # kept with DEBUG on, and long

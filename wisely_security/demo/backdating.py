"""Writing as the owner of the database, at moments of the past.

Inside one transaction of the demo, the function that makes ids of events takes their time from a setting of the demo.
Others go on with the function as it is: nobody sees the other one, and where the transaction ends early, by an error or
a kill, it has never been.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, reset_queries, transaction

from wisely_security.core.request_context import RequestContext, current
from wisely_security.database.base import SET_CONTEXT
from wisely_security.database.keys import UUIDv7
from wisely_security.database.replication.alias_override import override_default

EVENT_ID = "audit_trail_event_id()"
BACK_DATED = f"""CREATE OR REPLACE FUNCTION {EVENT_ID} RETURNS uuid LANGUAGE sql VOLATILE
    RETURN uuidv7(current_setting('wisely_demo.at')::timestamptz - clock_timestamp())"""
SET_TIME = "SELECT set_config('wisely_demo.at', %s, true);"
# What a commit would check and write, so that it does not run into what comes next in the same transaction.
CHECK_DEFERRED = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"

Statement = tuple[RequestContext, datetime, str, tuple[Any, ...]]  # who, when, what


@contextmanager
def back_dating(*, keys: bool = False) -> Iterator[None]:
    """Inside the block, one transaction over the owner's connection, events get ids of the moment of ``record_as_of``;
    with ``keys``, new records get keys of it too, for which nobody else may use their tables."""
    template = UUIDv7.template
    with override_default("owner"), transaction.atomic():
        original = _run(f"SELECT pg_get_functiondef('{EVENT_ID}'::regprocedure)")
        _run(BACK_DATED)
        try:
            if keys:
                _make_keys_by(EVENT_ID)
            yield
            check_deferred()
            if keys:
                _make_keys_by(template)
            _run(original)
        finally:
            UUIDv7.template = template


def _make_keys_by(function: str) -> None:
    for key in (model._meta.pk for model in apps.get_models()):
        if isinstance(key.db_default, UUIDv7):
            _run(f'ALTER TABLE "{key.model._meta.db_table}" ALTER "{key.column}" SET DEFAULT {function}')
    UUIDv7.template = function


def record_as_of(moment: datetime) -> None:
    """Changes are recorded as made at that moment: up to the next call, or the end of the transaction."""
    _run(SET_TIME, moment.isoformat())


def check_deferred() -> None:
    """End what is a transaction of its own in the scenario."""
    _run(CHECK_DEFERRED)


def _run(sql: str, *values: Any) -> str:
    """Run a statement; returns the one value that it returns, if it does."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return str(cursor.fetchone()[0]) if cursor.description else ""


def run_all(statements: Iterable[Statement]) -> None:
    """Many statements in one message to the server."""
    with connection.cursor() as cursor:
        message = b"".join(
            cursor.cursor.mogrify(SET_CONTEXT + SET_TIME + sql + ";", [*who.settings, moment.isoformat(), *values])
            for who, moment, sql, values in statements
        )
        message += cursor.cursor.mogrify(SET_CONTEXT, current().settings)  # as the connection believes it to be
        cursor.execute(message.decode())
    reset_queries()  # kept with DEBUG on, and long

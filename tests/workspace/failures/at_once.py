"""Several people who act at the same moment, in a database of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, connections, transaction
from django.db.models import Model

from tests.workspace.browsing import Form, Visitor

WAITING = (
    "SELECT pid FROM pg_locks WHERE NOT granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@contextmanager
def kept_waiting(model: type[Model]) -> Iterator[None]:
    """Within the block, whoever locks or changes a row of the model waits."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as owner:
        owner.execute(f"LOCK TABLE {model._meta.db_table} IN EXCLUSIVE MODE")
        yield


def those_who_wait(number: int) -> list[int]:
    """The processes of the database that wait for a lock, once there are so many."""
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            found = [pid for (pid,) in cursor.fetchall()]
            if len(found) >= number:
                return found
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError(f"{len(found)} of {number} wait.")


def press_at_once(model: type[Model], *presses: tuple[Visitor, Form]) -> list[int]:
    """All send at once, and nobody gets at rows of ``model`` before all are waiting. Returns the status codes."""
    with ThreadPoolExecutor(len(presses)) as pool:
        with kept_waiting(model):
            sent = [pool.submit(_send, visitor, form) for visitor, form in presses]
            those_who_wait(len(presses))
        return [each.result() for each in sent]


def press_and_break(model: type[Model], visitor: Visitor, form: Form) -> int:
    """The connection to the database is lost during the request."""
    with ThreadPoolExecutor(1) as pool, kept_waiting(model):
        sent = pool.submit(_send, visitor, form)
        for pid in those_who_wait(1):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        return sent.result()


def _send(visitor: Visitor, form: Form) -> int:
    try:
        return int(visitor.send(form).answer.status_code)
    finally:
        connections.close_all()

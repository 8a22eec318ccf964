"""Statements of the owner of the database, who can switch off what protects the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

from wisely_security.core.request_context import acting_as

Rows = list[tuple[Any, ...]]


@contextmanager
def as_owner() -> Iterator[None]:
    """One transaction over all tenants."""
    with acting_as(support=True), transaction.atomic(using="owner"):
        yield


def run(sql: str, *values: Any) -> Rows:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def unguarded(table: str) -> Iterator[None]:
    """Inside the block, rows of one append-only table can be altered. Then it is guarded as before."""
    run(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    yield
    run(f"ALTER TABLE {table} ENABLE TRIGGER append_only")

"""What one connection reads goes to another as it comes: a pipe's buffer is all that is held of it here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from .at import ask
from .tables import Moved


def stage(reading: Any, table: Moved, condition: str, params: Sequence[Any], *, hashed: bool = False) -> int:
    """Rows of another cell in a temporary table, ``table.arriving``, of the transaction that is open: COPY itself can't
    go past row-level security. ``hashed``: with the hash of each as it was sent, ``sent_hash``. Returns how many."""
    ask(f"CREATE TEMPORARY TABLE {table.arriving} (LIKE {table.name}, sent_hash bigint) ON COMMIT DROP")
    columns, names = table.read(), table.names
    if hashed:
        columns, names = f"{columns}, {table.hash()}", f"{names}, sent_hash"
    query = f"SELECT {columns} FROM {table.name} WHERE {condition}"  # noqa: S608
    with connection.cursor() as cursor:
        stream(reading, reading.mogrify(query, params).decode(), cursor.cursor, f"{table.arriving} ({names})")
    [(number,)] = ask(f"SELECT count(*) FROM {table.arriving}")  # noqa: S608
    return int(number)


def stream(reading: Any, query: str, writing: Any, into: str) -> None:
    """``reading``, ``writing``: psycopg2's cursors of two connections. Raises what either raises, as Django's errors;
    then nothing of it may be committed, since the other may have ended as if all were well."""
    beginning, end = os.pipe()
    with connection.wrap_database_errors, ThreadPoolExecutor(1) as pool, os.fdopen(beginning, "rb") as arriving:
        sent = pool.submit(_send, reading, query, end)
        writing.copy_expert(f"COPY {into} FROM STDIN", arriving)
        sent.result()


def _send(reading: Any, query: str, end: int) -> None:
    with os.fdopen(end, "wb") as leaving:
        reading.copy_expert(f"COPY ({query}) TO STDOUT", leaving)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from django.db import connections


@contextmanager
def locked(cell: str, table: str) -> Iterator[None]:
    """Whoever comes to the table waits for the end of the block."""
    owner = connections["owner" if cell == "main" else f"{cell}.owner"].settings_dict
    server = {"host": owner["HOST"], "port": owner["PORT"], "user": owner["USER"], "dbname": owner["NAME"]}
    with closing(psycopg2.connect(**server)) as connection, connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield

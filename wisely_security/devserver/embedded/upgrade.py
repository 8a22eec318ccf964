"""What a cluster that an earlier release made still lacks."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2

from wisely_security.database.rights import REVOKE_WRITING_FUNCTIONS

from .cluster import Cluster
from .roles import DATABASE, SUPERUSER, url

EVERYBODY_MAY_WRITE = "SELECT has_function_privilege('public', 'lo_create(oid)', 'EXECUTE')"
DATABASES = "SELECT datname FROM pg_database WHERE datallowconn"


def close_rights(cluster: Cluster) -> None:
    """Take from everybody what no trigger would record, in each database of a running server."""
    if not _run(cluster, DATABASE, EVERYBODY_MAY_WRITE)[0][0]:
        return
    names = sorted(name for [name] in _run(cluster, DATABASE, DATABASES))
    for name in [*(name for name in names if name != DATABASE), DATABASE]:  # last the one that says whether it is done
        _run(cluster, name, REVOKE_WRITING_FUNCTIONS)


def _run(cluster: Cluster, database: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url(cluster.socket_folder, SUPERUSER), dbname=database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

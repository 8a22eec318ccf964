"""Tenants that live in the database of a test, and are nothing more than a key."""

from __future__ import annotations

from contextlib import closing
from uuid import UUID

import psycopg2
from django.db import connections
from psycopg2.extras import execute_values


def let_live(*tenants: UUID) -> None:
    """Let events of these be written. As the owner, and committed, whatever becomes of the test's own work."""
    at, owner = connections["default"].settings_dict, connections["owner"].settings_dict["USER"]
    connection = psycopg2.connect(
        dbname=at["NAME"], host=at["HOST"] or None, port=at["PORT"] or None, user=owner, password=at["PASSWORD"] or None
    )
    with closing(connection), connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('cells_residence') IS NOT NULL")
        if cursor.fetchone() == (True,):  # a database of former migrations has none
            values = [(str(tenant),) for tenant in tenants]
            execute_values(
                cursor, "INSERT INTO cells_residence (tenant_id) VALUES %s ON CONFLICT DO NOTHING", values, "(%s::uuid)"
            )

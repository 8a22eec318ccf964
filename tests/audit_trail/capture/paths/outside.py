"""Bypassing the application: psql, and sessions outside Django."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connections
from psycopg2.extras import Json

from wisely_security.core.request_context import current
from wisely_security.devserver.embedded.programs import installed_programs
from wisely_security.devserver.embedded.roles import OWNER_ROLE, SUPERUSER

from .subject import Steps, Subject, path


@contextmanager
def session(role: str) -> Iterator[Any]:
    """A cursor of a separate session, committed at the end."""
    settings = connections["default"].settings_dict
    connection = psycopg2.connect(host=settings["HOST"], port=settings["PORT"], dbname=settings["NAME"], user=role)
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def psql(role: str, script: str) -> str:
    """Run a script as an administrator would, each statement a transaction; returns the errors of psql."""
    settings = connections["default"].settings_dict
    target = ["-h", settings["HOST"], "-p", str(settings["PORT"]), "-U", role, "-d", settings["NAME"]]
    ran = subprocess.run(
        [installed_programs() / "psql", "-X", "-q", *target],
        input=script,
        text=True,
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    return ran.stderr


def _quoted(sql: str, *values: Any) -> str:
    with connections["default"].cursor() as cursor:
        text: str = cursor.cursor.mogrify(sql, values).decode()
    return text


def _update(it: Subject, record: Any) -> str:
    return _quoted(f"UPDATE {it.table} SET {it.column} = %s WHERE id = %s;", it.raw_value, record.pk)


def _scope() -> str:
    now = current()
    tenant, scope = ("", "support") if now.support else (str(now.tenant_id), "")
    return f"SET wisely.tenant_id = '{tenant}'; SET wisely.scope = '{scope}';"


@path("psql, owner in a tenant's scope")
def owner_in_scope(it: Subject) -> Steps:
    record = it.make()
    script = _scope() + _update(it, record)
    yield
    assert psql(OWNER_ROLE, script) == ""
    return "database", OWNER_ROLE


@path("psql, owner without a scope", leaves_a_trace=False)
def owner_without_scope(it: Subject) -> Steps:
    record = it.make()
    script = _update(it, record)
    yield
    assert psql(OWNER_ROLE, script) == ""  # no row is visible
    return None


@path("psql, owner without a scope who adds", creates=True, leaves_a_trace=False)
def owner_without_scope_adds(it: Subject) -> Steps:
    script = _quoted(it.insert, Json(it.row()))
    yield
    assert "row-level security" in psql(OWNER_ROLE, script)
    return None


@path("psql, superuser without a scope")
def superuser(it: Subject) -> Steps:
    record = it.make()
    script = _update(it, record)
    yield
    assert psql(SUPERUSER, script) == ""
    return "database", SUPERUSER


@path("psql, superuser who adds and removes", creates=True, deletes=True)
def superuser_adds_and_removes(it: Subject) -> Steps:
    record = it.make()
    script = _quoted(f"DELETE FROM {it.table} WHERE id = %s;", record.pk)
    if it.batch > 1:
        script += _quoted(it.insert, Json(it.row()))
    yield
    assert psql(SUPERUSER, script) == ""
    return "database", SUPERUSER


@path("psql, superuser as a replica")
def replica(it: Subject) -> Steps:
    record = it.make()
    script = "SET session_replication_role = replica;" + _update(it, record)
    yield
    assert psql(SUPERUSER, script) == ""
    return "database", SUPERUSER


@path("COPY", creates=True)
def copy(it: Subject) -> Steps:
    row = _quoted(f"jsonb_populate_record(NULL::{it.table}, %s)", Json(it.row()))
    lines = io.StringIO()
    with session(SUPERUSER) as cursor:
        cursor.copy_expert(f"COPY (SELECT {it.columns} FROM {row}) TO STDOUT", lines)
    lines.seek(0)
    yield
    with session(SUPERUSER) as cursor:
        cursor.copy_expert(f"COPY {it.table} ({it.columns}) FROM STDIN", lines)
    return "database", SUPERUSER


@path("a connection without Django that sets an actor")
def with_an_actor(it: Subject) -> Steps:
    record = it.make()
    script = _scope()
    yield
    with session(OWNER_ROLE) as cursor:
        cursor.execute(script)
        cursor.execute("""SET LOCAL wisely.actor = '{"kind": "system", "name": "Nightly import"}'""")
        cursor.execute(_update(it, record))
    return "system", "Nightly import"

"""Rows from one cell to the other. Each step may be killed and done again: what has arrived is not copied twice."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from wisely_security.core.request_context import acting_as
from wisely_security.ledger.months.locks import with_lock_retry

from .at import ask, at, writing
from .tables import Moved

AT_ONCE = 20_000  # events in a transaction: projectors and vacuum meet no giant
NOBODY_YET = UUID(int=0)


def copy_new_events(source: str, target: str, table: Moved, tenant: UUID) -> int:
    """All after the last that has arrived, in the order of their ids. Returns how many."""
    copied = 0
    while True:
        with at(target):
            newest = ask(f"SELECT id FROM {table.name} WHERE tenant_id = %s ORDER BY id DESC LIMIT 1", tenant)  # noqa: S608
        after = newest[0][0] if newest else NOBODY_YET
        rows = _read(source, table, "tenant_id = %s AND id > %s ORDER BY id LIMIT %s", tenant, after, AT_ONCE)
        number = rows.getvalue().count(b"\n")
        if not number:
            return copied
        _write_events(target, table, tenant, rows)
        copied += number


def copy_late_events(source: str, target: str, table: Moved, tenant: UUID, cut: int) -> int:
    """Those of transactions since ``cut`` that have not arrived. Returns how many."""
    with at(source):
        ids = [key for (key,) in ask(f"SELECT id FROM {table.name} WHERE tenant_id = %s AND tx >= %s", tenant, cut)]  # noqa: S608
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        with at(target):
            arrived = f"SELECT id FROM {table.name} WHERE tenant_id = %s AND id = ANY (%s)"  # noqa: S608
            known = {key for (key,) in ask(arrived, tenant, some)}
        if missing := [key for key in some if key not in known]:
            rows = _read(source, table, "tenant_id = %s AND id = ANY (%s)", tenant, missing)
            _write_events(target, table, tenant, rows)
    return len(ids)


def copy_rows(source: str, target: str, tables: Sequence[Moved], tenants: Sequence[UUID]) -> None:
    """All of the other tables, in one transaction of the target, in place of what arrived before."""
    read = [(table, _read(source, table, f"{table.tenant} = ANY (%s)", list(tenants))) for table in tables]
    with writing(target, tenants), unrecorded(tables):
        _remove(tables, tenants)
        for table, rows in read:
            _copy_in(table, rows)


def remove_rows(cell: str, tables: Sequence[Moved], tenants: Sequence[UUID]) -> None:
    with writing(cell, tenants), unrecorded(tables):
        _remove(tables, tenants)


def remove_events(cell: str, table: Moved, tenants: Sequence[UUID]) -> int:
    """Batch by batch. Returns how many."""
    with at(cell):
        months = ask("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", table.name)
    removed = 0
    for (month,) in months:
        number = AT_ONCE
        while number == AT_ONCE:
            with writing(cell, tenants), unrecorded([replace(table, name=month)]), connection.cursor() as cursor:
                cursor.execute(
                    f"DELETE FROM {month} WHERE ctid = ANY (ARRAY("  # noqa: S608
                    f"SELECT ctid FROM {month} WHERE tenant_id = ANY (%s) LIMIT %s))",
                    [list(tenants), AT_ONCE],
                )
                number = cursor.rowcount
            removed += number
    return removed


def _remove(tables: Sequence[Moved], tenants: Sequence[UUID]) -> None:
    for table in reversed(tables):
        ask(f"DELETE FROM {table.name} WHERE {table.tenant} = ANY (%s)", list(tenants))  # noqa: S608


@contextmanager
def unrecorded(tables: Sequence[Moved]) -> Iterator[None]:
    """Inside the block, in a transaction, neither the Audit Trail nor an append-only guard heeds what is done.
    Nobody else can write there until the transaction ends: for that, and that long, they are locked."""
    names = [table.name for table in tables]
    triggers = ask(
        "SELECT tgrelid::regclass::text, tgname::text, tgenabled = 'A' FROM pg_trigger "
        "WHERE tgrelid = ANY (%s::regclass[]) AND tgenabled IN ('A', 'O') "
        "AND (tgname LIKE 'audit\\_trail\\_%%' OR tgname = 'append_only') ORDER BY 1, 2",
        names,
    )
    if triggers:
        with_lock_retry(
            f"LOCK TABLE {', '.join(sorted({table for table, *_ in triggers}))} IN SHARE ROW EXCLUSIVE MODE"
        )
    for table, name, _ in triggers:
        ask(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    ask("SET CONSTRAINTS ALL DEFERRED")
    yield
    ask("SET CONSTRAINTS ALL IMMEDIATE")
    for table, name, always in triggers:
        ask(f"ALTER TABLE {table} ENABLE {'ALWAYS ' if always else ''}TRIGGER {name}")


def _read(source: str, table: Moved, condition: str, *params: Any) -> io.BytesIO:
    rows = io.BytesIO()
    sql = f"SELECT {table.read()} FROM {table.name} WHERE {condition}"  # noqa: S608
    with at(source), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # sets the session context, which COPY's own message has not
        cursor.cursor.copy_expert(f"COPY ({cursor.cursor.mogrify(sql, params).decode()}) TO STDOUT", rows)
    rows.seek(0)
    return rows


def _write_events(target: str, table: Moved, tenant: UUID, rows: io.BytesIO) -> None:
    with writing(target, [tenant]), acting_as(tenant_id=tenant):
        ask("SELECT 1")
        _copy_in(table, rows)


def _copy_in(table: Moved, rows: io.BytesIO) -> None:
    """By way of a temporary table: COPY itself can't go past row-level security."""
    first = f"arriving_{table.name}"[:63]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {first} (LIKE {table.name}) ON COMMIT DROP")
        cursor.cursor.copy_expert(f"COPY {first} ({table.names}) FROM STDIN", rows)
        cursor.execute(f"INSERT INTO {table.name} ({table.names}) SELECT {table.names} FROM {first}")  # noqa: S608

"""Rows from one cell to the other. Each step may be killed and done again: what has arrived is not copied twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection

from wisely_security.core.request_context import acting_as
from wisely_security.ledger.months.locks import with_lock_retry

from .at import ask, at, reading, writing
from .streaming import stage
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
        number = _copy_events(source, target, table, tenant, "id > %s ORDER BY id LIMIT %s", after, AT_ONCE)
        if not number:
            return copied
        copied += number


def copy_late_events(source: str, target: str, table: Moved, tenant: UUID, cut: int) -> int:
    """Those of transactions since ``cut`` that have not arrived. Returns how many."""
    copied = 0
    with at(source):
        ids = [key for (key,) in ask(f"SELECT id FROM {table.name} WHERE tenant_id = %s AND tx >= %s", tenant, cut)]  # noqa: S608
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        with at(target):
            arrived = f"SELECT id FROM {table.name} WHERE tenant_id = %s AND id = ANY (%s)"  # noqa: S608
            known = {key for (key,) in ask(arrived, tenant, some)}
        if missing := [key for key in some if key not in known]:
            copied += _copy_events(source, target, table, tenant, "id = ANY (%s)", missing)
    return copied


def copy_rows(source: str, target: str, tables: Sequence[Moved], tenants: Sequence[UUID]) -> None:
    """All of them, in one transaction of the target, in place of what arrived before. Nothing there is locked until all
    have come over."""
    with at(source):
        sent = _with_rows(tables, tenants)
    with writing(target, tenants):
        for table in sent:
            with reading(source) as its, at(target):
                stage(its, table, f"{table.tenant} = ANY (%s)", [list(tenants)])
        arrived = _with_rows(tables, tenants)
        with unrecorded([table for table in tables if table in sent or table in arrived]):
            _remove(arrived, tenants)
            for table in sent:
                insert_staged(table)


def remove_rows(cell: str, tables: Sequence[Moved], tenants: Sequence[UUID]) -> None:
    with writing(cell, tenants):
        found = _with_rows(tables, tenants)
        with unrecorded(found):
            _remove(found, tenants)


def _with_rows(tables: Sequence[Moved], tenants: Sequence[UUID]) -> list[Moved]:
    """Those that have any, in one statement: a move is as long frozen as it has statements to wait for."""
    each = ", ".join(f"EXISTS (SELECT FROM {table.name} WHERE {table.tenant} = ANY (its))" for table in tables)
    [(found,)] = ask(f"SELECT ARRAY[{each}] FROM (SELECT %s::uuid[] AS its) AS of", list(tenants))  # noqa: S608
    return [table for table, has_rows in zip(tables, found, strict=True) if has_rows]


def remove_in_batches(cell: str, table: Moved, tenants: Sequence[UUID]) -> int:
    """Of a table, or month by month. Returns how many."""
    with at(cell):
        months = ask("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", table.name)
    removed = 0
    for (part,) in months or [(table.name,)]:
        number = AT_ONCE
        while number == AT_ONCE:
            with writing(cell, tenants), unrecorded([replace(table, name=part)]), connection.cursor() as cursor:
                cursor.execute(
                    f"DELETE FROM {part} WHERE ctid = ANY (ARRAY("  # noqa: S608
                    f"SELECT ctid FROM {part} WHERE {table.tenant} = ANY (%s) LIMIT %s))",
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
        "SELECT tgrelid::regclass::text, string_agg('DISABLE TRIGGER ' || tgname, ', '), string_agg("
        "CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS TRIGGER ' ELSE 'ENABLE TRIGGER ' END || tgname, ', ') "
        "FROM pg_trigger WHERE tgrelid = ANY (%s::regclass[]) AND tgenabled IN ('A', 'O') "
        "AND (tgname LIKE 'audit\\_trail\\_%%' OR tgname = 'append_only') GROUP BY 1 ORDER BY 1",
        names,
    )
    if triggers:
        with_lock_retry(f"LOCK TABLE {', '.join(table for table, *_ in triggers)} IN SHARE ROW EXCLUSIVE MODE")
    for table, disable, _ in triggers:
        ask(f"ALTER TABLE {table} {disable}")
    ask("SET CONSTRAINTS ALL DEFERRED")
    yield
    ask("SET CONSTRAINTS ALL IMMEDIATE")
    for table, _, enable in triggers:
        ask(f"ALTER TABLE {table} {enable}")


def _copy_events(source: str, target: str, table: Moved, tenant: UUID, condition: str, *params: Any) -> int:
    with reading(source) as its, writing(target, [tenant]), acting_as(tenant_id=tenant):
        number = stage(its, table, f"tenant_id = %s AND {condition}", [tenant, *params])
        if number:
            insert_staged(table)
    return number


def insert_staged(table: Moved) -> None:
    ask(f"INSERT INTO {table.name} ({table.names}) SELECT {table.names} FROM {table.arriving}")  # noqa: S608

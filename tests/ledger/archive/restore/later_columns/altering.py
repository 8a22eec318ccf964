"""The columns of Login Activity are altered, and restored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...history import LOGINS, OLD, ask, forget_everything

TWELVE = ("archive_events", "--older-than", "12")
PARTITION = f"{LOGINS}_{OLD:%Y_%m}"
ALTER = f"ALTER TABLE {LOGINS}"


@contextmanager
def altered(statements: list[str], undo: list[str]) -> Iterator[None]:
    """Within the block the record has other columns. It is empty when they are restored."""
    for statement in statements:
        ask(statement)
    try:
        yield
    finally:
        forget_everything()
        for statement in undo:
            ask(statement)


def values(column: str) -> set[Any]:
    return {value for (value,) in ask(f"SELECT {column} FROM {PARTITION}")}


def added(definition: str, *more: str) -> tuple[list[str], list[str]]:
    """A column added after the archive was written."""
    return [f"{ALTER} ADD COLUMN later {definition}", *more], [f"{ALTER} DROP COLUMN later"]


DROP_DEFAULT = f"{ALTER} ALTER COLUMN later DROP DEFAULT"


def structure(table: str) -> list[tuple[Any, ...]]:
    columns = """SELECT attname, atttypid, attnotnull, attgenerated, pg_get_expr(adbin, adrelid) FROM pg_attribute
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname"""
    checks = """SELECT contype::text, pg_get_constraintdef(oid), convalidated FROM pg_constraint
        WHERE conrelid = %s::regclass ORDER BY 1, 2"""
    return ask(columns, table) + ask(checks, table)

"""Event tables have the columns that their model says, in each month: what is shown is what was written and sealed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connection

from ..models import Event
from .partitions import event_models

MADE = {"id": "uuidv7()", "tx": "ledger_tx(pg_current_xact_id())"}  # by default, in the database
OCCURRED_AT = "uuid_extract_timestamp(id)"

# Each relation of a record: its name, whether it is permanent, and each column's type and expression.
_COLUMNS = """
    SELECT relname, relpersistence = 'p', attname, format_type(atttypid, atttypmod), attgenerated <> '',
           coalesce(pg_get_expr(adbin, adrelid), '')
    FROM pg_class AS c
    JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_attrdef ON adrelid = c.oid AND adnum = attnum
    WHERE c.oid = %s::regclass OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = %s::regclass)
    ORDER BY relname, attnum
"""


def columns_are_as_declared() -> Iterator[CheckMessage]:
    for model in event_models():
        for name, what in _faults(model):
            yield Error(
                f"{name}: {what}.",
                hint="Find out who altered the table, and restore it from a backup if the events in it were changed. "
                "A column of your own is added with AddEventColumn (wisely_security/database/operations.py).",
                id="ledger.E010",
            )


def _faults(model: type[Event]) -> Iterator[tuple[str, str]]:
    table = model._meta.db_table
    wanted = {field.attname: _wanted(field) for field in model._meta.concrete_fields}
    by_relation: dict[str, dict[str, tuple[str, bool, str]]] = {}
    for name, permanent, column, *rest in _ask(_COLUMNS, table, table):
        by_relation.setdefault(name, {})[column] = tuple(rest)
        if not permanent and len(by_relation[name]) == 1:
            yield name, "is not kept over a crash of the server (UNLOGGED)"
    for name, found in by_relation.items():
        wrong = [column for column, each in wanted.items() if not _fits(column, each, found.get(column), name == table)]
        if wrong:
            yield name, f"not the columns that its model has: {', '.join(sorted(wrong))}"


def _wanted(field: Any) -> tuple[str, bool]:
    """Type, and whether it is generated."""
    return str(field.db_type(connection)), bool(field.generated)


def _fits(column: str, wanted: tuple[str, bool], found: tuple[str, bool, str] | None, is_parent: bool) -> bool:
    """New rows take the defaults of the whole table, whatever those of a month are."""
    if found is None or found[:2] != wanted:
        return False
    if wanted[1]:
        return found[2] == OCCURRED_AT
    return column not in MADE or not is_parent or found[2] == MADE[column]


def _ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())

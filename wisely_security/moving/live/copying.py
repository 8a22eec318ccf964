"""All rows of a table once, and again those that were noted. Each batch is a transaction of the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ..at import ask, at, reading, writing
from ..comparing import refuse_different
from ..copying import insert_staged, remove_in_batches
from ..streaming import stage
from ..tables import Moved
from . import keys

AT_ONCE = 2_000  # rows in a transaction


def copy_all(source: str, target: str, table: Moved, tenants: Sequence[UUID]) -> int:
    """In place of what arrived before. What changes meanwhile is noted, whether it was read before or after."""
    remove_in_batches(target, table, tenants)
    copied = 0
    for tenant in tenants:
        after: list[Any] | None = None
        while True:
            with at(source):
                upto = _end_of_batch(table, tenant, after)
            condition, params = f"{table.tenant} = %s", [tenant]
            if after:
                condition, params = f"{condition} AND {_row(table)} > {_of_types(table)}", [*params, *after]
            if upto:
                condition, params = f"{condition} AND {_row(table)} <= {_of_types(table)}", [*params, *upto]
            with reading(source) as its, writing(target, tenants):
                copied += stage(its, table, condition, params)
                insert_staged(table)
            if not upto:
                break
            after = upto
    return copied


def copy_changed(source: str, target: str, table: Moved, tenants: Sequence[UUID]) -> int:
    """Those that were noted, and no longer what is gone. Returns how many.

    The notes are taken away in a transaction of the source that is committed after that of the target. So whatever is
    killed between them is done again; and a change that was not committed when they were read is still noted.
    """
    copied = 0
    while True:
        with reading(source) as its:
            taken = ask(
                "WITH taken AS (DELETE FROM moving_changed WHERE (name, tenant, id) IN ("
                "SELECT name, tenant, id FROM moving_changed WHERE name = %s AND tenant = ANY (%s) LIMIT %s"
                ") RETURNING row_key) SELECT DISTINCT row_key::text FROM taken",
                *(table.name, list(tenants), AT_ONCE),
            )
            if not taken:
                return copied
            noted = f"[{', '.join(key for (key,) in taken)}]"
            with writing(target, tenants):
                copied += stage(its, table, keys.among(table), [noted], hashed=True)
                _replace(table, noted)


def _replace(table: Moved, noted: str) -> None:
    is_noted = keys.among(table)
    if table.append_only:
        insert = "ON CONFLICT DO NOTHING"
    else:
        insert = ""
        ask(f"DELETE FROM {table.name} WHERE {is_noted}", noted)  # noqa: S608
    ask(f"INSERT INTO {table.name} ({table.names}) SELECT {table.names} FROM {table.arriving} {insert}")  # noqa: S608
    [(sent, arrived)] = ask(
        "SELECT (SELECT (count(*), coalesce(sum(sent_hash::numeric), 0))::text "  # noqa: S608
        f"FROM {table.arriving}), (SELECT (count(*), coalesce(sum({table.hash(arrived=True)}::numeric), 0))::text "
        f"FROM {table.name} WHERE {is_noted})",
        noted,
    )
    refuse_different(table, sent, arrived)


def _end_of_batch(table: Moved, tenant: UUID, after: list[Any] | None) -> list[Any] | None:
    """The key of the last row of the next batch; None: it is the last batch."""
    beyond = f"AND {_row(table)} > {_of_types(table)}" if after else ""
    found = ask(
        f"SELECT ARRAY[{', '.join(f'{name}::text' for name in table.key)}] FROM {table.name} "  # noqa: S608
        f"WHERE {table.tenant} = %s {beyond} ORDER BY {table.key_names} LIMIT 1 OFFSET %s",
        *(tenant, *(after or []), AT_ONCE - 1),
    )
    return list(found[0][0]) if found else None


def _row(table: Moved) -> str:
    return f"({table.key_names})"


def _of_types(table: Moved) -> str:
    return f"({', '.join(f'%s::{type_}' for type_ in table.key.values())})"

"""Whether rows that were copied while everybody works are as they were sent, but for those noted since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ..at import ask, at
from ..comparing import refuse_different
from ..tables import Moved


def compare_live(source: str, target: str, table: Moved, tenants: Sequence[UUID]) -> int:
    """Of all rows that have no note, in one statement of the source, so rows and notes are of the same moment.

    Nothing of it has to be compared again while the family is frozen. Whatever changed since has a note: triggers
    write it in the same transaction. What has a note is copied again, and compared in the transaction that does so.
    Nobody else writes to such a table in the target, for whom the tenant does not live there yet. Returns how many.
    """
    with at(source):
        [(noted, *sent)] = _sums(table, tenants, arrived=False, noted=None)
    with at(target):
        [(_, *arrived)] = _sums(table, tenants, arrived=True, noted=noted)
    refuse_different(table, sent, arrived)
    return int(sent[0])


def _sums(table: Moved, tenants: Sequence[UUID], *, arrived: bool, noted: str | None) -> list[tuple[Any, ...]]:
    types = ", ".join(f"{name} {type_}" for name, type_ in table.key.items())
    return ask(
        "WITH noted (row_keys) AS MATERIALIZED (SELECT coalesce(%s::jsonb, (SELECT coalesce(jsonb_agg(row_key), '[]') "  # noqa: S608
        "FROM moving_changed WHERE name = %s AND tenant = ANY (%s)))) "
        "SELECT (SELECT row_keys::text FROM noted), count(*), "
        f"coalesce(sum({table.hash(arrived=arrived)}::numeric), 0) FROM {table.name} "
        f"WHERE {table.tenant} = ANY (%s) AND NOT ({table.key_names}) IN (SELECT {table.key_names} "
        f"FROM noted, jsonb_to_recordset(row_keys) AS key ({types}))",
        *(noted, table.name, list(tenants), list(tenants)),
    )

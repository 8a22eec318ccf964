"""Residence: each table with rows of tenants refuses those of a tenant that does not live in this database.

The triggers are in ``wisely_security/cells/migrations``. Before a statement they check the tenant of its transaction,
which is one look-up in an index; after a row its own, in support's scope alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error

from . import catalogue, declared, tables
from .catalogue import Relation
from .declared import Table

OF_STATEMENT, BEGINS, OF_ROW = NAMED = ("residence", "residence_begins", "residence_of_row")
NAMES = frozenset(NAMED)
IN_SUPPORTS_SCOPE = "(current_setting('wisely.scope'::text, true) = 'support'::text)"
Trigger = tuple[str, str, int, str]  # its name, function, tgtype and condition


def every_table_is_guarded() -> Iterator[CheckMessage]:
    found: dict[str, set[Trigger]] = {}
    disabled: set[tuple[str, str]] = set()
    for it in catalogue.triggers():
        if it.name in NAMES:
            found.setdefault(it.table, set()).add((it.name, it.function, it.kind, it.condition))
            if it.enabled not in "AO":
                disabled.add((it.table, it.name))
    for relation, table in guarded():
        missing = _wanted(relation, table) - found.get(relation.name, set())
        names = {name for name, *_ in missing} | {name for of, name in disabled if of == relation.name}
        if names:
            yield Error(
                f"{relation.name} would accept rows of a tenant that lives in another database: "
                f"{', '.join(sorted(names))} is missing, disabled or altered.",
                hint=f"In a migration: GuardedTable(…) of {tables.OPERATIONS}. Where one is disabled: ALTER TABLE "
                f"{relation.name} ENABLE TRIGGER {min(names)}.",
                id="wisely_security.E034",
            )


def guarded() -> list[tuple[Relation, Table]]:
    return [
        (relation, table)
        for relation, table in tables.of_tenants()
        if table.guarded and table.policies is not None and relation.kind in "rp"
    ] + [(relation, table) for relation in catalogue.relations() if (table := _of_month(relation)) is not None]


def _of_month(relation: Relation) -> Table | None:
    """Triggers of rows stand on each month of an event table too, as copies; a statement is one on the whole table."""
    parent = declared.declared(relation.parent) if relation.is_partition else None
    return parent if parent is not None and parent.guarded else None


def _wanted(relation: Relation, table: Table) -> set[Trigger]:
    if relation.is_partition:
        return {(OF_ROW, "cells_guard_row", 5, IN_SUPPORTS_SCOPE)}
    if relation.kind == "p":
        return {
            (OF_STATEMENT, "cells_guard_statement", 6, ""),
            (OF_ROW, "cells_guard_row", 5, IN_SUPPORTS_SCOPE),
        }
    if table.tenant_column == "id":
        return {
            (OF_STATEMENT, "cells_guard_statement", 26, ""),
            (OF_ROW, "cells_guard_tenant", 25, IN_SUPPORTS_SCOPE),
            (BEGINS, "cells_settle", 7, ""),
        }
    return {(OF_STATEMENT, "cells_guard_statement", 30, ""), (OF_ROW, "cells_guard_row", 29, IN_SUPPORTS_SCOPE)}

"""Keeps the triggers in step with the registry: ``migrate`` installs them, ``check`` reports drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction

from ..registry import Audited, all_audited
from .hook import triggers
from .trigger import Trigger

INSTALLED = r"""
    SELECT relname, tgname, tgenabled = 'A', pg_get_triggerdef(pg_trigger.oid, true), proname, prosrc,
           prosecdef AND proowner = relowner AND proconfig = ARRAY['search_path=pg_catalog, public, pg_temp']
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgname LIKE 'audit\_trail\_%' AND relnamespace = 'public'::regnamespace
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """A trigger as the database has it. ``always``: it fires in every replication role. ``safe``: its function has the
    rights of the table's owner and a fixed search_path."""

    always: bool
    definition: str
    function: str
    body: str
    safe: bool


Found = dict[tuple[str, str], Installed]


def install(using: str) -> None:
    """Install missing or different triggers, and remove those of tables that are no longer audited. As the owner."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        found = _installed(cursor)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {name for (name,) in cursor.fetchall()}
        wanted = {(trigger.table, trigger.name): trigger for trigger in _wanted() if trigger.table in tables}
        for key in found.keys() - wanted.keys():
            table, name = key
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
            cursor.execute(f"DROP FUNCTION {found[key].function}")
        for key, trigger in wanted.items():
            if _drift_of(trigger, found.get(key)):
                for statement in trigger.statements:
                    cursor.execute(statement)


def drift(using: str) -> list[str]:
    """How the database differs from the registry, one sentence for each difference. Any role may call it."""
    with connections[using].cursor() as cursor:
        found = _installed(cursor)
    wanted = {(trigger.table, trigger.name): trigger for trigger in _wanted()}
    wrong = [
        f"{table}: the trigger {name} does not belong to an audited table"
        for table, name in found.keys() - wanted.keys()
    ]
    for key, trigger in wanted.items():
        if what := _drift_of(trigger, found.get(key)):
            wrong.append(f"{trigger.table}: the trigger {trigger.name} {what}")
    return wrong


def sql_of(audited: Audited) -> str:
    """The SQL that ``install`` runs for an audited model."""
    return "\n".join(f"{statement};\n" for trigger in triggers(audited) for statement in trigger.statements)


def _wanted() -> list[Trigger]:
    return [trigger for audited in all_audited() for trigger in triggers(audited)]


def _installed(cursor: Any) -> Found:
    cursor.execute(INSTALLED)
    return {(table, name): Installed(*rest) for table, name, *rest in cursor.fetchall()}


def _drift_of(trigger: Trigger, found: Installed | None) -> str:
    if found is None:
        return "is missing"
    if not found.always:
        return "is disabled"
    if found.definition != trigger.definition:
        return "does not fire as declared"
    if found.body != trigger.body or not found.safe:
        return "has a function that differs from the registry"
    return ""

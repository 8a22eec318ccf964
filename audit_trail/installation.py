"""Keeping the hook in the database in step with the registry: ``migrate`` installs it, ``check`` tells of drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction

from .hook import Hook, hooks
from .registry import all_audited

PREFIX = "audit_trail_"
INSTALLED = """
    SELECT relname, tgname, tgenabled::text, proname, prosrc, prosecdef
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgname LIKE 'audit\\_trail\\_%' AND relnamespace = 'public'::regnamespace
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """A trigger as the database has it. ``always``: it fires in every replication role."""

    always: bool
    function: str
    body: str
    definer: bool


Found = dict[str, dict[str, Installed]]


def install(using: str) -> None:
    """Install what is missing or different, and remove what belongs to no audited table any more. As the owner."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        found = _installed(cursor)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {name for (name,) in cursor.fetchall()}
        wanted = [hook for hook in _wanted() if hook.table in tables]
        for hook in wanted:
            if _drift_of(hook, found.get(hook.table, {})):
                cursor.execute(hook.create_function)
                cursor.execute(f"REVOKE EXECUTE ON FUNCTION {hook.function} FROM PUBLIC")
                for name, statement in hook.triggers.items():
                    cursor.execute(statement)
                    cursor.execute(f"ALTER TABLE {hook.table} ENABLE ALWAYS TRIGGER {name}")
        kept = {hook.table: hook.triggers.keys() for hook in wanted}
        for table, triggers in found.items():
            for name in triggers.keys() - kept.get(table, set()):
                cursor.execute(f"DROP TRIGGER {name} ON {table}")


def drift(using: str) -> list[str]:
    """What the database has otherwise than the registry says, each as a sentence. Any role may look."""
    with connections[using].cursor() as cursor:
        found = _installed(cursor)
    return [f"{hook.table}: {what}" for hook in _wanted() for what in _drift_of(hook, found.get(hook.table, {}))]


def _wanted() -> list[Hook]:
    return [hook for audited in all_audited() for hook in hooks(audited)]


def _installed(cursor: Any) -> Found:
    cursor.execute(INSTALLED)
    found: Found = {}
    for table, trigger, enabled, function, body, definer in cursor.fetchall():
        found.setdefault(table, {})[trigger] = Installed(enabled == "A", function, body, definer)
    return found


def _drift_of(hook: Hook, found: dict[str, Installed]) -> list[str]:
    wrong = []
    for name in hook.triggers:
        trigger = found.get(name)
        if trigger is None:
            wrong.append(f"the trigger {name} is missing")
        elif not trigger.always:
            wrong.append(f"the trigger {name} is switched off")
        elif trigger.function == hook.function and (trigger.body != hook.body or not trigger.definer):
            wrong.append(f"the function of the trigger {name} is not what the registry says")
    return wrong

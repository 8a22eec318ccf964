"""The triggers that refuse changes of events stand on every table and partition, and nothing is in their way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.core.checks import CheckMessage, Error

from . import catalogue, declared, residence
from .catalogue import FoundTrigger, Relation
from .declared import Guard

NOTES_CHANGES = "moving_note"  # while a tenant is on its way to another cell; definitions.txt has what it does
AFTER_A_ROW = (9, 21)  # tgtype: after one is deleted; is inserted or updated


def guards_stand() -> Iterator[CheckMessage]:
    by_table: dict[str, dict[str, FoundTrigger]] = defaultdict(dict)
    for trigger in catalogue.triggers():
        by_table[trigger.table][trigger.name] = trigger
    for relation, guards in guarded():
        found = by_table[relation.name]
        for guard in guards:
            if what := _fault(guard, found.get(guard.name)):
                yield Error(
                    f"{relation.name}: the trigger {guard.name} {what}.",
                    hint=_hint(relation, guard),
                    id="wisely_security.E020",
                )
        noting = {
            name for name, trigger in found.items() if trigger.function == NOTES_CHANGES and trigger.kind in AFTER_A_ROW
        }
        for name in sorted(found.keys() - {guard.name for guard in guards} - residence.NAMES - noting):
            yield Error(
                f"{relation.name} has a trigger {name} that is not declared: it could drop or change what is written.",
                hint=f"As the owner: DROP TRIGGER {name} ON {relation.name}; or declare it in its app's safeguards.py.",
                id="wisely_security.E027",
            )


def nothing_is_rewritten() -> Iterator[CheckMessage]:
    for relation in catalogue.relations():
        if relation.has_rules:
            yield Error(
                f"{relation.name} has a rewrite rule: statements on it can do something other than what they say.",
                hint=f"As the owner: DROP RULE … ON {relation.name} (its name is in pg_rules).",
                id="wisely_security.E028",
            )


def guarded() -> Iterator[tuple[Relation, tuple[Guard, ...]]]:
    """Tables that declare guards, and their partitions."""
    for relation in catalogue.relations():
        table = declared.declared(relation.parent if relation.is_partition else relation.name)
        if table is not None and table.guards:
            yield relation, table.guards


def _fault(guard: Guard, found: FoundTrigger | None) -> str:
    if found is None:
        return "" if guard.optional else "is missing"
    if found.enabled not in ("A" if guard.always else "AO"):
        return "is disabled"
    if (found.function, found.kind, found.whole) != (guard.function, guard.kind, True):
        return "does not match its declaration"
    return ""


def _hint(relation: Relation, guard: Guard) -> str:
    always = "ALWAYS " if guard.always else ""
    return (
        f"As the owner: ALTER TABLE {relation.name} ENABLE {always}TRIGGER {guard.name}; where it is missing or "
        f"another one, drop it and create it again as the migrations of its app do "
        f"(SELECT ledger_guard('{relation.name}') makes append_only). Then find out who changed it."
    )

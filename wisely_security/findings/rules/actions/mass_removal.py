"""Somebody deletes, deactivates or suspends many resources in a short time."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.memory import REMOVALS, Memory
from ...engine.observations import AUDIT_TRAIL, Observation
from ..cases import changes, every
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import names, number, span


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    if it.record != AUDIT_TRAIL or not it.is_success or it.action not in REMOVALS or not it.person:
        return
    removals = [*memory.person(it.tenant, it.person).removals, [it.at, it.id]]
    lately = [each for each in removals if it.at - limits["minutes"] * 60 < each[0]]
    if len(lately) < limits["removals"]:
        return
    yield Signal(
        subject=it.person,
        evidence={"modules": [it.module.replace("_", " ")]},
        events=[(AUDIT_TRAIL, each[1]) for each in lately],
        severity=Severity.HIGH,
        since=lately[0][0],
    )


def sentence(it: Details) -> str:
    what = number(it.number, "resource")
    where = names(it.evidence["modules"])
    return f"{it.name} deleted or deactivated {what} in {span(it.minutes)}, in {where}."


RULE = Rule(
    key="mass_removal",
    title="Mass deletion or deactivation",
    meaning="Someone deleted, deactivated or suspended many resources in a short time.",
    next_steps=(
        "Ask the person. If it wasn’t them, suspend the account, which ends its sessions.",
        "Activate again what was deactivated; the Audit Trail has the values of what was deleted.",
    ),
    thresholds=(
        Threshold(key="removals", label="Deletions and deactivations", default=20, minimum=2, maximum=290),
        Threshold(key="minutes", label="Within", default=10, maximum=24 * 60, unit="minutes"),
    ),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "twenty-five templates in two minutes",
            [changes(at, "templates", "delete", "offer") for at in every(5, "10:00", 25)],
            ["Priya Nair deleted or deactivated 25 resources in 2 min, in templates."],
        ),
        Case("a tidy afternoon", [changes(at, "templates", "delete", "offer") for at in every(120, "10:00", 25)]),
        Case("edits", [changes(at, "templates", "edit", "offer") for at in every(5, "10:00", 25)]),
        Case(
            "refused ones",
            [
                changes(at, "templates", "delete", "offer", is_success=False, reason="no_permission")
                for at in every(5, "10:00", 25)
            ],
        ),
    ),
)

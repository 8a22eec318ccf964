"""Somebody was given admin rights and used them within minutes."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.memory import Memory
from ...engine.observations import AUDIT_TRAIL, Observation
from ..cases import changes, downloads
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import clock, names, span

POWERS = frozenset({"users", "roles", "access_account"})


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    uses = it.is_download or (it.record == AUDIT_TRAIL and it.is_success and it.module in POWERS)
    if not uses or not it.person:
        return
    raised = memory.person(it.tenant, it.person).raised
    if not raised or not 0 <= it.at - raised["at"] < limits["minutes"] * 60:
        return
    yield Signal(
        subject=it.person,
        evidence={"by": raised["by"], "at": raised["at"], "minutes": (it.at - raised["at"]) / 60, "did": [_what(it)]},
        events=[(AUDIT_TRAIL, raised["id"]), it.reference],
        severity=Severity.MEDIUM,
        since=raised["at"],
    )


def _what(it: Observation) -> str:
    return f"downloaded {it.area}" if it.is_download else f"{it.action.replace('_', ' ')} “{it.resource}”"


def sentence(it: Details) -> str:
    by, at, minutes = (it.evidence[key] for key in ("by", "at", "minutes"))
    did = names(it.evidence["did"])
    return f"{by} made {it.name} an admin at {clock(at)}; {span(minutes)} later they used it: {did}."


RULE = Rule(
    key="rights_used_at_once",
    title="New rights used at once",
    meaning="Someone was made an admin and used the new rights within a short time.",
    next_steps=(
        "Ask whoever gave the rights whether they meant to.",
        "If not, two accounts are affected: end the sessions of both, and take the rights back.",
    ),
    thresholds=(Threshold(key="minutes", label="Within", default=30, maximum=24 * 60, unit="minutes"),),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "a new admin deletes a user and downloads the record",
            [
                changes("10:02", "users", "made_admin", "Rahul Deshpande"),
                changes("10:10", "users", "delete", "Bob Brown", person="Rahul Deshpande"),
                downloads("10:12", 900, person="Rahul Deshpande"),
            ],
            [
                "Priya Nair made Rahul Deshpande an admin at 10:02; 8 min later they used it: "
                "delete “Bob Brown” and downloaded Login Activity."
            ],
        ),
        Case(
            "a day later",
            [
                changes("-1 10:02", "users", "made_admin", "Rahul Deshpande"),
                changes("10:10", "users", "delete", "Bob Brown", person="Rahul Deshpande"),
            ],
        ),
        Case(
            "whoever gave them",
            [changes("10:02", "users", "made_admin", "Rahul"), changes("10:05", "roles", "add", "X")],
        ),
        Case(
            "ordinary work",
            [
                changes("10:02", "users", "made_admin", "Rahul Deshpande"),
                changes("10:10", "templates", "edit", "order_update", person="Rahul Deshpande"),
            ],
        ),
    ),
)

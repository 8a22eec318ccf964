"""A sign-in to an account that has not been used for long."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.memory import DAY, Memory
from ...engine.observations import Observation
from ..cases import fails, signs_in
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import city, day, number, then


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    if not it.signs_in:
        return
    person = memory.person(it.tenant, it.person)
    if not person.signed_in or it.at - person.active < limits["days"] * DAY:
        return
    yield Signal(
        subject=it.person,
        evidence={"since": person.active, "days": int((it.at - person.active) // DAY), "place": it.place},
        events=[it.reference],
        severity=Severity.LOW if person.knows(it) else Severity.MEDIUM,
        watched=True,
    )


def sentence(it: Details) -> str:
    quiet = number(it.evidence["days"], "quiet day")
    since, where = day(it.evidence["since"]), city(it.evidence["place"])
    return f"{it.name} signed in after {quiet} (since {since}), from {where}.{then(it.evidence)}"


RULE = Rule(
    key="dormant_account",
    title="Dormant account awake",
    meaning="Someone signed in to an account that hadn’t been used for a long time.",
    asks="Your account had not been used for a long time.",
    next_steps=(
        "Ask the person whether it was them: an account that nobody uses is one whose misuse nobody notices.",
        "Suspend accounts of people who have left.",
    ),
    thresholds=(Threshold(key="days", label="Not used for", default=60, minimum=7, maximum=3650, unit="days"),),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "after a hundred days",
            [signs_in("-100 09:00"), signs_in("09:00")],
            ["Priya Nair signed in after 100 quiet days (since 22 Nov 2025), from Bengaluru."],
        ),
        Case("after a holiday", [signs_in("-30 09:00"), signs_in("09:00")]),
        Case("a failure wakes nobody", [signs_in("-100 09:00"), fails("09:00")]),
        Case("the first sign-in", [signs_in("09:00")]),
    ),
)

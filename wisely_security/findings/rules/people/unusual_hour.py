"""A sign-in at an hour at which the person hardly ever signs in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ...engine.memory import Memory
from ...engine.observations import Observation
from ..cases import signs_in, used_to
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import clock, number

HOURS_AROUND = 3  # more than daylight saving moves


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    if not it.signs_in:
        return
    person = memory.person(it.tenant, it.person)
    hour = datetime.fromtimestamp(it.at, UTC).hour
    around = sum(person.hours[(hour + by) % 24] for by in range(-HOURS_AROUND, HOURS_AROUND + 1))
    if person.sign_ins < limits["sign_ins"] or around * 100 >= limits["percent"] * person.sign_ins:
        return
    yield Signal(
        subject=it.person,
        evidence={"at": it.at, "around": around, "of": person.sign_ins},
        events=[it.reference],
        severity=Severity.LOW,
    )


def sentence(it: Details) -> str:
    around, of = it.evidence["around"], number(it.evidence["of"], "earlier sign-in")
    before = f"{around:,} of {of} were" if around else f"none of {of} was"
    return f"{it.name} signed in at {clock(it.evidence['at'])}; {before} within {HOURS_AROUND} hours of that time."


RULE = Rule(
    key="unusual_hour",
    title="Unusual hour",
    meaning="Someone signed in at a time of day at which they hardly ever do.",
    asks="It was at an hour when you rarely sign in.",
    next_steps=(
        "By itself, this is weak evidence. Look for other findings about the same person.",
        "Ask the person, if the place or the device is unusual too.",
    ),
    thresholds=(
        Threshold(key="percent", label="Fewer than", default=1, maximum=20, unit="% of sign-ins at about that time"),
        Threshold(key="sign_ins", label="Once someone has made", default=40, maximum=1000, unit="sign-ins"),
    ),
    unless=frozenset({"impossible_travel", "new_country", "new_device"}),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "at three in the morning",
            [*used_to(days=50), signs_in("03:00")],
            ["Priya Nair signed in at 03:00; none of 50 earlier sign-ins was within 3 hours of that time."],
        ),
        Case("three hours early", [*used_to(days=50), signs_in("06:00")]),
        Case("while somebody is got to know", [*used_to(days=30), signs_in("03:00")]),
    ),
)

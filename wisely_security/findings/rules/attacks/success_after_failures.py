"""A sign-in that succeeds after many that did not."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.memory import Memory
from ...engine.observations import Observation
from ..cases import AMSTERDAM, SAO_PAULO, every, fails, signs_in
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import city, number, span, then


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    if not it.signs_in:
        return
    person = memory.person(it.tenant, it.person)
    since = max(person.signed_in, it.at - limits["minutes"] * 60)
    failures = [each for each in person.failures if since < each[0] <= it.at]
    number_of_failures = sum(each[3] for each in failures)
    if number_of_failures < limits["known" if person.knows(it) else "failures"]:
        return
    yield Signal(
        subject=it.person,
        evidence={
            "failures": number_of_failures,
            "minutes": (it.at - failures[0][0]) / 60,
            "place": it.place,
            "known": person.knows(it),
        },
        events=[*(("login-activity", each[2]) for each in failures), it.reference],
        times=[*(each[3] for each in failures), 1],
        severity=Severity.LOW if person.knows(it) else Severity.HIGH,
        since=failures[0][0],
        watched=not person.knows(it),
    )


def sentence(it: Details) -> str:
    failures = number(it.evidence["failures"], "wrong password")
    after = f"{failures} in {span(it.evidence['minutes'])}"
    where = "a known place and device" if it.evidence["known"] else f"{city(it.evidence['place'])}, new for them"
    return f"{it.name} signed in after {after}, from {where}.{then(it.evidence)}"


RULE = Rule(
    key="success_after_failures",
    title="Success after failures",
    meaning="Someone signed in after many wrong passwords in a short time.",
    asks="Several wrong passwords came before it.",
    next_steps=(
        "Ask the person whether they had forgotten their password.",
        "If not, somebody has guessed it: end their sessions, have them choose a new one, review what was done.",
    ),
    thresholds=(
        Threshold(key="failures", label="Wrong passwords", default=5, minimum=2, maximum=100),
        Threshold(key="known", label="From a known place and device", default=10, minimum=2, maximum=100),
        Threshold(key="minutes", label="Within", default=60, minimum=5, maximum=24 * 60, unit="minutes"),
    ),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "from elsewhere",
            [
                signs_in("-1 09:00"),
                *(fails(at, AMSTERDAM) for at in every(10, "02:00", 6)),
                signs_in("02:02", AMSTERDAM),
            ],
            ["Priya Nair signed in after 6 wrong passwords in 2 min, from Amsterdam, new for them."],
        ),
        Case(
            "from the usual place",
            [signs_in("-1 09:00"), *(fails(at) for at in every(20, "09:00", 11)), signs_in("09:04")],
            ["Priya Nair signed in after 11 wrong passwords in 4 min, from a known place and device."],
        ),
        Case(
            "a forgotten password",
            [signs_in("-1 09:00"), *(fails(at) for at in every(20, "09:00", 7)), signs_in("09:04")],
        ),
        Case("two typing errors", [fails("09:00"), fails("09:01"), signs_in("09:02")]),
        Case("failures of yesterday", [*(fails(at) for at in every(20, "02:00", 7)), signs_in("09:04")]),
        Case(
            "those before the last success are over",
            [*(fails(at) for at in every(20, "09:00", 4)), signs_in("09:02"), fails("09:03"), signs_in("09:04")],
        ),
        Case(
            "somebody else", [*(fails(at, SAO_PAULO) for at in every(9, "09:00", 9)), signs_in("09:02", person="Bob")]
        ),
    ),
)

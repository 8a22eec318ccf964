"""Many guesses at the password of one account."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.memory import Memory, at_person
from ...engine.observations import Observation
from ..cases import AMSTERDAM, BENGALURU, counted, every, fails, signs_in
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import number, span, then

WINDOW = 5 * 60
DAY = 24 * 60 * 60


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    if not it.is_guess or not it.person:
        return
    guesses = [*memory.person(it.tenant, it.person).failures, at_person(it)]
    lately = [each for each in guesses if it.at - WINDOW < each[0]]
    if sum(each[3] for each in lately) < limits["tries"]:
        lately = [each for each in guesses if it.at - DAY < each[0]]
        if len({each[1] for each in lately}) <= limits["addresses"]:
            return
    yield Signal(
        subject=it.person,
        evidence={"addresses": list(dict.fromkeys(each[1] for each in lately))},
        events=[("login-activity", each[2]) for each in lately],
        times=[each[3] for each in lately],
        severity=Severity.MEDIUM,
        since=lately[0][0],
    )


def sentence(it: Details) -> str:
    where = it.evidence["addresses"]
    sources = where[0] if len(where) == 1 else number(len(where), "address", "addresses")
    tries = number(it.number, "wrong password")
    return f"{tries} for {it.name} in {span(it.minutes)}, from {sources}.{then(it.evidence)}"


RULE = Rule(
    key="guessing",
    title="Guessing one account",
    meaning="Someone tried many passwords on one account.",
    next_steps=(
        "Look whether a sign-in followed that succeeded (“Success after failures”).",
        "Have the person choose a long password that they use nowhere else.",
        "Block the address where your network allows it.",
    ),
    thresholds=(
        Threshold(key="tries", label="Tries within 5 minutes", default=30, minimum=5, maximum=190),
        Threshold(key="addresses", label="Or more addresses within a day than", default=30, minimum=2, maximum=190),
    ),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "thirty-five tries, five seconds apart",
            [fails(at, AMSTERDAM) for at in every(5, "02:00", 35)],
            ["35 wrong passwords for Priya Nair in 3 min, from 213.136.8.10."],
        ),
        Case(
            "from forty addresses, over hours",
            [
                fails(at, AMSTERDAM._replace(ip=f"203.0.113.{number}"))
                for number, at in enumerate(every(600, "02:00", 40), start=1)
            ],
            ["40 wrong passwords for Priya Nair in 6 h 30 min, from 40 addresses."],
        ),
        Case(
            "so many that they were counted",
            [*(fails(at, AMSTERDAM) for at in every(1, "02:00", 10)), counted(fails("02:01", AMSTERDAM), 990)],
            ["1,000 wrong passwords for Priya Nair in 1 min, from 213.136.8.10."],
        ),
        Case("a forgotten password", [*(fails(at) for at in every(20, "09:00", 10)), signs_in("09:05")]),
        Case(
            "many tries, over days", [fails(f"-{day} 09:0{minute}") for day in range(9, 0, -1) for minute in range(9)]
        ),
        Case(
            "what two people mistype is two people’s",
            [fails(at, BENGALURU, person) for at in every(5, "02:00", 20) for person in ("Priya Nair", "Bob Brown")],
        ),
    ),
)

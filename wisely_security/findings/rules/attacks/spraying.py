"""A few guesses at each of many accounts, from one network: spraying, and stuffing with stolen passwords."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ...engine.memory import Memory, from_network
from ...engine.observations import Observation
from ..cases import AMSTERDAM, BENGALURU, OFFICE, counted, every, fails, signs_in
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import names, number, span, then

SPRAYING, STUFFING = 60 * 60, 15 * 60


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    if not it.ip or not it.person:
        return
    source = memory.network(it.tenant, it.network)
    if it.signs_in:
        yield from _succeeds(it, source.failures, source.ongoing.get("spraying", 0.0))
    elif it.is_guess:
        tries = [*source.failures, from_network(it)]
        within_hour = [each for each in tries if it.at - SPRAYING < each[0]]
        if _is_spraying(within_hour, limits) or _is_stuffing(within_hour, it.at, limits):
            yield Signal(
                subject=it.network,
                evidence={
                    "network": it.network,
                    "place": it.place,
                    "people": list(dict.fromkeys(each[2] for each in within_hour)),
                },
                events=[("login-activity", each[3]) for each in within_hour],
                times=[each[4] for each in within_hour],
                severity=Severity.MEDIUM,
                since=within_hour[0][0],
            )


def _is_spraying(tries: list[list[Any]], limits: Limits) -> bool:
    """Few tries for each: the tries at the account that was tried most count as many as are usual for the others."""
    by_account: Counter[str] = Counter()
    for _, person, _, _, times in tries:
        by_account[person] += times
    if by_account.total() < limits["tries"]:
        return False
    few = [count for count in by_account.values() if count <= limits["each"]]
    return len(few) >= limits["accounts"] and len(few) * 2 >= len(by_account)


def _is_stuffing(tries: list[list[Any]], now: float, limits: Limits) -> bool:
    return len({each[1] for each in tries if now - STUFFING < each[0]}) >= limits["stuffed"]


def _succeeds(it: Observation, tries: list[list[Any]], last: float) -> Iterator[Signal]:
    """From a network that sprays, into an account that was tried."""
    if it.at - last < SPRAYING and any(each[1] == it.person for each in tries):
        yield Signal(
            subject=it.network,
            evidence={"succeeded": [it.name]},
            events=[it.reference],
            severity=Severity.HIGH,
            watched=True,
        )


def sentence(it: Details) -> str:
    succeeded = it.evidence.get("succeeded", [])
    tries = number(it.number - len(succeeded) - len(it.evidence.get("then", [])), "failure")
    place = it.evidence["place"].split(", ")[-1]
    outcome = f"it succeeded for {names(succeeded)}" if succeeded else "none succeeded"
    return (
        f"{tries} from {it.evidence['network']}{f', {place},' if place else ''} against "
        f"{number(len(it.evidence['people']), 'person', 'people')} in {span(it.minutes)}; "
        f"{outcome}.{then(it.evidence)}"
    )


RULE = Rule(
    key="spraying",
    title="Many accounts tried",
    meaning="From one network, passwords were tried on many accounts, a few on each.",
    next_steps=(
        "If a sign-in succeeded: end that person’s sessions, have them choose a new password, review what was done.",
        "Block the network where your firewall or proxy allows it.",
        "If it is your own office or VPN: mark the finding as expected, for this network.",
    ),
    thresholds=(
        Threshold(key="accounts", label="Accounts within an hour", default=5, minimum=2, maximum=200),
        Threshold(key="tries", label="And tries within an hour", default=15, minimum=2, maximum=400),
        Threshold(key="each", label="Tries for each account, at most", default=5, maximum=50),
        Threshold(key="stuffed", label="Or accounts within 15 minutes", default=15, minimum=2, maximum=200),
    ),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "two guesses at each of nine people",
            [fails(at, AMSTERDAM, f"Person {n % 9}") for n, at in enumerate(every(10, "02:00", 18))],
            ["18 failures from 213.136.8.0/24, Netherlands, against 9 people in 3 min; none succeeded."],
        ),
        Case(
            "from several addresses of a network, and it succeeds",
            [
                *(
                    fails(at, AMSTERDAM._replace(ip=f"213.136.8.{n}"), f"Person {n % 9}")
                    for n, at in enumerate(every(10, "02:00", 18), start=1)
                ),
                signs_in("02:04", AMSTERDAM, "Person 4"),
            ],
            ["18 failures from 213.136.8.0/24, Netherlands, against 9 people in 4 min; it succeeded for Person 4."],
        ),
        Case(
            "fifteen people once each",
            [fails(at, AMSTERDAM, f"Person {n}") for n, at in enumerate(every(10, "02:00", 15))],
            ["15 failures from 213.136.8.0/24, Netherlands, against 15 people in 2 min; none succeeded."],
        ),
        Case(
            "so many that they were counted, in one event",
            [
                *(fails(at, AMSTERDAM, f"Person {n}") for n, at in enumerate(every(1, "02:00", 10))),
                *(counted(fails("02:01", AMSTERDAM, f"Person {n}"), 4) for n in range(30)),
            ],
            ["130 failures from 213.136.8.0/24, Netherlands, against 30 people in 1 min; none succeeded."],
        ),
        Case("one account alone", [fails(at, AMSTERDAM) for at in every(10, "02:00", 25)]),
        Case(
            "an office on a Monday morning",
            [fails(at, OFFICE, f"Person {n}") for n, at in enumerate(every(60, "09:00", 10))],
        ),
        Case(
            "from many networks",
            [
                fails(at, BENGALURU._replace(ip=f"203.{n}.113.7"), f"Person {n}")
                for n, at in enumerate(every(9, "02:00", 14))
            ],
        ),
    ),
)

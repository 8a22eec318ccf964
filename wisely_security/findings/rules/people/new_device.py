"""A sign-in with a kind of device, browser and system that is not among the last ones of the person."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.memory import Memory
from ...engine.observations import Observation
from ..cases import AIRPORT, LAPTOP, PHONE, SAO_PAULO, signs_in, used_to
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import city, device_label
from . import learning


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    if not it.signs_in or not it.device:
        return
    person = memory.person(it.tenant, it.person)
    if it.device in person.devices or it.network in person.networks or not learning.is_known(person, it, limits):
        return
    if len(memory.network(it.tenant, it.network).people) >= limits["colleagues"]:
        return  # the company's own network
    is_elsewhere = bool(person.places) and not it.is_private and it.place not in person.places
    yield Signal(
        subject=f"{it.person} {it.device}",
        evidence={"device": it.device, "place": it.place, "elsewhere": is_elsewhere},
        events=[it.reference],
        severity=Severity.MEDIUM if is_elsewhere else Severity.LOW,
        watched=is_elsewhere,
    )


def sentence(it: Details) -> str:
    device = device_label(it.evidence["device"])
    where = f", from a new place: {city(it.evidence['place'])}" if it.evidence["elsewhere"] else ""
    return f"{it.name} signed in with a new device, {device}{where}."


RULE = Rule(
    key="new_device",
    title="New device",
    meaning="Someone signed in with a device that they hadn’t used before.",
    asks="It came from a kind of device that you had not signed in with before.",
    next_steps=(
        "Ask the person whether they have a new device.",
        "If not: end that session, and have them choose a new password.",
    ),
    thresholds=(
        *learning.thresholds(5),
        Threshold(
            key="colleagues",
            label="Not in networks of so many colleagues",
            default=3,
            minimum=1,
            maximum=11,
            unit="or more",
        ),
    ),
    unless=frozenset({"impossible_travel", "new_country"}),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "a phone, after twenty days with a laptop",
            [*used_to(), signs_in("12:00", AIRPORT, device=PHONE)],
            ["Priya Nair signed in with a new device, Android phone (Chrome, Android)."],
        ),
        Case("at home", [*used_to(), signs_in("12:00", device=PHONE)]),
        Case(
            "in the company’s network",
            [
                *used_to(),
                *(signs_in("-1 09:00", AIRPORT, person) for person in ("Alice", "Bob", "Charlie")),
                signs_in("12:00", AIRPORT, device=PHONE),
            ],
        ),
        Case(
            "from a new place",
            [*used_to(), signs_in("12:00", SAO_PAULO, device=PHONE)],
            ["Priya Nair signed in with a new device, Android phone (Chrome, Android), from a new place: São Paulo."],
        ),
        Case("the first device of all", [signs_in("12:00")]),
        Case("while somebody is got to know", [*used_to(days=4), signs_in("12:00", AIRPORT, device=PHONE)]),
        Case("the usual one", [*used_to(), signs_in("12:00", device=LAPTOP)]),
    ),
)

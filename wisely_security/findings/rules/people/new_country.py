"""A sign-in from a country that is not among the last ones of the person."""

from __future__ import annotations

from collections.abc import Iterator

from login_activity.places.countries import country_choices

from ...engine.memory import Memory
from ...engine.observations import Observation
from ..cases import OFFICE, SAO_PAULO, signs_in, used_to
from ..rule import Case, Details, Limits, Rule, Severity, Signal
from ..texts import city, names, then
from . import learning

COUNTRIES = dict(country_choices())


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    if not it.signs_in or not it.country or it.is_private:
        return
    person = memory.person(it.tenant, it.person)
    if it.country in person.countries or not person.countries or not learning.is_known(person, it, limits):
        return
    yield Signal(
        subject=f"{it.person} {it.country}",
        evidence={"place": it.place, "country": it.country, "known": person.countries[::-1]},
        events=[it.reference],
        severity=Severity.MEDIUM,
        watched=True,
    )


def sentence(it: Details) -> str:
    known = names([str(COUNTRIES.get(each, each)) for each in it.evidence["known"]])
    country = COUNTRIES.get(it.evidence["country"], it.evidence["country"])
    return f"{it.name} signed in from {country} ({city(it.evidence['place'])}); before: {known}.{then(it.evidence)}"


RULE = Rule(
    key="new_country",
    title="New country",
    meaning="Someone signed in from a country that they hadn’t signed in from before.",
    asks="It came from a country that you had not signed in from before.",
    next_steps=(
        "Check whether the person is travelling.",
        "If not: end their sessions, have them choose a new password, and review what was done.",
    ),
    thresholds=learning.thresholds(2),
    unless=frozenset({"impossible_travel"}),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "Brazil, after twenty days in India",
            [*used_to(), signs_in("12:00", SAO_PAULO)],
            ["Priya Nair signed in from Brazil (São Paulo); before: India."],
        ),
        Case("the first country of all", [signs_in("12:00", SAO_PAULO)]),
        Case("while somebody is got to know", [*used_to(days=1), signs_in("12:00", SAO_PAULO)]),
        Case("a private network", [*used_to(), signs_in("12:00", OFFICE)]),
        Case(
            "it is new once",
            [*used_to(), signs_in("12:00", SAO_PAULO), signs_in("12:10", SAO_PAULO)],
            ["Priya Nair signed in from Brazil (São Paulo); before: India."],
        ),
    ),
)

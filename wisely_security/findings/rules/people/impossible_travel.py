"""Two sign-ins of one person, further apart than anybody travels in the time between them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ...engine.memory import Memory, Person
from ...engine.observations import Observation
from ..cases import BENGALURU, DELHI, MYSURU, NOWHERE, OFFICE, PHONE, SAO_PAULO, downloads, signs_in, used_to
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import city, clock, distance_km, span, then

UNSURE_MINUTES = 10  # a phone that changes from its own network to a company's is elsewhere at once


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    person = memory.person(it.tenant, it.person)
    last = person.last if it.signs_in else {}
    if not last or it.latitude is None or it.longitude is None or it.is_private or it.ip == last["ip"]:
        return
    if it.wider_network in person.wider_networks or _is_known_phone(it, person):
        return
    km = distance_km((last["latitude"], last["longitude"]), (it.latitude, it.longitude))
    hours = max(abs(it.at - last["at"]) / 3600, 1 / 60)
    if km < limits["distance"] or km / hours < limits["speed"]:
        return
    first, second = sorted([(last["at"], last["place"]), (it.at, it.place)])
    yield Signal(
        subject=it.person,
        evidence={
            "from": [first[1], first[0]],
            "to": [second[1], second[0]],
            "km": int(km // 100 * 100 if km >= 1000 else km // 10 * 10),  # never more than it is
            "minutes": round(hours * 60),
        },
        events=[("login-activity", last["id"]), it.reference],
        severity=Severity.HIGH if hours * 60 >= UNSURE_MINUTES else Severity.MEDIUM,
        since=first[0],
        watched=True,
    )


def _is_known_phone(it: Observation, person: Person) -> bool:
    """Carriers connect phones to the internet far from where they are, now here, now there, within a country."""
    return it.is_phone and it.device in person.devices and it.country in person.countries


def sentence(it: Details) -> str:
    (here, left), (there, arrived) = it.evidence["from"], it.evidence["to"]
    return (
        f"{it.name}: {city(here)} {clock(left)} → {city(there)} {clock(arrived)}, "
        f"{it.evidence['km']:,} km in {span(it.evidence['minutes'])}.{then(it.evidence)}"
    )


RULE = Rule(
    key="impossible_travel",
    title="Impossible travel",
    meaning="Someone signed in from two places that are too far apart for the time between.",
    asks="Your account was used from two places that are too far apart for the time between.",
    next_steps=(
        "Ask the person, by phone or in person, whether both sign-ins were theirs. Don’t ask by e-mail.",
        "If not: end their sessions, and have them choose a new password.",
        "Review what was done from the second place until the session ended.",
        "If it was a VPN or a company network: mark the finding as expected, for this network.",
    ),
    thresholds=(
        Threshold(key="speed", label="Faster than", default=900, minimum=100, maximum=20_000, unit="km/h"),
        Threshold(key="distance", label="And further than", default=500, minimum=50, maximum=20_000, unit="km"),
    ),
    pause=timedelta(hours=12),  # so that the way back belongs to it
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "Bengaluru, and São Paulo 26 minutes later",
            [signs_in("09:48"), signs_in("10:14", SAO_PAULO), downloads("10:15", 934, spot=SAO_PAULO)],
            [
                "Priya Nair: Bengaluru 09:48 → São Paulo 10:14, 14,000 km in 26 min. "
                "Then: downloaded Login Activity (934 rows)."
            ],
        ),
        Case("a neighbouring city", [signs_in("09:48"), signs_in("09:50", MYSURU)]),
        Case("a flight", [signs_in("-1 04:00"), signs_in("10:14", SAO_PAULO)]),
        Case(
            "a VPN that they have used before, from another of its addresses",
            [
                signs_in("-3 09:48", SAO_PAULO),
                signs_in("09:48"),
                signs_in("10:14", SAO_PAULO._replace(ip="177.32.200.1")),
            ],
        ),
        Case(
            "a phone whose carrier connects it far away",
            [
                *used_to(device=PHONE),
                signs_in("09:48", device=PHONE),
                signs_in("10:14", DELHI, device=PHONE),
            ],
        ),
        Case(
            "a laptop as far away",
            [*used_to(), signs_in("09:48"), signs_in("10:14", DELHI)],
            ["Priya Nair: Bengaluru 09:48 → Delhi 10:14, 1,700 km in 26 min."],
        ),
        Case("a private network says nothing", [signs_in("09:48"), signs_in("09:50", OFFICE)]),
        Case("nor does an unknown place", [signs_in("09:48"), signs_in("09:50", NOWHERE)]),
        Case("two people", [signs_in("09:48"), signs_in("10:14", SAO_PAULO, person="Rahul Deshpande")]),
        Case(
            "one address that the database of places has moved",
            [signs_in("09:48"), signs_in("10:14", SAO_PAULO._replace(ip=BENGALURU.ip))],
        ),
        Case(
            "events that arrive in another order",
            [signs_in("10:14", SAO_PAULO), signs_in("09:48")],
            ["Priya Nair: Bengaluru 09:48 → São Paulo 10:14, 14,000 km in 26 min."],
        ),
        Case(
            "there and back is one finding, and what is done at home is not suspicious",
            [signs_in("09:48"), signs_in("10:14", SAO_PAULO), signs_in("11:40"), downloads("11:45", 10)],
            ["Priya Nair: Bengaluru 09:48 → São Paulo 10:14, 14,000 km in 26 min."],
        ),
        Case("a limit of one’s own", [signs_in("-1 04:00"), signs_in("10:14", SAO_PAULO)], limits={"speed": 20_000}),
    ),
)

"""What stands out from the ordinary days, once each: an attack, an impossible journey, people who come and go.

``scripted_events.csv``: what goes wrong now and then, and when: so many days before the end, at an hour, UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

from django.conf import settings

from login_activity.vocabulary import Action, Reason
from wisely_security.core.request_context import Client
from wisely_security.tenancy.models import UserStatus

from .. import read_table
from ..networks import DEMO_NETWORKS
from ..patterns import DEVICES, Person, Rng, Station, milliseconds
from ..people import SIGN_INS, Demo
from .event_writer import EventWriter, Happening
from .journeys import Step, journey, step

SCRIPTED = read_table("sign_ins/scripted_events.csv")
MINUTE = 60_000
DAY = 24 * 60 * MINUTE
ATTACKERS_NETWORK, BURGLARS_NETWORK = "213.136.8.0/24", "177.32.8.0/24"
GUESSED_NAMES = (
    *("admin", "sales", "info", "it", "helpdesk", "accounts", "hr", "ceo", "ops"),
    *("test", "marketing", "office", "john.smith", "j.kumar", "m.garcia", "noc", "billing", "root"),
)
MASKED_NAMES = ("Tr0ub4dor&3", "letmein", "administrator")


def scripted_events(demo: Demo, writer: EventWriter) -> Iterator[Happening]:
    people = demo.people

    def at(days_ago: float, hour: float) -> int:
        return milliseconds(demo.until + timedelta(days=-days_ago, hours=hour))

    def play(row: dict[str, str]) -> list[Happening]:
        text = row["journey"].format(all_guesses="log_in!wrong_password " * settings.LOCKOUT_FAILURES_PER_ACCOUNT)
        return writer.journey(journey(text), people[row["email"]], at(int(row["days_ago"]), float(row["hour"])))

    yield from attack(people, writer, at(3, 2.2))
    yield from play(SCRIPTED[0])
    yield from impossible_journey(people["priya@acme.example"], people["alice@acme.example"], writer, at(2, 4.1))
    for person in people.values():
        yield from comings_and_goings(person, people, writer, milliseconds(demo.since))
        yield from working_sessions(person, writer)
    for email in SIGN_INS:
        yield from writer.journey(journey("log_in"), people[email], at(1, writer.rng.uniform(4, 16)))
    for row in SCRIPTED[1:]:
        yield from play(row)


def attack(people: dict[str, Person], writer: EventWriter, at: int) -> Iterator[Happening]:
    """Credential stuffing: two guesses at everybody and at names that might exist, then all effort at one account."""
    stations = [_station(writer.rng, writer.rng.choice(DEVICES["attacker"]), ATTACKERS_NETWORK) for _ in range(18)]
    guessed = [f"{name}@{company}.example" for name in GUESSED_NAMES for company in ("acme", "globex")]
    targets = [*people, *guessed, *MASKED_NAMES] * 2
    writer.rng.shuffle(targets)
    most = settings.LOCKOUT_FAILURES_PER_ACCOUNT
    targets += ["bob@acme.example"] * (most + 3)
    guesses: Counter[str] = Counter()
    for target in targets:
        at += writer.rng.randrange(900, 3200)
        person, station, request = people.get(target), writer.rng.choice(stations), writer.rng.request_id()
        guesses[target] += 1
        guess = step("log_in!wrong_password" if guesses[target] <= most else "log_in!locked_out")
        if not person:
            guess = Step(Action.LOG_IN, Reason.UNKNOWN_USER, typed=target)
        yield writer.write(at, guess, person, station, request=request)
        if guesses[target] == most:
            yield writer.write(at + 1, step("lock_out!too_many_failures"), person, station, request=request)
    unknown = Step(Action.RESET_PASSWORD, Reason.UNKNOWN_USER, typed="admin@acme.example")
    yield writer.write(at + 4000, unknown, None, stations[0])


def impossible_journey(person: Person, admin: Person, writer: EventWriter, at: int) -> Iterator[Happening]:
    """Signed in at home and, 26 minutes later, on another continent; noticed, and dealt with."""
    burglar = _station(writer.rng, DEVICES["burglar"][0], BURGLARS_NETWORK)
    yield from writer.journey(journey("log_in"), person, at)
    abroad = journey("log_in 20s view@week 40s view=downloaded@month")
    happened = writer.journey(abroad, person, at + 26 * MINUTE, burglar)
    yield from happened
    *_, session, _ = happened[0]
    del person.left_open[burglar]
    ends = Step(Action.END_SESSION, note=Reason.ENDED_BY_ADMIN, detail="device", device=burglar.device.label)
    yield writer.write(at + 81 * MINUTE, ends, person, admin.stations[0], by=admin, session=session)
    recovery = "reset_password=link_requested soon end_session=password_changed@device + reset_password log_in"
    yield from writer.journey(journey(recovery), person, at + 85 * MINUTE)


def comings_and_goings(
    person: Person, people: dict[str, Person], writer: EventWriter, since: int
) -> Iterator[Happening]:
    user, station = person.user, person.stations[0]
    tries: dict[float, str] = {}
    if user.status == UserStatus.SUSPENDED and user.tenant:
        admin = next(each for each in people.values() if each.user.id == user.tenant.super_admin_id)
        suspended = step("end_session=account_suspended@device")
        yield writer.write(person.until, suspended, person, admin.stations[0], by=admin)
        again = "log_in!suspended"
        tries = {1: again, 1.01: again, 1.02: "reset_password!suspended", 7: again}
    elif user.status == UserStatus.PENDING:
        tries = {1.1: "log_in!pending", 1.11: "reset_password!pending"}
    elif milliseconds(user.created_at) > since:
        arrival = journey("reset_password=invitation reset_password!link_invalid log_in soon log_out")
        yield from writer.journey(arrival, person, person.since)
    began = person.until if user.status == UserStatus.SUSPENDED else milliseconds(user.created_at)
    for days, text in tries.items():
        yield writer.write(began + int(days * DAY), step(text), person, station)


def at_work(demo: Demo, writer: EventWriter) -> Iterator[Happening]:
    for person in demo.people.values():
        yield from working_sessions(person, writer)


def working_sessions(person: Person, writer: EventWriter) -> Iterator[Happening]:
    """In which changes were made: signed in a little before the first, and out after the last."""
    for session in person.sessions.values():
        start = max(person.since + 1, session.first - writer.rng.randrange(MINUTE, 9 * MINUTE))
        end = session.last + writer.rng.randrange(MINUTE, 25 * MINUTE)
        for at, what in ((start, "log_in"), (end, "log_out")):
            if start <= at < person.until:
                yield writer.write(at, step(what), person, session.station, session=session.name)
        person.signed_in = max(person.signed_in, start)


def _station(rng: Rng, device: Client, network: str) -> Station:
    [found] = (demo for demo in DEMO_NETWORKS if demo.network == ip_network(network))
    return Station(replace(device, address=rng.address(found)))

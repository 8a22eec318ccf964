"""What stands out from the ordinary days, once each: an attack, an impossible journey, people who come and go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.conf import settings

from login_activity.vocabulary import Action, Reason
from wisely_security.demo.people import SIGN_INS
from wisely_security.reports.periods import DEFAULT
from wisely_security.tenancy.models import UserStatus

from ..devices import ATTACKERS, BURGLAR
from ..networks import DEMO_NETWORKS, DemoNetwork
from ..patterns import Person, Rng, Station, milliseconds
from .event_writer import EventWriter, Happening
from .journeys import (
    ACCOUNT_SUSPENDED,
    CUT_SHORT,
    DOWNLOADED,
    EMAIL_FAILED,
    INVITATION,
    LINK_INVALID,
    LINK_SENT,
    LOCK_OUT,
    LOCKED_OUT,
    LOG_IN,
    LOG_OUT,
    NEW_PASSWORD,
    NOT_SUPPORT,
    PENDING,
    RESET,
    RESET_PENDING,
    RESET_SUSPENDED,
    SAME_REQUEST,
    SETTINGS_INVALID,
    SOON,
    SUSPENDED,
    VIEW_REFUSED,
    VIEWED,
    WRONG_PASSWORD,
    Step,
    journey,
    view,
)

ATTACKERS_NETWORK, BURGLARS_NETWORK = ip_network("213.136.8.0/24"), ip_network("177.32.8.0/24")
GUESSED_NAMES = (
    "admin", "sales", "info", "it", "helpdesk", "accounts", "hr", "ceo", "ops",
    "test", "marketing", "office", "john.smith", "j.kumar", "m.garcia", "noc", "billing", "root",
)  # fmt: skip
MASKED_NAMES = ("Tr0ub4dor&3", "letmein", "administrator")
VIEWED_BY_SUPPORT = ("acme", "globex", "initech")


def scripted_events(
    people: dict[str, Person], writer: EventWriter, rng: Rng, since: datetime, until: datetime
) -> Iterator[Happening]:
    def at(days: int, hour: float) -> int:
        """A time of day, UTC, so many days before the end."""
        return milliseconds(until - timedelta(days=days) + timedelta(hours=hour))

    alice, bob, charlie, grace, priya = (
        people[f"{name}.example"] for name in ("alice@acme", "bob@acme", "charlie@globex", "grace@globex", "priya@acme")
    )
    yield from attack(people, writer, rng, at(3, 2.2))
    yield from forgotten_password(people["jamal@globex.example"], writer, rng, at(9, 15.1))
    yield from impossible_journey(priya, alice, writer, rng, at(2, 4.1))
    for person in people.values():
        yield from comings_and_goings(person, people, writer, rng, since, until)
    for email in SIGN_INS:
        person = people[email]
        yield from writer.journey(journey(1, LOG_IN), person, person.stations[0], at(1, rng.uniform(4, 16)))
    yield from support_views(people["dana@wisely.example"], writer, rng, at(6, 10.5))

    refused = journey(1, LOG_IN, SOON, VIEW_REFUSED, SOON, LOG_OUT)
    invalid = journey(1, NOT_SUPPORT, LOG_IN, SOON, SETTINGS_INVALID, SOON, LOG_OUT)
    broken = journey(1, LOG_IN, SOON, VIEWED, SOON, CUT_SHORT, DOWNLOADED, SOON, LOG_OUT)
    unsent = journey(1, WRONG_PASSWORD, EMAIL_FAILED, SOON, LINK_SENT, SOON, LINK_INVALID)
    for taken, person, start in (
        (refused, bob, at(4, 6.2)),
        (invalid, alice, at(5, 7.4)),
        (broken, grace, at(4, 18.3)),
        (unsent, charlie, at(11, 14.6)),
    ):
        yield from writer.journey(taken, person, person.stations[0], start)


def attack(people: dict[str, Person], writer: EventWriter, rng: Rng, start: int) -> Iterator[Happening]:
    """Credential stuffing: two guesses at everybody and at names that might exist, then all effort at one account."""
    network = _network(ATTACKERS_NETWORK)
    stations = [Station(rng.choice(ATTACKERS), rng.address(network)) for _ in range(18)]
    guessed = [f"{name}@{company}.example" for name in GUESSED_NAMES for company in ("acme", "globex")]
    targets = [*people, *guessed, *MASKED_NAMES] * 2
    rng.shuffle(targets)
    targets += ["bob@acme.example"] * (settings.LOCKOUT_FAILURES_PER_ACCOUNT + 3)
    guesses: Counter[str] = Counter()
    moment = start
    for target in targets:
        moment += rng.randrange(900, 3200)
        person, station, request = people.get(target), rng.choice(stations), writer.request()
        if guesses[target] >= settings.LOCKOUT_FAILURES_PER_ACCOUNT:
            yield writer.note_special(moment, LOCKED_OUT, person, station, request=request)
            continue
        guesses[target] += 1
        guess = WRONG_PASSWORD if person else Step(Action.LOG_IN, failed=Reason.UNKNOWN_USER, typed=target)
        yield writer.note_special(moment, guess, person, station, request=request)
        if guesses[target] == settings.LOCKOUT_FAILURES_PER_ACCOUNT:
            yield writer.note_special(moment + 1, LOCK_OUT, person, station, request=request)
    unknown = Step(Action.RESET_PASSWORD, failed=Reason.UNKNOWN_USER, typed="admin@acme.example")
    yield writer.note_special(moment + 4000, unknown, None, stations[0])


def forgotten_password(person: Person, writer: EventWriter, rng: Rng, start: int) -> Iterator[Happening]:
    guesses = [WRONG_PASSWORD] * settings.LOCKOUT_FAILURES_PER_ACCOUNT
    taken = journey(1, *guesses, SAME_REQUEST, LOCK_OUT, LOCKED_OUT, LINK_SENT, SOON, RESET, LOG_IN)
    yield from writer.journey(taken, person, person.stations[0], start)


def impossible_journey(person: Person, admin: Person, writer: EventWriter, rng: Rng, start: int) -> Iterator[Happening]:
    """Signed in at home and, 26 minutes later, on another continent; noticed, and dealt with."""
    burglar = Station(BURGLAR, rng.address(_network(BURGLARS_NETWORK)))
    yield from writer.journey(journey(1, LOG_IN), person, person.stations[0], start)
    abroad = start + 26 * 60_000
    yield from writer.journey(journey(1, LOG_IN, (20, 20), VIEWED, (40, 40), DOWNLOADED), person, burglar, abroad)
    ended = abroad + 55 * 60_000
    del person.left_open[burglar]
    ends = Step(Action.END_SESSION, note=Reason.ENDED_BY_ADMIN, detail=lambda *_: {"device": burglar.device_label})
    yield writer.note_special(ended, ends, person, admin.stations[0], by=admin)
    yield from writer.journey(journey(1, *NEW_PASSWORD), person, person.stations[0], ended + 4 * 60_000)


def comings_and_goings(
    person: Person, people: dict[str, Person], writer: EventWriter, rng: Rng, since: datetime, until: datetime
) -> Iterator[Happening]:
    station, user = person.stations[0], person.user
    day = timedelta(days=1) // timedelta(milliseconds=1)
    if user.status == UserStatus.SUSPENDED and user.tenant:
        admin = next(p for p in people.values() if p.user.id == user.tenant.super_admin_id)
        yield writer.note_special(person.until, ACCOUNT_SUSPENDED, person, admin.stations[0], by=admin)
        for days, step in ((1, SUSPENDED), (1.01, SUSPENDED), (1.02, RESET_SUSPENDED), (7, SUSPENDED)):
            yield writer.note_special(person.until + int(days * day), step, person, station)
    elif user.status == UserStatus.PENDING:
        invited = milliseconds(user.created_at)
        for days, step in ((1.1, PENDING), (1.11, RESET_PENDING)):
            yield writer.note_special(invited + int(days * day), step, person, station)
    elif user.created_at > since:
        yield from writer.journey(
            journey(1, INVITATION, LINK_INVALID, LOG_IN, SOON, LOG_OUT), person, station, person.since
        )


def support_views(person: Person, writer: EventWriter, rng: Rng, start: int) -> Iterator[Happening]:
    """Support views tenants' data in Django admin, which each tenant's record shows."""
    station = person.stations[0]
    detail = view(DEFAULT, area="Django admin: login events")
    views = (Step(Action.VIEW, detail=detail, dated=True, record_of=slug) for slug in VIEWED_BY_SUPPORT)
    taken = journey(1, LOG_IN, *(move for step in views for move in (SOON, step)), SOON, LOG_OUT)
    yield from writer.journey(taken, person, station, start)


def _network(network: object) -> DemoNetwork:
    return next(demo for demo in DEMO_NETWORKS if demo.network == network)

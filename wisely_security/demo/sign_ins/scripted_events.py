"""What stands out from the ordinary days, told once: an attack, an impossible journey, people who come and go."""

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
from ..patterns import Dice, Person, Station, milliseconds
from .event_writer import Clerk, Happening
from .journeys import (
    ACCOUNT_SUSPENDED,
    AT_ONCE,
    CUT_SHORT,
    DOWNLOAD_ALL,
    EMAIL_FAILED,
    INVITATION,
    LINK_INVALID,
    LINK_SENT,
    LOCK_OUT,
    LOCKED_OUT,
    LOG_IN,
    LOG_OUT,
    LOOK,
    LOOK_REFUSED,
    NOT_SUPPORT,
    PASSWORD_CHANGED,
    PENDING,
    RESET,
    RESET_PENDING,
    RESET_SUSPENDED,
    SAME_REQUEST,
    SETTINGS_INVALID,
    SOON,
    SUSPENDED,
    WRONG_PASSWORD,
    Step,
    Visit,
    look,
)

ATTACKERS_NETWORK, BURGLARS_NETWORK = ip_network("213.136.8.0/24"), ip_network("177.32.8.0/24")
GUESSED_NAMES = (
    "admin",
    "sales",
    "info",
    "it",
    "helpdesk",
    "accounts",
    "hr",
    "ceo",
    "ops",
    "test",
    "marketing",
    "office",
    "john.smith",
    "j.kumar",
    "m.garcia",
    "noc",
    "billing",
    "root",
)
MASKED_NAMES = ("Tr0ub4dor&3", "letmein", "administrator")
SUPPORT_LOOKS = ("acme", "globex", "initech")


def scenes(
    people: dict[str, Person], clerk: Clerk, dice: Dice, since: datetime, until: datetime
) -> Iterator[Happening]:
    def at(days: int, hour: float) -> int:
        """A time of day, UTC, so many days before the end."""
        return milliseconds(until - timedelta(days=days) + timedelta(hours=hour))

    alice, bob, charlie, grace, priya = (
        people[email]
        for email in (
            "alice@acme.example",
            "bob@acme.example",
            "charlie@globex.example",
            "grace@globex.example",
            "priya@acme.example",
        )
    )
    yield from attack(people, clerk, dice, at(3, 2.2))
    yield from forgotten_password(people["jamal@globex.example"], clerk, dice, at(9, 15.1))
    yield from impossible_journey(priya, alice, clerk, dice, at(2, 4.1))
    for person in people.values():
        yield from comings_and_goings(person, people, clerk, dice, since, until)
    for email in SIGN_INS:
        person = people[email]
        yield from clerk.visit(Visit(1, ((AT_ONCE, LOG_IN),)), person, person.stations[0], at(1, dice.uniform(4, 16)))
    yield from support_looks(people["dana@wisely.example"], clerk, dice, at(6, 10.5))

    ordinary = ((AT_ONCE, LOG_IN), (SOON, LOOK_REFUSED), (SOON, LOG_OUT))
    yield from clerk.visit(Visit(1, ordinary), bob, bob.stations[0], at(4, 6.2))
    refused = ((AT_ONCE, NOT_SUPPORT), (AT_ONCE, LOG_IN), (SOON, SETTINGS_INVALID), (SOON, LOG_OUT))
    yield from clerk.visit(Visit(1, refused), alice, alice.stations[0], at(5, 7.4))
    broken = ((AT_ONCE, LOG_IN), (SOON, LOOK), (SOON, CUT_SHORT), (AT_ONCE, DOWNLOAD_ALL), (SOON, LOG_OUT))
    yield from clerk.visit(Visit(1, broken), grace, grace.stations[0], at(4, 18.3))
    unsent = ((AT_ONCE, WRONG_PASSWORD), (AT_ONCE, EMAIL_FAILED), (SOON, LINK_SENT), (SOON, LINK_INVALID))
    yield from clerk.visit(Visit(1, unsent), charlie, charlie.stations[0], at(11, 14.6))


def attack(people: dict[str, Person], clerk: Clerk, dice: Dice, start: int) -> Iterator[Happening]:
    """Credential stuffing: two guesses at everybody and at names that might exist, then all effort at one account."""
    network = _network(ATTACKERS_NETWORK)
    stations = [Station(dice.choice(ATTACKERS), dice.address(network)) for _ in range(18)]
    guessed = [f"{name}@{company}.example" for name in GUESSED_NAMES for company in ("acme", "globex")]
    targets = [*people, *guessed, *MASKED_NAMES] * 2
    dice.shuffle(targets)
    targets += ["bob@acme.example"] * (settings.LOCKOUT_FAILURES_PER_ACCOUNT + 3)
    guesses: Counter[str] = Counter()
    moment = start
    for target in targets:
        moment += dice.randrange(900, 3200)
        person, station, request = people.get(target), dice.choice(stations), clerk.request()
        if guesses[target] >= settings.LOCKOUT_FAILURES_PER_ACCOUNT:
            yield clerk.note_special(moment, LOCKED_OUT, person, station, request=request)
            continue
        guesses[target] += 1
        guess = WRONG_PASSWORD if person else Step(Action.LOG_IN, failed=Reason.UNKNOWN_USER, typed=target)
        yield clerk.note_special(moment, guess, person, station, request=request)
        if guesses[target] == settings.LOCKOUT_FAILURES_PER_ACCOUNT:
            yield clerk.note_special(moment + 1, LOCK_OUT, person, station, request=request)
    unknown = Step(Action.RESET_PASSWORD, failed=Reason.UNKNOWN_USER, typed="admin@acme.example")
    yield clerk.note_special(moment + 4000, unknown, None, stations[0])


def forgotten_password(person: Person, clerk: Clerk, dice: Dice, start: int) -> Iterator[Happening]:
    guesses = ((AT_ONCE, WRONG_PASSWORD),) * settings.LOCKOUT_FAILURES_PER_ACCOUNT
    locked = ((SAME_REQUEST, LOCK_OUT), (AT_ONCE, LOCKED_OUT), (AT_ONCE, LINK_SENT), (SOON, RESET), (AT_ONCE, LOG_IN))
    yield from clerk.visit(Visit(1, (*guesses, *locked)), person, person.stations[0], start)


def impossible_journey(person: Person, admin: Person, clerk: Clerk, dice: Dice, start: int) -> Iterator[Happening]:
    """Signed in at home and, 38 minutes later, on another continent; noticed, and dealt with."""
    burglar = Station(BURGLAR, dice.address(_network(BURGLARS_NETWORK)))
    yield from clerk.visit(Visit(1, ((AT_ONCE, LOG_IN),)), person, person.stations[0], start)
    abroad = start + 38 * 60_000
    looks = ((AT_ONCE, LOG_IN), (SOON, LOOK), (AT_ONCE, DOWNLOAD_ALL))
    yield from clerk.visit(Visit(1, looks), person, burglar, abroad)
    ended = abroad + 55 * 60_000
    del person.left_open[burglar]
    ends = Step(Action.END_SESSION, note=Reason.ENDED_BY_ADMIN, detail=lambda *_: {"device": burglar.device_label})
    yield clerk.note_special(ended, ends, person, admin.stations[0], by=admin)
    recovers = ((AT_ONCE, LINK_SENT), (SOON, PASSWORD_CHANGED), (SAME_REQUEST, RESET), (AT_ONCE, LOG_IN))
    yield from clerk.visit(Visit(1, recovers), person, person.stations[0], ended + 4 * 60_000)


def comings_and_goings(
    person: Person, people: dict[str, Person], clerk: Clerk, dice: Dice, since: datetime, until: datetime
) -> Iterator[Happening]:
    station, user = person.stations[0], person.user
    day = timedelta(days=1) // timedelta(milliseconds=1)
    if user.status == UserStatus.SUSPENDED and user.tenant:
        admin = next(p for p in people.values() if p.user.id == user.tenant.super_admin_id)
        yield clerk.note_special(person.until, ACCOUNT_SUSPENDED, person, admin.stations[0], by=admin)
        for days, step in ((1, SUSPENDED), (1.01, SUSPENDED), (1.02, RESET_SUSPENDED), (7, SUSPENDED)):
            yield clerk.note_special(person.until + int(days * day), step, person, station)
    elif user.status == UserStatus.PENDING:
        invited = milliseconds(user.created_at)
        for days, step in ((1.1, PENDING), (1.11, RESET_PENDING)):
            yield clerk.note_special(invited + int(days * day), step, person, station)
    elif user.created_at > since:
        moves = ((AT_ONCE, INVITATION), (AT_ONCE, LINK_INVALID), (AT_ONCE, LOG_IN), (SOON, LOG_OUT))
        yield from clerk.visit(Visit(1, moves), person, station, person.since)


def support_looks(person: Person, clerk: Clerk, dice: Dice, start: int) -> Iterator[Happening]:
    """Support looks at tenants' data in Django admin; each tenant's record tells of it."""
    station = person.stations[0]
    detail = look(DEFAULT, area="Django admin: login events")
    looks = (Step(Action.VIEW, detail=detail, dated=True, record_of=slug) for slug in SUPPORT_LOOKS)
    moves = ((AT_ONCE, LOG_IN), *((SOON, step) for step in looks), (SOON, LOG_OUT))
    yield from clerk.visit(Visit(1, moves), person, station, start)


def _network(network: object) -> DemoNetwork:
    return next(demo for demo in DEMO_NETWORKS if demo.network == network)

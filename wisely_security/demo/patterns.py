"""When, where and with what each of the demo's people signs in."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address
from itertools import accumulate
from zoneinfo import ZoneInfo

from login_activity.devices.identify import Device, identify
from wisely_security.core.request_context import Client
from wisely_security.tenancy.models import User, UserStatus

from . import DAYS, read_table
from .networks import DEMO_NETWORKS, DemoNetwork

# How busy each hour of a working day is, from midnight on.
HOURS = (0.3, 0.1, 0.1, 0.1, 0.1, 0.3, 1, 3, 9, 20, 16, 12, 8, 9, 14, 12, 10, 8, 5, 3, 2.5, 2, 1.5, 0.8)
WEEKEND = 0.07
Seed = int | str
SLOT = timedelta(minutes=15)
SLOT_MS = SLOT // timedelta(milliseconds=1)

SUSPENDED_DAYS_AGO = 13
ACCEPTED, SUSPENDED = time(9, 40), time(15, 15)  # of a working day


class Rng(random.Random):
    """Chance that can be repeated. For demo data: nothing that it yields is a secret."""

    def address(self, network: DemoNetwork) -> IPv4Address | IPv6Address:
        spare = network.network.max_prefixlen - network.network.prefixlen
        return network.network.network_address + self.randrange(2, 2**spare - 2)

    def request_id(self) -> str:
        """A UUIDv4, in hexadecimal."""
        return f"{self.getrandbits(128) & ~(0xF << 76 | 3 << 62) | 4 << 76 | 2 << 62:032x}"


@dataclass(frozen=True, eq=False)
class Station:
    """A device at an address."""

    client: Client

    @cached_property
    def device(self) -> Device:
        return identify(self.client.user_agent, self.client.hints, self.client.touch_points)


def _device(row: dict[str, str]) -> Client:
    """What a browser sends; Chromium and its relatives send hints."""
    hints = {
        "sec-ch-ua": f'"{row["brand"]}";v="{row["version"]}", "Chromium";v="{row["version"]}", "Not;A=Brand";v="99"',
        "sec-ch-ua-mobile": "?1" if row["kind"] == "phone" else "?0",
        "sec-ch-ua-platform": f'"{row["platform"]}"',
        "sec-ch-ua-platform-version": f'"{row["platform_version"]}"',
        "sec-ch-ua-model": f'"{row["model"]}"',
    }
    touch_points = int(row["touch_points"]) if row["touch_points"] else None
    return Client(user_agent=row["user_agent"], hints=hints if row["brand"] else {}, touch_points=touch_points)


DEVICES: defaultdict[str, list[Client]] = defaultdict(list)
for _row in read_table("devices.tsv"):
    DEVICES[_row["kind"]].append(_device(_row))


@dataclass(eq=False)
class Working:
    """A session in which somebody changes things. ``first``, ``last``: of the changes, in milliseconds."""

    name: str
    station: Station
    first: int
    last: int


@dataclass(eq=False)
class Person:
    """``odds``: how often each station is used. ``since``, ``until``: when the person is around, in milliseconds.

    What the event writer notes: the last sign-in and the last new password, and per station the last sign-in that was
    left open, in milliseconds. ``sessions``: in which the person changes things, by day.
    """

    user: User
    stations: list[Station]
    diligence: float
    since: int
    until: int
    seed: str = ""
    signed_in: int = 0
    new_password: int = 0
    left_open: dict[Station, int] = field(default_factory=dict)
    sessions: dict[date, Working] = field(default_factory=dict)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.user.time_zone)

    def station(self, rng: Rng) -> Station:
        """One of the person's own, most often the first."""
        return rng.choices(self.stations, (6, 2, 2)[: len(self.stations)])[0]

    def at_work(self, moment: datetime, station: Station) -> Working:
        """The session of that day, on the station that it began with. Its sign-in is scripted (``sign_ins/``)."""
        at, day = milliseconds(moment), moment.astimezone(self.zone).date()
        name = sha256(f"{self.seed} {self.user.email} {day}".encode()).hexdigest()[:16]
        session = self.sessions.setdefault(day, Working(name, station, at, at))
        session.first, session.last = min(session.first, at), max(session.last, at)
        return session


def patterns(user: User, until: datetime, seed: Seed) -> Person:
    rng = Rng(f"{seed} {user.email}")
    company = user.tenant.slug if user.tenant else ""
    office = Rng(f"{seed} {company} {user.time_zone}")  # colleagues of a city share it
    local = [network for network in DEMO_NETWORKS if network.time_zone == user.time_zone] or DEMO_NETWORKS
    computer = rng.choice(DEVICES["computer"])
    office_network = office.choice(local)
    local = [each for each in local if each.place.region == office_network.place.region]  # nobody lives far away
    clients = [replace(computer, address=office.address(office_network))]
    if rng.random() < 0.8:
        clients.append(replace(rng.choice(DEVICES["phone"]), address=rng.address(rng.choice(local))))
    if rng.random() < 0.5:
        at_home = rng.choice([computer, *DEVICES["tablet"]])
        # Some come through the company's own network.
        private = IPv4Address(f"10.20.{rng.randrange(256)}.{rng.randrange(1, 255)}")
        clients.append(replace(at_home, address=private if rng.random() < 0.3 else rng.address(rng.choice(local))))
    first, last = until - timedelta(days=DAYS), until
    if user.created_at > first:
        first = accepted_at(user)
    if user.status == UserStatus.SUSPENDED:
        last = suspended_at(user, until)
    if user.status == UserStatus.PENDING:
        first = last
    diligence, since, ends = rng.uniform(0.5, 1.6), milliseconds(first), milliseconds(last)
    return Person(user, [*map(Station, clients)], diligence, since=since, until=ends, seed=str(seed))


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def moment_at(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


def working_day(day: date, step: int) -> date:
    """The day, or the next one (``step`` 1) or the last one (-1) that is none of a weekend."""
    while day.weekday() >= 5:
        day += timedelta(days=step)
    return day


def moment_of(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def accepted_at(user: User) -> datetime:
    """When somebody accepted the invitation."""
    invited = user.created_at.astimezone(ZoneInfo(user.time_zone)).date()
    return moment_of(working_day(invited + timedelta(days=1), 1), ACCEPTED, user.time_zone)


def suspended_at(user: User, until: datetime) -> datetime:
    day = until.date() - timedelta(days=SUSPENDED_DAYS_AGO)
    return moment_of(working_day(day, -1), SUSPENDED, user.time_zone)


@dataclass(frozen=True, slots=True)
class Slot:
    """``share``: what part of all happens before the slot's end. ``odds``: of each person, summed up."""

    start: int
    share: float
    odds: list[float]


def slots(people: Iterable[Person], since: datetime, until: datetime) -> list[Slot]:
    """The quarters of an hour, as busy as the people who are around."""
    people = list(people)
    busy: list[tuple[int, list[float]]] = []
    for number in range(-((since - until) // SLOT)):
        moment = since + number * SLOT
        at = milliseconds(moment)
        by_zone = {zone: _busyness(moment.astimezone(zone)) for zone in {person.zone for person in people}}
        odds = (by_zone[each.zone] * each.diligence if each.since <= at < each.until else 0 for each in people)
        busy.append((at, list(accumulate(odds))))
    shares = list(accumulate(odds[-1] for _, odds in busy))
    return [Slot(at, share / shares[-1], odds) for (at, odds), share in zip(busy, shares, strict=True)]


def _busyness(local: datetime) -> float:
    return HOURS[local.hour] * (WEEKEND if local.weekday() >= 5 else 1)

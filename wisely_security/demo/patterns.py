"""When, where and with what each of the demo's people signs in."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from zoneinfo import ZoneInfo

from login_activity.devices.identify import Device, identify
from wisely_security.core.request_context import Client
from wisely_security.demo.people import Demo, accepted_at, suspended_at
from wisely_security.tenancy.models import User, UserStatus

from .devices import COMPUTERS, PHONES, TABLETS, DemoDevice
from .networks import DEMO_NETWORKS, DemoNetwork

# How busy each hour of a working day is, from midnight on.
HOURS = (0.3, 0.1, 0.1, 0.1, 0.1, 0.3, 1, 3, 9, 20, 16, 12, 8, 9, 14, 12, 10, 8, 5, 3, 2.5, 2, 1.5, 0.8)
WEEKEND = 0.07


class Rng(random.Random):
    """Chance that can be repeated. For demo data: nothing that it yields is a secret."""

    def address(self, network: DemoNetwork) -> IPv4Address | IPv6Address:
        spare = network.network.max_prefixlen - network.network.prefixlen
        return network.network.network_address + self.randrange(2, 2**spare - 2)


@dataclass(frozen=True, slots=True, eq=False)
class Station:
    """A device at an address."""

    device: DemoDevice
    address: IPv4Address | IPv6Address

    @property
    def client(self) -> Client:
        return Client(
            address=self.address,
            user_agent=self.device.user_agent,
            hints=self.device.hints,
            touch_points=self.device.touch_points,
        )

    @property
    def device_label(self) -> str:
        return self.identified.label

    @property
    def identified(self) -> Device:
        return identify(self.device.user_agent, self.device.hints, self.device.touch_points)


@dataclass(eq=False)
class Person:
    """``odds``: how often each station is used. ``since``, ``until``: when the person is around, in milliseconds.

    What the generator notes: the last sign-in and the last new password, and per station the last sign-in that was left
    open, in milliseconds.
    """

    user: User
    stations: list[Station]
    odds: list[int]
    diligence: float
    since: int
    until: int
    signed_in: int = 0
    new_password: int = 0
    left_open: dict[Station, int] = field(default_factory=dict)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.user.time_zone)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def people(demo: Demo, since: datetime, until: datetime, seed: int | str) -> dict[str, Person]:
    """Everybody with their patterns, by e-mail."""
    return {email: patterns(user, since, until, seed) for email, user in demo.users.items()}


def patterns(user: User, since: datetime, until: datetime, seed: int | str) -> Person:
    rng = Rng(f"{seed} {user.email}")
    company = user.tenant.slug if user.tenant else ""
    office = Rng(f"{seed} {company} {user.time_zone}")  # colleagues of a city share it
    local = [network for network in DEMO_NETWORKS if network.time_zone == user.time_zone] or DEMO_NETWORKS
    computer = rng.choice(COMPUTERS)
    stations = [Station(computer, office.address(office.choice(local)))]
    if rng.random() < 0.8:
        stations.append(Station(rng.choice(PHONES), rng.address(rng.choice(local))))
    if rng.random() < 0.5:
        at_home = rng.choice([computer, *TABLETS])
        # Some come through the company's own network.
        private = IPv4Address(f"10.20.{rng.randrange(256)}.{rng.randrange(1, 255)}")
        stations.append(Station(at_home, private if rng.random() < 0.3 else rng.address(rng.choice(local))))
    first, last = since, until
    if user.created_at > since:
        first = accepted_at(user)
    if user.status == UserStatus.SUSPENDED:
        last = suspended_at(user, until)
    if user.status == UserStatus.PENDING:
        first = last
    return Person(
        user=user,
        stations=stations,
        odds=[6, 2, 2][: len(stations)],
        diligence=rng.uniform(0.5, 1.6),
        since=milliseconds(first),
        until=milliseconds(last),
    )


def busyness(zone: ZoneInfo, moment: datetime) -> float:
    """How much people of this zone sign in at this moment."""
    local = moment.astimezone(zone)
    return HOURS[local.hour] * (WEEKEND if local.weekday() >= 5 else 1)


def moment_at(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)

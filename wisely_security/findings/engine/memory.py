"""What is remembered of each person and network: small, bounded, and derived from the events alone.

Rules read it before the observation in hand is remembered. Everything is as JSON has it, for it is stored between
windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from login_activity.vocabulary import Action, Reason

from .observations import AUDIT_TRAIL, Observation

DAY = 24 * 60 * 60.0
KEEP_FAILURES, KEEP_SOURCE = DAY, 2 * 60 * 60.0
MOST_FAILURES, MOST_OF_SOURCE, MOST_REMOVALS = 200, 500, 300
RECENT_DEVICES, RECENT_PLACES, RECENT_COUNTRIES, RECENT_NETWORKS, RECENT_DOWNLOADS = 20, 20, 10, 20, 20
MOST_COLLEAGUES = 10
PERSON, NETWORK = "person", "network"
REMOVALS = frozenset({"delete", "deactivate", "suspend"})

Key = tuple[str, str, str]  # tenant, kind, subject


@dataclass(slots=True)
class Person:
    """``first`` and ``signed_in``: the first and the last sign-in; ``last``: the last one with a place. ``active``: the
    last event of any kind.
    Of devices, places, countries, networks and wider networks: the latest, the newest in the end. ``hours``: sign-ins
    by hour of the day (UTC). ``failures``: ``[at, ip, id, times]``; ``removals``: ``[at, id]``. ``raised``, ``locked``:
    when and by which event. ``ongoing``: by rule, when it last objected. ``watched``: ``[rule, ip, until]``."""

    sign_ins: int = 0
    first: float = 0.0
    active: float = 0.0
    signed_in: float = 0.0
    last: dict[str, Any] = field(default_factory=dict)
    devices: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    wider_networks: list[str] = field(default_factory=list)
    hours: list[int] = field(default_factory=lambda: [0] * 24)
    failures: list[list[Any]] = field(default_factory=list)
    removals: list[list[Any]] = field(default_factory=list)
    downloads: list[int] = field(default_factory=list)
    raised: dict[str, Any] = field(default_factory=dict)
    locked: dict[str, Any] = field(default_factory=dict)
    ongoing: dict[str, float] = field(default_factory=dict)
    watched: list[Any] = field(default_factory=list)

    def knows(self, observation: Observation) -> bool:
        """Whether the person has signed in with this device from this place before."""
        return observation.device in self.devices and observation.place in self.places


@dataclass(slots=True)
class Network:
    """``failures``: ``[at, person, name, id, times]``, of the last hours. ``people``: some who signed in from it."""

    failures: list[list[Any]] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    ongoing: dict[str, float] = field(default_factory=dict)


class Memory:
    """Of the people and networks of some observations. What nobody has met yet is empty. A failure that was stored
    before attempts were counted was one."""

    def __init__(self, known: dict[Key, dict[str, Any]] | None = None) -> None:
        self._people: dict[tuple[str, str], Person] = {}
        self._networks: dict[tuple[str, str], Network] = {}
        for (tenant, kind, subject), data in (known or {}).items():
            if kind == PERSON:
                self._people[tenant, subject] = person = Person(**data)
                person.failures = [[*each[:3], *(each[3:] or [1])] for each in person.failures]
            else:
                self._networks[tenant, subject] = network = Network(**data)
                network.failures = [[*each[:4], *(each[4:] or [1])] for each in network.failures]

    def person(self, tenant: str, key: str) -> Person:
        return self._people.setdefault((tenant, key), Person())

    def network(self, tenant: str, network: str) -> Network:
        return self._networks.setdefault((tenant, network), Network())

    def forget_networks(self, now: float) -> None:
        """Those that nobody signs in from, and of which nothing has been heard for as long as rules remember them."""
        recent = {
            key: it
            for key, it in self._networks.items()
            if it.people or (it.failures and it.failures[-1][0] > now - KEEP_SOURCE)
        }
        self._networks = recent

    def as_data(self) -> Iterator[tuple[Key, dict[str, Any]]]:
        for (tenant, subject), person in self._people.items():
            yield (tenant, PERSON, subject), {name: getattr(person, name) for name in Person.__slots__}
        for (tenant, subject), network in self._networks.items():
            yield (tenant, NETWORK, subject), {name: getattr(network, name) for name in Network.__slots__}

    def remember(self, it: Observation) -> None:
        if it.record == AUDIT_TRAIL:
            self._remember_change(it)
        elif it.person:
            self._remember_sign_in(it)

    def _remember_change(self, it: Observation) -> None:
        if not it.is_success:
            return
        if it.module == "users" and it.action == "made_admin" and it.resource_id:
            raised = {"at": it.at, "by": it.name, "id": it.id}
            self.person(it.tenant, it.resource_id).raised = raised
        if it.person:
            person = self.person(it.tenant, it.person)
            person.active = max(person.active, it.at)
            if it.action in REMOVALS:
                person.removals = [*person.removals, [it.at, it.id]][-MOST_REMOVALS:]

    def _remember_sign_in(self, it: Observation) -> None:
        person = self.person(it.tenant, it.person)
        if it.is_guess:
            recent = [each for each in person.failures if each[0] > it.at - KEEP_FAILURES]
            person.failures = [*recent, at_person(it)][-MOST_FAILURES:]
            source = self.network(it.tenant, it.network)
            recent = [each for each in source.failures if each[0] > it.at - KEEP_SOURCE]
            source.failures = [*recent, from_network(it)][-MOST_OF_SOURCE:]
        elif it.action == Action.LOCK_OUT:
            person.locked = {"at": it.at, "id": it.id}
        elif it.is_success:
            if it.action == Action.RESET_PASSWORD and it.reason != Reason.LINK_REQUESTED:
                person.locked = {}
            person.active = max(person.active, it.at)
        if it.is_download:
            person.downloads = [*person.downloads, it.rows][-RECENT_DOWNLOADS:]
        if it.signs_in:
            _signed_in(person, it)
            source = self.network(it.tenant, it.network)
            if len(source.people) < MOST_COLLEAGUES and it.person not in source.people:
                source.people = [*source.people, it.person]


def at_person(it: Observation) -> list[Any]:
    """A failure as the person's memory has it."""
    return [it.at, it.ip, it.id, it.times]


def from_network(it: Observation) -> list[Any]:
    return [it.at, it.person, it.name, it.id, it.times]


def _signed_in(person: Person, it: Observation) -> None:
    person.sign_ins += 1
    person.first = person.first or it.at
    person.signed_in = max(person.signed_in, it.at)
    person.locked = {}
    person.devices = _with(person.devices, it.device, RECENT_DEVICES)
    person.networks = _with(person.networks, it.network, RECENT_NETWORKS)
    person.wider_networks = _with(person.wider_networks, it.wider_network, RECENT_NETWORKS)
    person.hours[datetime.fromtimestamp(it.at, UTC).hour] += 1
    if it.is_private or not it.country:
        return  # says nothing of where the person is
    person.places = _with(person.places, it.place, RECENT_PLACES)
    person.countries = _with(person.countries, it.country, RECENT_COUNTRIES)
    if it.latitude is not None and it.at >= person.last.get("at", 0):
        person.last = {
            "at": it.at,
            "ip": it.ip,
            "place": it.place,
            "latitude": it.latitude,
            "longitude": it.longitude,
            "id": it.id,
        }


def _with(recent: list[str], value: str, most: int) -> list[str]:
    """The latest distinct values, the newest in the end."""
    if not value or (recent and recent[-1] == value):
        return recent
    return [*(each for each in recent if each != value), value][-most:]


def subjects(it: Observation) -> Iterator[Key]:
    """Whose memory an observation touches."""
    if it.person:
        yield it.tenant, PERSON, it.person
    if it.record == AUDIT_TRAIL:
        if it.module == "users" and it.resource_id:
            yield it.tenant, PERSON, it.resource_id
    elif it.ip:
        yield it.tenant, NETWORK, it.network

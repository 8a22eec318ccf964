"""The traffic: honest people, and attackers who know a password.

Attackers sign in once, at an account that has signed in before, as in the literature; nobody is attacked twice, and at
most one person in eight is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime
from operator import attrgetter
from random import Random

from .assumptions import ATTACKERS, NAIVE, ORIGINS, TARGETED, VERY_TARGETED, VPN, Assumptions
from .devices import DAY, DESKTOP, Device, device
from .networks import Country, Spot, countries
from .people import DAYS, HOUR, Person, companies, month, person, row
from .rows import Row

START = datetime(2026, 6, 1, tzinfo=UTC).timestamp()  # a Monday


class Traffic:
    """``rows`` in the order of time; ``company``: of each user."""

    def __init__(self, assumed: Assumptions, people: int, attacks: int, start: float = START) -> None:
        rng = Random(assumed.seed)
        atlas = countries(assumed.seed)
        self.start = start
        self.people: list[Person] = []
        for company, size in companies(rng, atlas, people):
            for _ in range(size):
                self.people.append(person(rng, len(self.people) + 1, company, atlas, assumed))
        self.company = {each.user: each.company.number for each in self.people}
        honest = {
            each.user: sorted(month(rng, each, atlas[each.company.country], start, assumed), key=attrgetter("at"))
            for each in self.people
        }
        attacked = list(self._attacks(rng, honest, atlas, attacks))
        self.rows = sorted([each for rows in honest.values() for each in rows] + attacked, key=attrgetter("at"))

    def _attacks(
        self, rng: Random, honest: dict[int, list[Row]], atlas: dict[str, Country], attacks: int
    ) -> Iterator[Row]:
        """So many of each kind."""
        victims = rng.sample(self.people, k=len(self.people))
        for number in range(attacks * len(ATTACKERS)):
            kind = list(ATTACKERS)[number % len(ATTACKERS)]
            while True:
                victim = victims.pop()
                signed_in = [each.at for each in honest[victim.user] if each.is_success]
                at = _moment(rng, kind, victim, self.start)
                if known := bisect_left(signed_in, at):
                    break
            successes = [each for each in honest[victim.user] if each.is_success][:known]
            spot, used = _attacker(rng, kind, victim, successes, atlas)
            yield row(rng, victim.user, at, spot, used, self.start, attack=kind)


def _moment(rng: Random, kind: str, victim: Person, start: float) -> float:
    """Naive and VPN attackers at any hour, targeted ones by day, very targeted ones when the person works."""
    midnight = start + rng.randrange(2, DAYS) * DAY - victim.city.utc_offset * HOUR
    hour = {TARGETED: rng.uniform(8, 22), VERY_TARGETED: rng.uniform(victim.hour, victim.hour + 9)}
    return midnight + hour.get(kind, rng.uniform(0, 24)) * HOUR


def _attacker(
    rng: Random, kind: str, victim: Person, successes: list[Row], atlas: dict[str, Country]
) -> tuple[Spot, Device]:
    country = atlas[victim.company.country]
    forms = [each.device for each in successes]
    form = max(sorted(set(forms)), key=forms.count)
    if kind == NAIVE:
        origin = atlas[rng.choices(list(ORIGINS), list(ORIGINS.values()))[0]]
        provider = rng.choice([*origin.hosts, *origin.fixed])
        return provider.spot(rng, rng.choice(list(provider.pools))), device(rng, DESKTOP, old=0.3)
    if kind == VPN:
        host = rng.choice(country.hosts)
        return host.spot(rng, rng.choice(list(host.pools))), device(rng, DESKTOP)
    if kind == TARGETED:
        return country.line(rng).spot(rng, victim.city), device(rng, form)
    same = victim.computer if form == DESKTOP or victim.phone is None else victim.phone
    return victim.line.spot(rng, victim.city), same

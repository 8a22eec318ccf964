"""Providers and their addresses: fixed lines, mobile carriers, and hosts that rent servers and sell VPN exits.

A provider owns scattered /16 networks and serves its cities from parts of them, as real ones do: neighbours share a
/16, not a /24, and one /16 serves several cities.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from random import Random
from typing import NamedTuple

FIXED_SHARES = (0.45, 0.30, 0.15, 0.10)
MOBILE_SHARES = (0.45, 0.35, 0.20)
HOSTS = 4
RESERVED = {10, 100, 127, 169, 172, 192, 198, 203}  # first numbers that hold private networks or examples


class City(NamedTuple):
    country: str
    region: str
    name: str
    latitude: float
    longitude: float
    utc_offset: float
    weight: float


class Spot(NamedTuple):
    """Where a sign-in comes from."""

    ip: str
    asn: int
    city: City


@dataclass(eq=False)
class Provider:
    """``pools``: by city, first addresses and sizes of what serves it."""

    asn: int
    pools: dict[City, list[tuple[int, int]]] = field(default_factory=dict)

    def spot(self, rng: Random, city: City, pool: int | None = None) -> Spot:
        """An address of the city, or of one of its pools."""
        pools = self.pools[city]
        start, size = rng.choice(pools) if pool is None else pools[pool % len(pools)]
        return Spot(str(IPv4Address(start + rng.randrange(2, size - 2))), self.asn, city)


class Country:
    def __init__(self, cities: list[City]) -> None:
        self.cities = cities
        self.fixed: list[Provider] = []
        self.mobile: list[Provider] = []
        self.hosts: list[Provider] = []

    def city(self, rng: Random) -> City:
        return rng.choices(self.cities, [each.weight for each in self.cities])[0]

    def line(self, rng: Random) -> Provider:
        return rng.choices(self.fixed, FIXED_SHARES)[0]

    def carrier(self, rng: Random) -> Provider:
        return rng.choices(self.mobile, MOBILE_SHARES)[0]


def places() -> list[City]:
    with Path(__file__).with_name("cities.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))[1:]
    return [City(country, region, name, *map(float, numbers)) for country, region, name, *numbers in lines]


def countries(seed: int) -> dict[str, Country]:
    rng = Random(f"networks {seed}")
    free = [first << 24 | second << 16 for first in range(1, 224) if first not in RESERVED for second in range(256)]
    rng.shuffle(free)
    cities: dict[str, list[City]] = {}
    for city in places():
        cities.setdefault(city.country, []).append(city)
    found = {code: Country(its) for code, its in cities.items()}
    asn = 1000
    for country in found.values():
        for kind, number in (("fixed", len(FIXED_SHARES)), ("mobile", len(MOBILE_SHARES)), ("hosts", HOSTS)):
            for _ in range(number):
                asn += rng.randrange(1, 90)
                getattr(country, kind).append(_provider(rng, asn, kind, country.cities, free))
    return found


def _provider(rng: Random, asn: int, kind: str, cities: list[City], free: list[int]) -> Provider:
    """Fixed lines: three /19 a city. Carriers: two /21 at two places, through which all their phones come. Hosts: a /20
    in the largest city or two."""
    networks, size, number, served = {
        "fixed": (6, 1 << 13, 3, len(cities)),
        "mobile": (3, 1 << 11, 2, 2),
        "hosts": (2, 1 << 12, 1, rng.choice((1, 2))),
    }[kind]
    parts = [free.pop() + start for _ in range(networks) for start in range(0, 1 << 16, size)]
    rng.shuffle(parts)
    largest = sorted(cities, key=lambda city: -city.weight * rng.uniform(0.5, 1.5))[:served]
    return Provider(asn, {city: [(parts.pop(), size) for _ in range(number)] for city in largest})

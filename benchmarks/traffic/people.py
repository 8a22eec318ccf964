"""Honest people: where they work and live, with what they sign in, and what changes in thirty days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from .assumptions import HOLIDAY_COUNTRIES, Assumptions
from .devices import DAY, DESKTOP, MOBILE, Device, device
from .networks import City, Country, Provider, Spot
from .rows import Row

HOUR = 3600.0
DAYS = 30
OFFICE, HOME, FIELD, SHIFTS = "office", "home", "field", "shifts"
SHIFT_HOURS = (6.0, 14.0, 22.0)


@dataclass(eq=False)
class Company:
    """``offices``: by city, the addresses that everybody there comes from."""

    number: int
    country: str
    offices: dict[City, list[Spot]]


@dataclass(eq=False)
class Stay:
    """Away from ``since`` until ``until`` (days): on a trip or a holiday."""

    city: City
    network: Spot
    since: int
    until: int
    is_holiday: bool = False


@dataclass(eq=False)
class Person:
    user: int
    company: Company
    city: City
    works: str
    line: Provider
    pool: int
    renewal: int  # days until the home's address changes; 0: it does not
    carrier: Provider
    hub: City
    computer: Device
    phone: Device | None
    second: Device | None
    rate: float
    hour: float
    vpn: list[tuple[Provider, City]] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    changes: dict[int, str] = field(default_factory=dict)
    since: int = 0
    _home: tuple[int, Spot] | None = None

    def home(self, rng: Random, day: int) -> Spot:
        lease = day // self.renewal if self.renewal else 0
        if self._home is None or self._home[0] != lease:
            pool = self.pool if rng.random() < 0.75 else rng.randrange(3)
            self._home = lease, self.line.spot(rng, self.city, pool)
        return self._home[1]

    def moves_line(self, provider: Provider) -> None:
        self.line, self._home = provider, None

    def on_the_move(self, rng: Random) -> Spot:
        """Carriers send most traffic through one place, the rest through another."""
        others = [city for city in self.carrier.pools if city is not self.hub]
        return self.carrier.spot(rng, rng.choice(others) if others and rng.random() < 0.2 else self.hub)


def companies(rng: Random, atlas: dict[str, Country], people: int) -> Iterator[tuple[Company, int]]:
    """Each with how many work there: few large ones, many small ones."""
    from .assumptions import HOME_COUNTRIES

    number = 0
    while people > 0:
        size = min(people, max(8, int(rng.paretovariate(0.9) * 12)), 500)
        country = rng.choices(list(HOME_COUNTRIES), list(HOME_COUNTRIES.values()))[0]
        cities = {atlas[country].city(rng) for _ in range(1 + size // 80)}
        offices = {
            city: [atlas[country].line(rng).spot(rng, city) for _ in range(rng.choice((1, 1, 2)))]
            for city in sorted(cities, key=lambda city: city.name)
        }
        number += 1
        people -= size
        yield Company(number, country, offices), size


def person(rng: Random, user: int, company: Company, atlas: dict[str, Country], it: Assumptions) -> Person:
    country = atlas[company.country]
    city = rng.choice(list(company.offices))
    works = rng.choices(
        [OFFICE, HOME, FIELD, SHIFTS],
        [1 - it.at_home - it.in_the_field - it.in_shifts, it.at_home, it.in_the_field, it.in_shifts],
    )[0]
    if works == HOME and rng.random() < 0.4:
        city = country.city(rng)
    carrier = country.carrier(rng)
    near = sorted(
        carrier.pools, key=lambda hub: abs(hub.latitude - city.latitude) + abs(hub.longitude - city.longitude)
    )
    renewal = rng.random()
    made = Person(
        user,
        company,
        city,
        works,
        line=country.line(rng),
        pool=rng.randrange(3),
        renewal=1
        if renewal < it.home_address_daily
        else 7
        if renewal < it.home_address_daily + it.home_address_weekly
        else 0,
        carrier=carrier,
        hub=near[0],
        computer=device(rng, DESKTOP),
        phone=device(rng, MOBILE) if works == FIELD or rng.random() < it.has_phone else None,
        second=device(rng, DESKTOP) if rng.random() < it.second_computer else None,
        rate=0.2 if rng.random() < it.seldom else it.sign_ins_a_day * rng.lognormvariate(-0.08, 0.4),
        hour=rng.gauss(9.3, 0.9),
        since=rng.randrange(DAYS - 3) if rng.random() < 0.08 else 0,
    )
    if rng.random() < it.through_vpn:
        abroad = rng.choices([code for code in atlas if code != company.country], k=2)
        exits = [country, *(atlas[code] for code in abroad)]
        made.vpn = [(host := rng.choice(each.hosts), rng.choice(list(host.pools))) for each in exits]
    _plan(rng, made, atlas, it)
    return made


def _plan(rng: Random, it: Person, atlas: dict[str, Country], assumed: Assumptions) -> None:
    """Trips, holidays, new devices and new lines."""
    times = assumed.trips_in_the_field if it.works == FIELD else 1.0
    country = atlas[it.company.country]
    for day in range(DAYS):
        if rng.random() < assumed.trips_a_month * times / DAYS:
            _stay(rng, it, country, country.city(rng), day, rng.choice((1, 1, 2, 3)))
        if rng.random() < assumed.trips_abroad_a_month / DAYS:
            abroad = atlas[rng.choice([code for code in atlas if code != it.company.country])]
            _stay(rng, it, abroad, abroad.city(rng), day, rng.choice((2, 3, 4, 5)))
        for what, a_month in (
            ("device", assumed.new_device_a_month),
            ("browser", assumed.new_browser_a_month),
            ("line", assumed.new_home_line_a_month),
        ):
            if rng.random() < a_month / DAYS:
                it.changes[day] = what
    if rng.random() < assumed.holidays:
        where = country if rng.random() < 0.6 else atlas[rng.choice(HOLIDAY_COUNTRIES)]
        _stay(rng, it, where, where.city(rng), rng.randrange(DAYS), rng.choice((7, 7, 10, 14)), is_holiday=True)


def _stay(
    rng: Random, it: Person, country: Country, city: City, day: int, days: int, *, is_holiday: bool = False
) -> None:
    if city is not it.city and all(day >= other.until or day + days <= other.since for other in it.stays):
        it.stays.append(Stay(city, country.line(rng).spot(rng, city), day, day + days, is_holiday))


def month(rng: Random, it: Person, country: Country, start: float, assumed: Assumptions) -> Iterator[Row]:
    """Every sign-in of a person, in order by day; ``start``: midnight, UTC, of a Monday."""
    for day in range(it.since, DAYS):
        _change(rng, it, country, it.changes.get(day, ""))
        stay = next((each for each in it.stays if each.since <= day < each.until), None)
        rate = it.rate * (assumed.weekend if day % 7 >= 5 and it.works != SHIFTS else 1.0)
        if stay and stay.is_holiday:
            rate *= assumed.signs_in_on_holiday
        at_home = it.works == HOME or day % 7 >= 5 or rng.random() < 0.25
        for _ in range(_poisson(rng, rate)):
            hour, is_work = _hour(rng, it, day)
            at = start + day * DAY + (hour - it.city.utc_offset) * HOUR
            spot, used = _where(rng, it, country, day, stay, assumed, at_home=at_home or not is_work)
            yield from sign_in(rng, it.user, at, spot, used, start, assumed)


def _change(rng: Random, it: Person, country: Country, what: str) -> None:
    if what == "device" and it.phone and rng.random() < 0.6:
        it.phone = device(rng, MOBILE, old=0)
    elif what in ("device", "browser"):
        it.computer = device(rng, DESKTOP, old=0)
    elif what == "line":
        it.moves_line(country.line(rng))


def _hour(rng: Random, it: Person, day: int) -> tuple[float, bool]:
    """Of the local day, and whether it is for work."""
    if it.works == SHIFTS:
        return (SHIFT_HOURS[(day // 7 + it.user) % 3] + abs(rng.gauss(0.5, 1.5))) % 24, True
    if day % 7 < 5 and rng.random() < 0.85:
        first = rng.random() < 0.6
        return (rng.gauss(it.hour, 0.5) if first else min(20.0, it.hour + rng.uniform(1, 9))), True
    return min(23.9, rng.triangular(8, 23.5, 20.5)), False


def _where(
    rng: Random, it: Person, country: Country, day: int, stay: Stay | None, assumed: Assumptions, *, at_home: bool
) -> tuple[Spot, Device]:
    computer = it.second if it.second and at_home and rng.random() < 0.5 else it.computer
    if it.vpn and rng.random() < 0.5:
        host, city = it.vpn[rng.choices((0, 1, 2), (7, 2, 1))[0]]
        return host.spot(rng, city), computer
    if it.phone and rng.random() < (0.7 if it.works == FIELD else 0.2):
        if rng.random() < 0.75:
            return it.on_the_move(rng), it.phone
        computer = it.phone  # in the network of wherever they are
    if stay:
        return (stay.network if rng.random() < 0.8 else it.on_the_move(rng)), computer
    if rng.random() < assumed.guest_network_a_month / (it.rate * 22 + 1):
        return country.line(rng).spot(rng, it.city), computer
    offices = it.company.offices.get(it.city)
    return (rng.choice(offices) if offices and not at_home and it.works != HOME else it.home(rng, day)), computer


def sign_in(
    rng: Random, user: int, at: float, spot: Spot, used: Device, start: float, assumed: Assumptions
) -> Iterator[Row]:
    """With what was mistyped before it."""
    chance = rng.random()
    failures = rng.randint(4, 8) if chance < assumed.forgotten else 0
    if not failures and chance < assumed.forgotten + assumed.mistyped:
        failures = rng.choice((1, 1, 1, 2, 3))
    for number in range(failures, 0, -1):
        yield row(rng, user, at - number * rng.uniform(8, 25), spot, used, start, is_success=False)
    yield row(rng, user, at, spot, used, start)


def row(
    rng: Random,
    user: int,
    at: float,
    spot: Spot,
    used: Device,
    start: float,
    *,
    is_success: bool = True,
    attack: str = "",
) -> Row:
    kind, version = used.kind, used.version(at, start)
    return Row(
        at,
        user,
        max(1, int(rng.lognormvariate(4.2, 0.7))),
        spot.ip,
        spot.city.country,
        spot.city.region,
        spot.city.name,
        spot.asn,
        kind.agent.format(v=version),
        f"{kind.browser} {version}",
        kind.system,
        kind.form,
        is_success,
        bool(attack),
        bool(attack) and is_success,
        attack,
    )


def _poisson(rng: Random, mean: float) -> int:
    number, left = 0, rng.expovariate(1.0)
    while left < mean:
        number += 1
        left += rng.expovariate(1.0)
    return number

"""A Place, and how to read one out of whatever record an MMDB file holds.

Two shapes are about. MaxMind's is nested, {"city": {"names": {"en": …}}, "subdivisions": […], "country":
{"iso_code": …}, "location": {"latitude": …}}; others are flat, {"city": …, "state1": …, "country_code": …,
"latitude": …}. Files about countries only hold a part of either. What a record lacks, or holds in another
type, is left out of its place; no record is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from login_activity.countries import COUNTRIES

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address is; every text is "" where it is not known."""

    city: str
    region: str
    country: str
    country_code: str
    """ISO 3166-1 alpha-2."""
    latitude: float | None
    longitude: float | None
    label: str
    """What a person is shown: "London, England, United Kingdom"."""


UNKNOWN = Place("", "", "", "", None, None, "Unknown location")
PRIVATE = Place("", "", "", "", None, None, "Private network")


def place_of(
    city: str, region: str, country: str, country_code: str, latitude: float | None, longitude: float | None
) -> Place:
    """A place with its label, without parts that are empty or named already (Singapore, Berlin)."""
    parts: dict[str, str] = {}
    for part in filter(None, (city, region, country)):
        parts.setdefault(part.casefold(), part)
    label = ", ".join(parts.values()) or UNKNOWN.label
    return Place(city, region, country, country_code, latitude, longitude, label)


def place_from_record(record: object) -> Place:
    if not isinstance(record, Mapping):
        return UNKNOWN
    country, country_code = _country(record)
    latitude, longitude = _coordinates(record)
    # DB-IP adds the district, "London (Shadwell)": finer than an address can be placed, and two of them
    # in one city would pass for two places.
    city = _name(record.get("city")).partition(" (")[0]
    return place_of(city, _region(record), country, country_code, latitude, longitude)


def _country(record: Mapping[object, object]) -> tuple[str, str]:
    """Name and code. Where the country itself is missing, the one that the network is registered in."""
    for candidate in (record.get("country"), record.get("registered_country"), record):
        if not isinstance(candidate, Mapping):
            continue
        code = _text(candidate.get("iso_code") or candidate.get("country_code")).upper()
        if code in COUNTRIES:
            return COUNTRIES[code], code
        if name := _name(candidate):
            return name, ""
    return "", ""


def _region(record: Mapping[object, object]) -> str:
    subdivisions = record.get("subdivisions")
    if isinstance(subdivisions, list) and subdivisions:
        return _name(subdivisions[0])  # the largest comes first
    return _name(record.get("state1"))


def _coordinates(record: Mapping[object, object]) -> tuple[float | None, float | None]:
    """Both or neither, to four decimals (11 metres): no source knows better, some store single precision."""
    location = record.get("location")
    holder = location if isinstance(location, Mapping) else record
    latitude = _degrees(holder.get("latitude"), most=90)
    longitude = _degrees(holder.get("longitude"), most=180)
    return (None, None) if latitude is None or longitude is None else (latitude, longitude)


def _degrees(value: object, most: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(float(value), 4) if abs(value) <= most else None  # NaN is never <=


def _name(value: object) -> str:
    """The English name in {"names": {"en": …}}, or the text itself."""
    if isinstance(value, Mapping):
        names = value.get("names")
        value = names.get("en") if isinstance(names, Mapping) else None
    return _text(value)


def _text(value: object) -> str:
    """One line of printable text: PostgreSQL refuses NUL, and a page needs no breaks or direction marks."""
    if not isinstance(value, str):
        return ""
    if not value.isprintable():
        value = "".join(character if character.isprintable() else " " for character in value)
    return " ".join(value.split())[:LONGEST_NAME].strip()

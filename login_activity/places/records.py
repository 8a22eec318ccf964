"""A Place, and how to read one out of whatever record an MMDB file holds.

Two shapes are about. MaxMind's is nested, {"city": {"names": {"en": …}}, "subdivisions": […], "country":
{"iso_code": …}, "location": {"latitude": …}}, and geoip2 reads it; others are flat, {"city": …, "state1": …,
"country_code": …, "latitude": …}, and are put into that shape first. Files about countries only hold a part of
either, files about networks nothing of it. What a record lacks, or holds in another type, is left out of its place;
no record is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geoip2.models import City

from .countries import COUNTRIES

LONGEST_NAME = 100

# What flat files call them: ip-location-db and DB-IP, IP2Location, IPinfo.
CITIES = ("city", "city_name")
REGIONS = ("state1", "region", "region_name")
COUNTRY_NAMES = ("country_name", "country")


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
    city = City(["en"], **_maxmind_shape(record))
    country, country_code = _country(city)
    # The largest subdivision comes first. DB-IP adds the district, "London (Shadwell)": finer than an address can be
    # placed, and two of them in one city would pass for two places.
    region = city.subdivisions[0].name if city.subdivisions else ""
    latitude, longitude = city.location.latitude, city.location.longitude
    name = (city.city.name or "").partition(" (")[0]
    if not (name or region or country or country_code):
        return UNKNOWN
    return place_of(name, region or "", country, country_code, latitude, longitude)


def _country(city: City) -> tuple[str, str]:
    """Name and code. Where the country itself is missing, the one that the network is registered in."""
    for country in (city.country, city.registered_country):
        code = country.iso_code or ""
        if code in COUNTRIES:
            return COUNTRIES[code], code
        if country.name:
            return country.name, ""
    return "", ""


def _maxmind_shape(record: Mapping[Any, Any]) -> dict[str, Any]:
    """Only what a place is made of, in the types that geoip2 takes for granted."""
    subdivisions = record.get("subdivisions")
    region = subdivisions[0] if isinstance(subdivisions, list) and subdivisions else _first(record, REGIONS)
    country = record.get("country")
    if not country or not isinstance(country, Mapping):
        country = {"iso_code": record.get("country_code") or country, "names": {"en": _first(record, COUNTRY_NAMES)}}
    location = record.get("location")
    return {
        "city": _named(_first(record, CITIES)),
        "subdivisions": [_named(region)] if region else [],
        "country": _named(country),
        "registered_country": _named(record.get("registered_country")),
        "location": _coordinates(location if isinstance(location, Mapping) else record),
    }


def _first(record: Mapping[Any, Any], keys: tuple[str, ...]) -> Any:
    return next((record[key] for key in keys if record.get(key)), None)


def _named(value: object) -> dict[str, Any]:
    """{"names": {"en": …}, "iso_code": …} from that, or from the name alone."""
    if not isinstance(value, Mapping):
        return {"names": {"en": _text(value)}}
    names = value.get("names")
    code = value.get("iso_code") or value.get("country_code")
    return {
        "names": {"en": _text(names.get("en"))} if isinstance(names, Mapping) else {},
        "iso_code": _text(code).upper(),
    }


def _coordinates(holder: Mapping[Any, Any]) -> dict[str, float | None]:
    """Both or neither, to four decimals (11 metres): no source knows better, some store single precision."""
    latitude = _degrees(holder.get("latitude", holder.get("lat")), most=90)
    longitude = _degrees(holder.get("longitude", holder.get("lng")), most=180)
    return {} if latitude is None or longitude is None else {"latitude": latitude, "longitude": longitude}


def _degrees(value: object, most: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(float(value), 4) if abs(value) <= most else None  # NaN is never <=


def _text(value: object) -> str:
    """One line of printable text: PostgreSQL refuses NUL, and a page needs no breaks or direction marks.

    IP2Location writes "-" for what it does not know.
    """
    if not isinstance(value, str) or value == "-":
        return ""
    if not value.isprintable():
        value = "".join(character if character.isprintable() else " " for character in value)
    return " ".join(value.split())[:LONGEST_NAME].strip()

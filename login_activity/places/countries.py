"""The countries of ISO 3166-1: alpha-2 code → the name an English-speaking reader knows it by.

XK (Kosovo) is the one code more: ISO leaves it to its users, and every geolocation source uses it.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from wisely_security.core.text.folding import sort_key


def _countries() -> dict[str, str]:
    with (Path(__file__).parent / "countries.csv").open(encoding="utf-8", newline="") as table:
        return {row["code"]: row["name"] for row in csv.DictReader(table)}


COUNTRIES: Mapping[str, str] = MappingProxyType(_countries())


def country_choices() -> list[tuple[str, str]]:
    return sorted(COUNTRIES.items(), key=lambda item: sort_key(item[1]))

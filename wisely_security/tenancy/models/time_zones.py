"""The time zones that people choose from: places, and UTC. Older names ("Israel") stay valid where they are set."""

import zoneinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError

_NO_ZONE = "Factory"  # "not set"


@cache
def time_zones() -> tuple[str, ...]:
    names = zoneinfo.available_timezones()
    return tuple(sorted(name for name in names if name == "UTC" or ("/" in name and not name.startswith("Etc/"))))


def time_zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in time_zones()]


def zone_named(name: str) -> ZoneInfo:
    """UTC for what isn't a time zone (any more): a foreign name in the database breaks no page, e-mail or report."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones
        return ZoneInfo("UTC")


def validate_time_zone(name: str) -> None:
    if name == _NO_ZONE or name not in zoneinfo.available_timezones():
        raise ValidationError("Choose a time zone from the list.")

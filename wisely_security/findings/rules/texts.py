"""Words that several sentences share. Times are those of the reader's zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from math import asin, cos, radians, sin, sqrt

from django.utils import timezone

from login_activity.devices.kinds import DeviceKind

EARTH_KM = 6371.0


def distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Along the surface of the earth (haversine)."""
    (lat, lon), (lat2, lon2) = (tuple(map(radians, each)) for each in (here, there))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def clock(at: float) -> str:
    return f"{timezone.localtime(datetime.fromtimestamp(at, UTC)):%H:%M}"


def day(at: float) -> str:
    return f"{timezone.localtime(datetime.fromtimestamp(at, UTC)):%-d %b %Y}"


def span(minutes: float) -> str:
    """``less than a minute``, ``26 min``, ``2 h 5 min``, ``3 days``."""
    whole = round(minutes)
    if whole < 1:
        return "less than a minute"
    if whole < 60:
        return f"{whole} min"
    if whole < 48 * 60:
        hours, rest = divmod(whole, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(whole / 60 / 24)} days"


def city(place: str) -> str:
    """The first part of "Bengaluru, Karnataka, India"."""
    return place.split(", ")[0]


def device_label(device: str) -> str:
    """``Windows PC (Chrome, Windows)``."""
    kind, *software = device.split(" · ")
    label = str(dict(DeviceKind.choices).get(kind, kind))
    return f"{label} ({', '.join(software)})" if software else label


def number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def names(people: Sequence[str], most: int = 3) -> str:
    """``Alice``, ``Alice and Bob``, ``Alice, Bob, Charlie and 4 others``."""
    shown = list(people[:most])
    if len(people) > most:
        shown.append(number(len(people) - most, "other"))
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def then(evidence: object) -> str:
    """What the person did next, where that belongs to the finding."""
    did = evidence.get("then", []) if isinstance(evidence, dict) else []
    if not did:
        return ""
    shown = list(dict.fromkeys(did))
    rest = f" and {number(len(shown) - 3, 'more action')}" if len(shown) > 3 else ""
    return f" Then: {', '.join(shown[:3])}{rest}."

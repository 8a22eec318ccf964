"""Rows of the login data set as events of Login Activity, as the recorder would have written them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from login_activity.devices.identify import Device, identify
from login_activity.places.countries import COUNTRIES
from login_activity.vocabulary import Action, Reason, Status

from ..traffic.networks import places
from ..traffic.rows import Row


def event_id(row: Row, number: int) -> UUID:
    """A UUIDv7 of the row's moment; ``number`` makes it unique."""
    return UUID(int=int(row.at * 1000) << 80 | 7 << 76 | 2 << 62 | number)


def user_id(row: Row) -> UUID:
    return UUID(int=row.user % 2**64 | 7 << 76 | 2 << 62)


@cache
def _device(user_agent: str) -> Device:
    return identify(user_agent)


@cache
def _coordinates() -> Mapping[tuple[str, str, str], tuple[float, float]]:
    return {(it.country, it.region, it.name): (it.latitude, it.longitude) for it in places()}


def values(row: Row) -> dict[str, Any]:
    """By column. Coordinates: of cities that this benchmark knows; the data set has none."""
    device = _device(row.user_agent)
    latitude, longitude = _coordinates().get((row.country, row.region, row.city), (None, None))
    return {
        "user_id": user_id(row),
        "user_name": f"Person {row.user}",
        "user_email": f"person{row.user}@company.example",
        "acted_by": "",
        "action": Action.LOG_IN.value,
        "status": (Status.SUCCESS if row.is_success else Status.FAILURE).value,
        "reason": "" if row.is_success else Reason.WRONG_PASSWORD.value,
        "ip": row.ip,
        "device_kind": device.kind.value,
        "device": device.label,
        "browser": device.browser,
        "system": device.system,
        "user_agent": device.user_agent,
        "user_agent_cut": device.user_agent_cut,
        "country": row.country if row.country in COUNTRIES else "",
        "place": ", ".join(dict.fromkeys(filter(None, [row.city, row.region, COUNTRIES.get(row.country, "")]))),
        "latitude": latitude,
        "longitude": longitude,
        "session": "",
    }


def events(rows: Iterable[Row]) -> Iterator[tuple[UUID, Row, dict[str, Any]]]:
    for number, row in enumerate(rows):
        yield event_id(row, number), row, values(row)

"""Observations for the cases of rules: everything happens on 2 March 2026, at a time of UTC, in one tenant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from login_activity.vocabulary import Action, Reason

from ..engine.observations import AUDIT_TRAIL, LOGIN_ACTIVITY, Observation

DAY = datetime(2026, 3, 2, tzinfo=UTC)
TENANT = str(UUID(int=1))
PRIYA, RAHUL = "Priya Nair", "Rahul Deshpande"
LAPTOP, PHONE = "windows_pc · Chrome · Windows", "android_phone · Chrome · Android"
_numbers = count(1)


class Spot(NamedTuple):
    ip: str
    country: str
    place: str
    latitude: float | None
    longitude: float | None


BENGALURU = Spot("106.51.72.9", "IN", "Bengaluru, Karnataka, India", 12.9716, 77.5946)
AIRPORT = Spot("117.96.40.7", "IN", "Bengaluru, Karnataka, India", 12.9716, 77.5946)
DELHI = Spot("122.161.5.6", "IN", "Delhi, India", 28.6139, 77.2090)
MYSURU = Spot("59.92.10.4", "IN", "Mysuru, Karnataka, India", 12.2958, 76.6394)
SAO_PAULO = Spot("177.32.8.7", "BR", "São Paulo, São Paulo, Brazil", -23.5505, -46.6333)
AMSTERDAM = Spot("213.136.8.10", "NL", "Amsterdam, North Holland, Netherlands", 52.3676, 4.9041)
OFFICE = Spot("10.20.0.5", "", "Private network", None, None)
NOWHERE = Spot("198.51.100.9", "", "Unknown location", None, None)


def moment(text: str) -> float:
    """``09:48``, ``09:48:30``, or ``-3 09:48`` three days before."""
    days, _, time = text.rpartition(" ")
    at = DAY + timedelta(days=int(days or 0))
    hour, minute, *second = map(int, time.split(":"))
    return at.replace(hour=hour, minute=minute, second=second[0] if second else 0).timestamp()


def key_of(person: str) -> str:
    return str(UUID(int=sum(ord(letter) << 8 * place for place, letter in enumerate(person[:12]))))


def signs_in(at: str, spot: Spot = BENGALURU, person: str = PRIYA, device: str = LAPTOP) -> Observation:
    return _sign_in(at, spot, person, device, action=Action.LOG_IN)


def fails(at: str, spot: Spot = BENGALURU, person: str = PRIYA, reason: Reason = Reason.WRONG_PASSWORD) -> Observation:
    return _sign_in(at, spot, person, LAPTOP, action=Action.LOG_IN, is_success=False, reason=reason)


def counted(it: Observation, times: int) -> Observation:
    """An event that stands for so many attempts."""
    return it._replace(times=times)


def does(at: str, action: Action, person: str = PRIYA, spot: Spot = BENGALURU, **more: Any) -> Observation:
    """Something else of Login Activity."""
    return _sign_in(at, spot, person, LAPTOP, action=action, **more)


def downloads(at: str, rows: int, person: str = PRIYA, spot: Spot = BENGALURU) -> Observation:
    return does(at, Action.VIEW, person, spot, reason=Reason.DOWNLOADED, area="Login Activity", rows=rows)


def changes(at: str, module: str, action: str, resource: str, person: str = PRIYA, **more: Any) -> Observation:
    """An action of the Audit Trail."""
    known = {"ip": BENGALURU.ip, "is_success": True, "reason": "", "resource_id": key_of(resource)}
    who = {"person": key_of(person), "name": person}
    return _at(at, AUDIT_TRAIL, module=module, action=action, resource=resource, **{**known, **who, **more})


def _sign_in(at: str, spot: Spot, person: str, device: str, **more: Any) -> Observation:
    known = {"is_success": True, "reason": "", "device": device, **spot._asdict()}
    return _at(at, LOGIN_ACTIVITY, person=key_of(person), name=person, **{**known, **more})


def _at(at: str, record: str, **values: Any) -> Observation:
    return Observation(record=record, id=str(UUID(int=next(_numbers))), tenant=TENANT, at=moment(at), **values)


def used_to(*, days: int = 20, **same: Any) -> list[Observation]:
    """Somebody who has signed in every day, at 09:00."""
    return [signs_in(f"-{day} 09:00", **same) for day in range(days, 0, -1)]


def every(seconds: int, start: str, number: int) -> Iterator[str]:
    """So many times, from a start on."""
    hour, minute = map(int, start.split(":"))
    for second in range(0, seconds * number, seconds):
        at = timedelta(hours=hour, minutes=minute, seconds=second)
        yield str(at).rjust(8, "0")

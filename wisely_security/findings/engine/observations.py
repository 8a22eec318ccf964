"""An observation: what rules see of an event of either record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple
from uuid import UUID

from audit_trail.models import AuditEvent
from login_activity.devices.kinds import DeviceKind
from login_activity.models import LoginEvent
from login_activity.vocabulary import Action, Reason
from wisely_security.ledger.models import time_of

LOGIN_ACTIVITY, AUDIT_TRAIL = "login-activity", "audit-trail"
TABLES = {LOGIN_ACTIVITY: LoginEvent._meta.db_table, AUDIT_TRAIL: AuditEvent._meta.db_table}
PHONES = frozenset({DeviceKind.ANDROID_PHONE.value, DeviceKind.IPHONE.value, DeviceKind.FEATURE_PHONE.value})
PREFIXES = {4: 24, 6: 48}
WIDER_PREFIXES = {4: 16, 6: 32}
GUESSES = frozenset({Reason.WRONG_PASSWORD.value, Reason.LOCKED_OUT.value})


class Observation(NamedTuple):
    """``record``: the key of its report. ``at``: seconds since 1970. ``person``: whose account it is about, or who acts
    in the Audit Trail: an id, or empty. ``device``: without versions, so that an update is no new device.
    ``module`` and ``resource``: of the Audit Trail. ``rows``: of a download. ``times``: how many attempts were counted
    in one event; ``each``: of those at several accounts or from several addresses, as the event's detail has them."""

    record: str
    id: str
    tenant: str
    at: float
    person: str
    name: str
    action: str
    is_success: bool
    reason: str
    ip: str
    device: str = ""
    country: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    area: str = ""
    rows: int = 0
    times: int = 1
    each: Sequence[Mapping[str, Any]] = ()
    module: str = ""
    resource: str = ""
    resource_id: str = ""

    @property
    def reference(self) -> tuple[str, str]:
        return self.record, self.id

    @property
    def signs_in(self) -> bool:
        return self.is_success and self.action == Action.LOG_IN and self.record == LOGIN_ACTIVITY

    @property
    def is_guess(self) -> bool:
        """A wrong password, or any password while the account is locked."""
        return not self.is_success and self.reason in GUESSES and self.record == LOGIN_ACTIVITY

    @property
    def is_download(self) -> bool:
        """Also one that was cut short: what was sent is out."""
        return self.reason in {Reason.DOWNLOADED, Reason.CUT_SHORT} and self.record == LOGIN_ACTIVITY

    @property
    def is_phone(self) -> bool:
        return self.device.split(" · ")[0] in PHONES

    @property
    def network(self) -> str:
        return network_of(self.ip)

    @property
    def wider_network(self) -> str:
        """What its provider serves a region from, roughly: addresses of lines and phones change within it."""
        return network_of(self.ip, WIDER_PREFIXES)

    @property
    def is_private(self) -> bool:
        return not self.ip or ip_address(self.ip).is_private


def network_of(ip: str, prefixes: Mapping[int, int] = PREFIXES) -> str:
    """The network that an address counts as: /24 of IPv4, /48 of IPv6."""
    if not ip:
        return ""
    address = ip_address(ip)
    return str(ip_network((address, prefixes[address.version]), strict=False))


COLUMNS = {
    LOGIN_ACTIVITY: """user_id, user_name, action, status, reason, host(ip),
        concat_ws(' · ', nullif(device_kind, ''), nullif(regexp_replace(browser, '[ /]?[0-9].*$', ''), ''),
                  nullif(regexp_replace(system, '[ /]?[0-9].*$', ''), '')),
        country, place, latitude, longitude, coalesce(detail->>'area', ''),
        CASE WHEN detail->>'rows' ~ '^[0-9]{1,9}$' THEN (detail->>'rows')::int ELSE 0 END,
        detail->>'times', detail->>'last', detail->'each', '', '', ''""",
    AUDIT_TRAIL: """actor_id, actor_name, action, status, reason_code, host(ip),
        '', '', '', NULL::float, NULL::float, '', 0, NULL, NULL, NULL,
        module, resource_name, coalesce(resource_id::text, '')""",
}


def select(record: str, condition: str) -> str:
    """A statement whose rows ``read`` understands."""
    return f"SELECT tenant_id, id, {COLUMNS[record]} FROM {TABLES[record]} WHERE {condition}"  # noqa: S608


def read(record: str, rows: list[tuple[Any, ...]]) -> Iterator[Observation]:
    for tenant, key, person, name, action, status, reason, ip, *rest in rows:
        device, country, place, latitude, longitude, area, number, times, last, each, module, resource, resource_id = (
            rest
        )
        yield Observation(
            record,
            str(key),
            str(tenant),
            (datetime.fromisoformat(last) if last else time_of(UUID(str(key)))).timestamp(),
            str(person or ""),
            str(name),
            str(action),
            status == "success",
            str(reason),
            str(ip or ""),
            device,
            country,
            place,
            latitude,
            longitude,
            area,
            number,
            int(times or 1),
            json.loads(each) if each else (),
            module,
            resource,
            resource_id,
        )


def each_of(observed: Iterable[Observation]) -> Iterator[Observation]:
    """Attempts at several accounts, or from several addresses, as an observation of each."""
    for it in observed:
        if not it.each:
            yield it
        for one in it.each:
            person, ip, name = one.get("user", it.person), one.get("ip", it.ip), one.get("name", it.name)
            place = it.place if ip == it.ip else ""
            yield it._replace(person=person, ip=ip, name=name, place=place, times=one["times"], each=())

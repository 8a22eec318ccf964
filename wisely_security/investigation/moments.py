"""Events of either record as lines of one history, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit_trail.models import AuditEvent
from audit_trail.report import diffs
from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.models import LoginEvent
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from login_activity.vocabulary import NEUTRAL, Action
from wisely_security.ledger.vocabulary import Status
from wisely_security.reports.declaration import Report
from wisely_security.reports.extensions.unusual import Mark
from wisely_security.tenancy.models import Tenant

REPORTS: tuple[Report, ...] = (LOGIN_ACTIVITY, AUDIT_TRAIL)
ICONS: dict[str, str] = {
    Action.LOG_IN: "arrow-right-end-on-rectangle",
    Action.LOG_OUT: "arrow-left-start-on-rectangle",
    Action.END_SESSION: "arrow-left-start-on-rectangle",
    Action.VIEW: "eye",
    Action.CHANGE_PASSWORD: "key",
    Action.RESET_PASSWORD: "key",
    Action.LOCK_OUT: "lock-closed",
}
PAUSE = timedelta(minutes=1)  # shorter ones are not worth a line


@dataclass
class Moment:
    """``what``: the action; ``on``: what it was done to; ``note``: a remark.

    ``times``: how many events it stands for, where the same was done several times in a row; ``until``: the last of
    them. ``pause``: since what came before. ``moved``: the address that the person came from until then.
    """

    event: Any
    url: str
    what: str
    on: str = ""
    note: str = ""
    is_change: bool = False
    mark: Mark | None = None
    times: int = 1
    until: datetime | None = None
    pause: str = ""
    moved: str = ""
    starts_day: bool = False

    @property
    def at(self) -> datetime:
        return timezone.localtime(self.event.occurred_at)

    @property
    def icon(self) -> str:
        if self.is_denied:
            return "no-symbol"
        return ICONS.get(self.event.action, "pencil-square") if isinstance(self.event, LoginEvent) else "pencil-square"

    @property
    def is_denied(self) -> bool:
        return bool(self.event.status == Status.FAILURE)

    @property
    def reason(self) -> str:
        return str(getattr(self.event, "reason_label", self.event.reason))

    @property
    def kind(self) -> str:
        """For the style sheet."""
        if self.is_denied:
            return "denied"
        if self.is_change:
            return "change"
        is_bound = self.event.action in {Action.LOG_IN, Action.LOG_OUT, Action.END_SESSION}
        return "neutral" if self.event.reason in NEUTRAL else "bound" if is_bound else "view"


def moments(events: Iterable[Any], url: Callable[[Any], str], marks: Mapping[UUID, Mark] | None = None) -> list[Moment]:
    """``events``: of either record, in the order in which they are shown; ``url``: of the page of one."""
    return [_moment(event, url(event), (marks or {}).get(event.pk)) for event in events]


def pages_of(tenant: Tenant) -> Callable[[Any], str]:
    """The pages of a tenant's events."""
    paths: dict[type, str] = {report.model: report.path(tenant) for report in REPORTS}
    return lambda event: f"{paths[type(event)]}{event.pk}/"


def _moment(event: Any, url: str, mark: Mark | None) -> Moment:
    if isinstance(event, AuditEvent):
        what = f"{event.module_label}: {event.action_label}"
        return Moment(event, url, what, event.resource_name, diffs.headline(event.changes), True, mark)
    note = f"Rows: {event.detail['rows']:,}" if event.reason == "downloaded" and "rows" in event.detail else ""
    return Moment(event, url, event.action_label, event.detail.get("area", ""), note, False, mark)


def as_story(found: Sequence[Moment]) -> list[Moment]:
    """A history, the oldest first: the same in a row as one, with the pauses between and changes of address."""
    folded: list[Moment] = []
    for moment in found:
        before = folded[-1] if folded else None
        if before and _is_same(before, moment):
            before.times += 1
            before.until = moment.at
            continue
        if before:
            moment.pause = _pause(moment.at - (before.until or before.at))
            if before.event.ip and moment.event.ip not in {None, before.event.ip}:
                moment.moved = str(before.event.ip)
        moment.starts_day = not before or before.at.date() != moment.at.date()
        folded.append(moment)
    return folded


def _is_same(one: Moment, other: Moment) -> bool:
    """Of views and refusals. Each change has a line of its own."""
    if one.is_change and not one.is_denied:
        return False
    return _line(one) == _line(other)


def _line(moment: Moment) -> tuple[Any, ...]:
    event = moment.event
    return type(event), moment.what, moment.on, moment.note, moment.reason, moment.mark, event.ip, event.status


def _pause(length: timedelta) -> str:
    return f"{duration(length)} later" if length >= PAUSE else ""


def duration(length: timedelta) -> str:
    """``3 min``, ``2 h 5 min``, ``1 day 4 h``: its two largest units."""
    minutes = int(length.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = ((days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min"))
    parts = [f"{number} {unit}" for number, unit in units if number][:2]
    return " ".join(parts) or "less than a minute"

"""What people do in a journey, as data: steps, how they follow each other, and how common each journey is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from login_activity.report import DOWNLOAD, REPORT, VIEW
from login_activity.vocabulary import Action, Reason
from wisely_security.reports.keyset import PAGE_SIZE
from wisely_security.reports.periods import DAYS, DEFAULT, Period, Preset
from wisely_security.tenancy.forms import SignInSettingsForm
from wisely_security.tenancy.permissions import SIGN_IN_SETTINGS, SWITCH_TENANT

from ..patterns import Person, Station

Detail = Callable[[Person, Station, date], dict[str, Any]]
Pause = tuple[float, float]  # seconds: at least, at most


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One event, as the recorder gets it.

    ``dated``: the detail depends on the day.
    ``record_of``: the slug of the tenant in whose record it stands, where that is not the person's own.
    """

    action: Action
    failed: Reason | None = None
    note: Reason | None = None
    typed: str = ""
    detail: Detail | None = None
    dated: bool = False
    record_of: str = ""

    @property
    def opens_session(self) -> bool:
        return self.action is Action.LOG_IN and self.failed is None

    @property
    def has_session(self) -> bool:
        """Whether the event names its session."""
        return self.opens_session or self.action is Action.LOG_OUT

    @property
    def sets_password(self) -> bool:
        changes = self.action is Action.CHANGE_PASSWORD or self.action is Action.RESET_PASSWORD
        return changes and self.failed is None and self.note is not Reason.LINK_REQUESTED


@dataclass(frozen=True, slots=True, eq=False)
class Journey:
    """``moves``: each step and the pause before it. ``allowed``: for whom."""

    frequency: int
    moves: tuple[tuple[Pause, Step], ...]
    allowed: Callable[[Person], bool] = lambda person: True

    @property
    def stays_open(self) -> bool:
        last = self.moves[-1][1]
        return last.action is not Action.LOG_OUT and any(step.opens_session for _, step in self.moves)


SAME_REQUEST: Pause = (0, 0)
AT_ONCE: Pause = (3, 30)
SOON: Pause = (40, 600)
LATER: Pause = (20 * 60, 5 * 3600)


def _area(area: str, **more: Any) -> Detail:
    return lambda person, station, day: {"area": area, **more}


def view(preset: Preset, rows: int = PAGE_SIZE, area: str = REPORT.title, **filters: str) -> Detail:
    """A view of a record, as its page records it."""

    def detail(person: Person, station: Station, day: date) -> dict[str, Any]:
        period = Period(day - timedelta(days=DAYS[preset] - 1), day, person.zone)
        return {"area": area, "filters": {"Period": str(period), **filters}, "rows": rows}

    return detail


def _another_device(person: Person, station: Station, day: date) -> dict[str, Any]:
    return {"device": person.stations[-1].device_label}


def _time_zone(person: Person, station: Station, day: date) -> dict[str, Any]:
    return {"area": "Profile", "changes": {"Time zone": ["UTC", person.user.time_zone]}}


def _idle_limit(person: Person, station: Station, day: date) -> dict[str, Any]:
    hours = (4, 8, 12)
    before, after = hours[day.day % 3], hours[(day.day + 1) % 3]
    label = str(SignInSettingsForm.base_fields["session_idle_minutes"].label)
    return {"area": "Sign-in settings", "changes": {label: [before * 60, after * 60]}}


LOG_IN = Step(Action.LOG_IN)
LOG_OUT = Step(Action.LOG_OUT)
WRONG_PASSWORD = Step(Action.LOG_IN, failed=Reason.WRONG_PASSWORD)
SUSPENDED = Step(Action.LOG_IN, failed=Reason.SUSPENDED)
PENDING = Step(Action.LOG_IN, failed=Reason.PENDING)
LOCKED_OUT = Step(Action.LOG_IN, failed=Reason.LOCKED_OUT)
NOT_SUPPORT = Step(Action.LOG_IN, failed=Reason.NO_PERMISSION)
LOCK_OUT = Step(Action.LOCK_OUT, failed=Reason.TOO_MANY_FAILURES)

EXPIRED = Step(Action.END_SESSION, note=Reason.EXPIRED)
ENDED_BY_USER = Step(Action.END_SESSION, note=Reason.ENDED_BY_USER, detail=_another_device)
REPLACED = Step(Action.END_SESSION, note=Reason.REPLACED)
INVALID = Step(Action.END_SESSION, note=Reason.SESSION_INVALID)
PASSWORD_CHANGED = Step(Action.END_SESSION, note=Reason.PASSWORD_CHANGED, detail=_another_device)
ACCOUNT_SUSPENDED = Step(Action.END_SESSION, note=Reason.ACCOUNT_SUSPENDED, detail=_another_device)

CHANGE = Step(Action.CHANGE_PASSWORD)
CHANGE_WRONG = Step(Action.CHANGE_PASSWORD, failed=Reason.WRONG_PASSWORD)
CHANGE_INVALID = Step(Action.CHANGE_PASSWORD, failed=Reason.INVALID_INPUT)
LINK_SENT = Step(Action.RESET_PASSWORD, note=Reason.LINK_REQUESTED)
LINK_INVALID = Step(Action.RESET_PASSWORD, failed=Reason.LINK_INVALID)
RESET = Step(Action.RESET_PASSWORD)
INVITATION = Step(Action.RESET_PASSWORD, note=Reason.INVITATION)
RESET_SUSPENDED = Step(Action.RESET_PASSWORD, failed=Reason.SUSPENDED)
RESET_PENDING = Step(Action.RESET_PASSWORD, failed=Reason.PENDING)
EMAIL_FAILED = Step(Action.RESET_PASSWORD, failed=Reason.EMAIL_FAILED)

VIEWED = Step(Action.VIEW, detail=view(DEFAULT), dated=True)
FAILURES_VIEWED = Step(Action.VIEW, detail=view(Preset.LAST_30_DAYS, 17, Status="Failure"), dated=True)
DOWNLOADED = Step(Action.VIEW, note=Reason.DOWNLOADED, detail=view(Preset.LAST_30_DAYS, 934), dated=True)
CUT_SHORT = Step(Action.VIEW, failed=Reason.CUT_SHORT, detail=view(Preset.LAST_30_DAYS, 212), dated=True)
VIEW_REFUSED = Step(Action.VIEW, failed=Reason.NO_PERMISSION, detail=_area(REPORT.title))
SETTINGS = Step(Action.VIEW, detail=_area("Sign-in settings"))
SETTINGS_EDITED = Step(Action.EDIT, detail=_idle_limit, dated=True)
SETTINGS_INVALID = Step(Action.EDIT, failed=Reason.INVALID_INPUT, detail=_area("Sign-in settings"))
PROFILE_EDITED = Step(Action.EDIT, detail=_time_zone)
PROFILE_INVALID = Step(Action.EDIT, failed=Reason.INVALID_INPUT, detail=_area("Profile"))

SWITCHED = Step(Action.VIEW, detail=_area("Switched from Initech to Globex"), record_of="globex")
GLOBEX_VIEWED = Step(Action.VIEW, detail=view(DEFAULT), dated=True, record_of="globex")


def journey(frequency: int, *moves: Step | Pause, allowed: Callable[[Person], bool] = lambda person: True) -> Journey:
    """Steps, each after the pause that stands before it, or AT_ONCE."""
    pause, paused = AT_ONCE, []
    for move in moves:
        if isinstance(move, Step):
            paused.append((pause, move))
            pause = AT_ONCE
        else:
            pause = move
    return Journey(frequency, tuple(paused), allowed)


def _may(permission: str) -> Callable[[Person], bool]:
    return lambda person: person.user.may(permission)


def _may_not_view(person: Person) -> bool:
    return person.user.tenant is not None and not person.user.may(VIEW)


def _of_initech(person: Person) -> bool:
    return person.user.tenant is not None and person.user.tenant.slug == "initech" and person.user.may(SWITCH_TENANT)


NEW_PASSWORD = (LINK_SENT, SOON, PASSWORD_CHANGED, SAME_REQUEST, RESET, LOG_IN)
JOURNEYS = (
    journey(30, LOG_IN, LATER, LOG_OUT),
    journey(26, LOG_IN),
    journey(14, EXPIRED, LOG_IN, LATER, LOG_OUT),
    journey(7, WRONG_PASSWORD, LOG_IN, LATER, LOG_OUT),
    journey(2, WRONG_PASSWORD, WRONG_PASSWORD, LOG_IN),
    journey(3, REPLACED, SAME_REQUEST, LOG_IN, LATER, LOG_OUT),
    journey(1, INVALID, SOON, LOG_IN, LATER, LOG_OUT),
    journey(2, LOG_IN, SOON, ENDED_BY_USER, LATER, LOG_OUT),
    journey(2, LOG_IN, SOON, PROFILE_EDITED, LATER, LOG_OUT),
    journey(1, LOG_IN, SOON, PROFILE_INVALID, PROFILE_EDITED, LATER, LOG_OUT),
    journey(1, WRONG_PASSWORD, WRONG_PASSWORD, *NEW_PASSWORD, LATER, LOG_OUT),
    journey(1, LOG_IN, SOON, PASSWORD_CHANGED, SAME_REQUEST, CHANGE, LATER, LOG_OUT),
    journey(1, LOG_IN, SOON, CHANGE_WRONG, CHANGE_INVALID, CHANGE, LATER, LOG_OUT),
    journey(2, LOG_IN, SOON, VIEW_REFUSED, LATER, LOG_OUT, allowed=_may_not_view),
    journey(16, LOG_IN, SOON, VIEWED, LATER, LOG_OUT, allowed=_may(VIEW)),
    journey(5, LOG_IN, SOON, VIEWED, FAILURES_VIEWED, allowed=_may(VIEW)),
    journey(3, LOG_IN, SOON, VIEWED, SOON, DOWNLOADED, LATER, LOG_OUT, allowed=_may(DOWNLOAD)),
    journey(3, LOG_IN, SOON, SETTINGS, LATER, LOG_OUT, allowed=_may(SIGN_IN_SETTINGS)),
    journey(1, LOG_IN, SOON, SETTINGS, SOON, SETTINGS_EDITED, allowed=_may(SIGN_IN_SETTINGS)),
    journey(12, LOG_IN, SOON, SWITCHED, GLOBEX_VIEWED, LATER, LOG_OUT, allowed=_of_initech),
)

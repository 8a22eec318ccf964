"""What people do in a journey, as text: the steps, and how long after each other. ``journeys.csv``: how common each is.

A step is an ``action``, followed by ``!reason`` (it failed) or ``=reason``, ``@detail``, and ``>tenant`` in whose
record it stands, where that is not the person's own. Between two steps stands a pause, or nothing (at once).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

from login_activity.report.declaration import REPORT, VIEW
from login_activity.vocabulary import Action, Reason
from wisely_security.reports.filtering.periods import DAYS, DEFAULT, Period, Preset
from wisely_security.reports.pages.keyset import PAGE_SIZE
from wisely_security.tenancy.forms.sign_in import SignInSettingsForm

from .. import read_table
from ..patterns import Person

STEP = re.compile(r"(?P<action>\w+)(!(?P<failed>\w+))?(=(?P<note>\w+))?(@(?P<detail>\w+))?(>(?P<record_of>\w+))?")
SAME_REQUEST = (0, 0)
# Seconds: at least, at most.
PAUSES = {"+": SAME_REQUEST, "soon": (40, 600), "later": (20 * 60, 5 * 3600), "20s": (20, 20), "40s": (40, 40)}
AT_ONCE = (3, 30)

AREAS = {
    "record": REPORT.title,
    "settings": "Sign-in settings",
    "profile": "Profile",
    "switched": "Switched from Initech to Globex",
}
# What a step of a second factor is about, as the recorder has it.
FACTORS: dict[str, dict[str, Any]] = {
    "app": {"factor": "Authenticator app “Phone”"},
    "passkey": {"factor": "Passkey “Laptop”"},
    "password": {"factor": "Password"},
    "codes": {"recovery codes": 10},
    "left": {"recovery codes left": 9},
    "new_app": {"factor": "Authenticator app “Authenticator app”"},
    "renamed": {"factor": "Authenticator app “Phone”", "changes": {"Name": ["Authenticator app", "Phone"]}},
    "both": {
        "factors": ["Authenticator app “Phone”", "Passkey “Laptop”"],
        "identity checked": "Called back on the number in our directory",
    },
}
# Views of a record, as its page records them: period, rows, filters.
VIEWS: dict[str, tuple[Preset, int, dict[str, str]]] = {
    "week": (DEFAULT, PAGE_SIZE, {}),
    "admin": (DEFAULT, PAGE_SIZE, {}),
    "failures": (Preset.LAST_30_DAYS, 17, {"Status": "Failure"}),
    "month": (Preset.LAST_30_DAYS, 934, {}),
    "part": (Preset.LAST_30_DAYS, 212, {}),
}


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One event, as the recorder gets it. ``device``: whose session ends, where not that of the person's last one."""

    action: Action
    failed: Reason | None = None
    note: Reason | None = None
    detail: str = ""
    record_of: str = ""
    typed: str = ""
    device: str = ""

    @property
    def opens_session(self) -> bool:
        return self.action is Action.LOG_IN and self.failed is None

    @property
    def is_in_session(self) -> bool:
        """Not of one that ends elsewhere, nor by a link."""
        by_link = self.action is Action.RESET_PASSWORD
        return not by_link and (self.action is not Action.END_SESSION or self.detail != "device")

    @property
    def sets_password(self) -> bool:
        changes = self.action in {Action.CHANGE_PASSWORD, Action.RESET_PASSWORD}
        return changes and self.failed is None and self.note is not Reason.LINK_REQUESTED

    @property
    def is_dated(self) -> bool:
        """Whether the detail depends on the day."""
        return self.detail in VIEWS or self.detail == "idle_limit"

    def details(self, person: Person | None, day: date) -> dict[str, Any] | None:
        """``day``: matters where the detail is dated."""
        if not self.detail or person is None:
            return None
        match self.detail:
            case "device":
                return {"device": self.device or person.stations[-1].device.label}
            case "time_zone":
                return {"area": "Profile", "changes": {"Time zone": ["UTC", person.user.time_zone]}}
            case "idle_limit":
                before, after = (240 * (1 + (day.day + turn) % 3) for turn in (0, 1))
                label = str(SignInSettingsForm.base_fields["session_idle_minutes"].label)
                return {"area": "Sign-in settings", "changes": {label: [before, after]}}
            case area if area in AREAS:
                return {"area": AREAS[area]}
            case about if about in FACTORS:
                return FACTORS[about]
        preset, rows, filters = VIEWS[self.detail]
        period = Period(day - timedelta(days=DAYS[preset] - 1), day, person.zone)
        area = "Django admin: login events" if self.detail == "admin" else REPORT.title
        return {"area": area, "filters": {"Period": str(period), **filters}, "rows": rows}


@dataclass(frozen=True, slots=True, eq=False)
class Journey:
    """``moves``: the pause before each step, and the step."""

    moves: tuple[tuple[tuple[float, float], Step], ...]
    stays_open: bool


@cache
def step(text: str) -> Step:
    if not (parts := STEP.fullmatch(text)):
        raise ValueError(f"{text!r} is no step.")
    failed, note = (Reason(parts[name]) if parts[name] else None for name in ("failed", "note"))
    return Step(Action(parts["action"]), failed, note, parts["detail"] or "", parts["record_of"] or "")


@cache
def journey(text: str) -> Journey:
    pause, moves = AT_ONCE, []
    for word in text.split():
        if word in PAUSES:
            pause = PAUSES[word]
        else:
            moves.append((pause, step(word)))
            pause = AT_ONCE
    steps = [step for _, step in moves]
    return Journey(tuple(moves), any(each.opens_session for each in steps) and steps[-1].action is not Action.LOG_OUT)


JOURNEYS = [(int(row["frequency"]), row["who"], journey(row["journey"])) for row in read_table("sign_ins/journeys.csv")]


def journeys_of(person: Person) -> tuple[list[Journey], list[int]]:
    """Those that somebody may make, and how often each is made, summed up."""
    user = person.user
    groups = {"everybody", *user.permission_keys}
    if user.tenant and not user.may(VIEW):
        groups.add("may not view")
    if user.enterprises:
        groups.add("manages enterprises")
    chosen = [(frequency, journey) for frequency, who, journey in JOURNEYS if who in groups]
    return [journey for _, journey in chosen], list(accumulate(frequency for frequency, _ in chosen))

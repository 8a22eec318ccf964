"""An aggregator's enterprises side by side: failed sign-ins, their trend, findings, the last sign-in.

Each number leads into the enterprise, by the switch that is recorded there; this page itself is recorded in each
enterprise's record, and in the aggregator's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from login_activity.report.declaration import VIEW as VIEW_SIGN_INS
from login_activity.report.declaration import path as page_of
from login_activity.sign_ins.recorder import record_in_each
from login_activity.vocabulary import Action
from wisely_security.core.request_context import acting_as, current
from wisely_security.core.text.folding import sort_key
from wisely_security.reports.filtering.periods import Period, Preset
from wisely_security.reports.views import SAME_VIEW_SECONDS
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.models.tenant import Edition
from wisely_security.tenancy.permissions import SWITCH_TENANT
from wisely_security.tenancy.sign_in import signals
from wisely_security.tenancy.views import menu
from wisely_security.tenancy.views.access import MemberView

from .. import permissions

AREA = "Enterprises"
DAYS = 7
FAILED = {"action": Action.LOG_IN.value, "status": "failure"}
SIGNED_IN = {"action": Action.LOG_IN.value, "status": "success"}
_VIEW_KEY = "enterprises"  # in the session: when they were viewed last


@dataclass(frozen=True, slots=True)
class Row:
    """``failures``: of each of 14 days, today the last; empty where the reader may not view Login Activity."""

    tenant: Tenant
    failures: list[int]
    signed_in_at: datetime | None
    findings: int

    @property
    def this_week(self) -> int:
        return sum(self.failures[DAYS:])

    @property
    def week_before(self) -> int:
        return sum(self.failures[:DAYS])

    @property
    def change(self) -> int:
        return self.this_week - self.week_before

    @property
    def trend(self) -> str:
        if self.change == 0:
            return "as before"
        return f"{abs(self.change):,} {'more' if self.change > 0 else 'fewer'}"

    @property
    def bars(self) -> list[tuple[int, float, float]]:
        """Of a small chart, 20 pixels high: left, top, height."""
        highest = max(self.failures, default=0)
        heights = [max(round(20 * number / highest, 1), 2) if number else 0 for number in self.failures]
        return [(6 * place, 20 - height, height) for place, height in enumerate(heights)]

    @property
    def urls(self) -> dict[str, str]:
        page = page_of(self.tenant)
        week = {"period": Preset.LAST_7_DAYS.value}
        found = {
            "page": f"{page}?{urlencode(week)}",
            "failures": f"{page}?{urlencode(week | FAILED)}",
            "trend": f"{page}?{urlencode({'period': Preset.LAST_15_DAYS.value} | FAILED)}",
            "findings": reverse("findings"),
        }
        if self.signed_in_at:
            day = timezone.localtime(self.signed_in_at).date().isoformat()
            days = {"period": Preset.CUSTOM.value, "from": day, "to": day}
            found["signed_in"] = f"{page}?{urlencode(days | SIGNED_IN)}"
        return found


@dataclass(frozen=True, slots=True)
class Column:
    """``key``: of the rows in order, the most urgent first; ``order``: what that is to a screen reader."""

    label: str
    key: Callable[[Row], Any]
    order: str = "descending"
    permission: str = SWITCH_TENANT


COLUMNS = {
    "name": Column("Enterprise", lambda row: 0, "ascending"),
    "failures": Column("Failed sign-ins", lambda row: -row.this_week, permission=VIEW_SIGN_INS),
    "trend": Column("Vs. week before", lambda row: -row.change, permission=VIEW_SIGN_INS),
    "findings": Column("Open findings", lambda row: (-row.findings, -row.this_week), permission=permissions.VIEW),
    "last": Column(
        "Last sign-in",
        lambda row: -(row.signed_in_at.timestamp() if row.signed_in_at else 0),
        permission=VIEW_SIGN_INS,
    ),
}
BY_DEFAULT = ("findings", "failures", "name")  # the first of them that the reader sees


class Enterprises(MemberView):
    """``?sort=``: one of the columns that the reader sees."""

    permission = SWITCH_TENANT
    area = AREA

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if user.tenant is None or user.tenant.edition != Edition.AGGREGATOR:
            raise Http404
        columns = {key: each for key, each in COLUMNS.items() if user.may(each.permission)}
        sort = request.GET.get("sort") or next(key for key in BY_DEFAULT if key in columns)
        if sort not in columns:
            raise Http404
        rows = sorted(_rows(user), key=lambda row: (columns[sort].key(row), sort_key(row.tenant.name)))
        self._record(user)
        headings = [(key, each.label, each.order if key == sort else "") for key, each in columns.items()]
        return render(request, "findings/enterprises.html", {"rows": rows, "headings": headings, "sees": columns})

    def _record(self, user: User) -> None:
        """In the record of each enterprise and the aggregator's. Again within ten minutes, it is the same view."""
        session = self.request.session
        if current().is_head or time.time() - session.get(_VIEW_KEY, 0) < SAME_VIEW_SECONDS:
            return
        session[_VIEW_KEY] = int(time.time())
        record_in_each(Action.VIEW, user, [each.pk for each in user.enterprises], {"area": AREA})
        signals.settings_viewed.send(type(self), user=user, tenant_id=user.tenant_id, area=AREA)


def _rows(user: User) -> list[Row]:
    read = _sign_ins(user) if user.may(VIEW_SIGN_INS) and user.enterprises else {}
    return [Row(each, *read.get(each.pk, ([], None)), each.open_findings) for each in user.enterprises]


def _sign_ins(user: User) -> dict[UUID, tuple[list[int], datetime | None]]:
    """By enterprise: failed sign-ins of each day, and the last sign-in."""
    zone, today = timezone.get_current_timezone(), timezone.localdate()
    days = [today + timedelta(days=number) for number in range(1 - 2 * DAYS, 2)]
    bounds = [Period(day, day, zone).start for day in days]
    with acting_as(tenant_id=user.tenant_id), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM findings_enterprises(%s, %s)", [user.tenant_id, bounds])
        return {tenant: (failures, signed_in_at) for tenant, failures, signed_in_at in cursor.fetchall()}


menu.add(
    menu.SECURITY,
    AREA,
    icon="building-office-2",
    permission=SWITCH_TENANT,
    url=lambda tenant: reverse("enterprises"),
    edition=Edition.AGGREGATOR,
)

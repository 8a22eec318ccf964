"""The events that a finding rests on, as its page shows them, and the links to them on the pages of the records."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from wisely_security.reports.declaration import Report
from wisely_security.tenancy.models import Tenant, User

from ..engine import store
from ..models import Finding

REPORTS = {report.key: report for report in (LOGIN_ACTIVITY, AUDIT_TRAIL)}
MOST_SHOWN = 50


class Evidence(NamedTuple):
    """``events``: the first ones, with the addresses of their pages. ``number``: of those that are kept.
    ``missing``: of the shown ones, how many the record no longer holds."""

    report: Report
    url: str
    number: int
    events: list[tuple[Any, str]]
    missing: int

    @property
    def has_counted(self) -> bool:
        """Whether one of the shown events stands for several attempts."""
        return any(getattr(event, "times", 1) > 1 for event, _ in self.events)

    @property
    def more(self) -> int:
        return self.number - len(self.events) - self.missing


def evidence(finding: Finding, tenant: Tenant, reader: User) -> list[Evidence]:
    """By record, of those that the reader may view."""
    found = store.events_of(finding)
    return [
        _of_record(REPORTS[record], finding, ids, tenant)
        for record, ids in found.items()
        if reader.may(REPORTS[record].view_permission)
    ]


def _of_record(report: Report, finding: Finding, ids: list[UUID], tenant: Tenant) -> Evidence:
    path, shown = report.path(tenant), ids[:MOST_SHOWN]
    events = report.model.objects.for_tenant(tenant.pk).filter(id__in=shown).order_by("id")
    rows = [(event, f"{path}{event.pk}/") for event in events]
    return Evidence(report, records_url(report, finding, tenant), len(ids), rows, len(shown) - len(rows))


def records_url(report: Report, finding: Finding, tenant: Tenant) -> str:
    """The record's page with the events of a finding."""
    days = [timezone.localtime(moment).date().isoformat() for moment in (finding.first_at, finding.last_at)]
    query = {"period": "custom", "from": days[0], "to": days[1], "finding": str(finding.pk)}
    return f"{report.path(tenant)}?{urlencode(query)}"

"""A colleague who may download both records, saved views, and reports that are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from tests.support.cast import Cast, add_member, person
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.scheduled_reports.models import ReportRecipient, SavedView, ScheduledReport
from wisely_security.tenancy.models import Tenant, User

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
FAILURES = ["period=last-month", "status=failure"]


def admin(cast: Cast, name: str = "Ann Archer") -> User:
    return add_member(cast.acme, "admin", person(name, f"{name.split()[0].lower()}@acme.example"))


def a_view(tenant: Tenant, owner: User | None = None, **fields: Any) -> SavedView:
    given = {"name": "Failures", "parameters": FAILURES, "owner": owner, "is_shared": owner is None}
    return make(SavedView, tenant, **{**given, **fields})


def a_report(cast: Cast, *recipients: User, **fields: Any) -> ScheduledReport:
    """Due for a minute. To Alice, where nobody else is named."""
    view = fields.pop("view", None) or a_view(cast.acme, name=f"View of {fields.get('name', 'Weekly')}")
    given = {"name": "Weekly", "view": view, "next_run_at": timezone.now() - timedelta(minutes=1), **fields}
    report = make(ScheduledReport, cast.acme, **given)
    for user in recipients or [cast.alice]:
        make(ReportRecipient, cast.acme, report=report, user=user)
    return report


def again(report: ScheduledReport) -> ScheduledReport:
    """As the database has it now."""
    with acting_as(tenant_id=report.tenant_id):
        return ScheduledReport.objects.get(pk=report.pk)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

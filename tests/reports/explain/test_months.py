"""A period reads exactly the months that its days touch in the reader's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.months.partitions import add_months

from .plans import reads

PAGES: dict[str, type[LoginEvent] | type[AuditEvent]] = {
    "/settings/identity-access/login-activity/": LoginEvent,
    "/settings/security/audit-trail/": AuditEvent,
}


def months(model: type[LoginEvent] | type[AuditEvent], first: date, last: date, zone: ZoneInfo) -> set[str]:
    begins = datetime.combine(first, time.min, zone).astimezone(UTC)
    ends = datetime.combine(last + timedelta(days=1), time.min, zone).astimezone(UTC) - timedelta(microseconds=1)
    return {f"{model._meta.db_table}_{moment:%Y_%m}" for moment in (begins, ends)}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Kolkata", "America/New_York", "Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
)
def test_the_first_and_the_last_days_of_months(alice: Client, cast: Cast, path: str, zone: str) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        cast.alice.time_zone = zone
        cast.alice.save()
    today = timezone.now().date()
    for month in (add_months(today, number) for number in (-2, -1, 0, 1)):
        for first, last in (
            (month, month),
            (month - timedelta(days=1), month - timedelta(days=1)),
            (month - timedelta(days=1), month),
            (month, add_months(month, 1) - timedelta(days=1)),
        ):
            query = {"period": "custom", "from": first.isoformat(), "to": last.isoformat()}
            read, *_ = reads(lambda: alice.get(path, query), tenant_id=cast.acme.pk)  # noqa: B023
            # Where a period has no match, the latest one is looked for in all months (reports/views.py).
            assert read.partitions == months(PAGES[path], first, last, ZoneInfo(zone)), query

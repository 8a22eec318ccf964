"""When a report is due: moments in the company's time zone.

At a local time that a change of clocks skips, it is due at the moment of the change; at one that comes twice, the first
time. In a month without the chosen day, on its last day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from wisely_security.tenancy.models.time_zones import zone_named
from wisely_security.workspace.modules.business_profile import BusinessProfile

from ..models import Frequency, ScheduledReport

FARTHEST = 32  # days from one moment to the next
DEFAULT_ZONE = "UTC"


def zone_of(tenant_id: UUID) -> ZoneInfo:
    """The time zone in the company's business profile; UTC where it has none yet."""
    found = BusinessProfile.objects.filter(tenant=tenant_id).values_list("time_zone", flat=True).first()
    return zone_named(found or DEFAULT_ZONE)


def next_due(report: ScheduledReport, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after that one."""
    return next(moment for moment in _moments(report, after, zone, 1) if moment > after)


def latest_due(report: ScheduledReport, until: datetime, zone: ZoneInfo) -> datetime:
    """The last moment up to that one."""
    return next(moment for moment in _moments(report, until, zone, -1) if moment <= until)


def _moments(report: ScheduledReport, around: datetime, zone: ZoneInfo, step: int) -> Iterator[datetime]:
    """Forwards or backwards, beginning a day on the other side."""
    today = around.astimezone(zone).date()
    for days in range(-1, FARTHEST + 1):
        day = today + timedelta(days=days * step)
        if _is_day_of(report, day):
            yield datetime.combine(day, time.fromisoformat(report.at), zone).astimezone(UTC)


def _is_day_of(report: ScheduledReport, day: date) -> bool:
    match report.frequency:
        case Frequency.WEEKLY:
            return day.isoweekday() == report.weekday
        case Frequency.MONTHLY:
            return day.day == min(report.day, monthrange(day.year, day.month)[1])
    return True


def plan(report: ScheduledReport, now: datetime) -> None:
    """Set when it runs next; what was due while it was paused is not made up for. Not saved."""
    report.next_run_at = next_due(report, now, zone_of(report.tenant_id)) if report.is_active else None


def profile_saved(instance: BusinessProfile, **_: Any) -> None:
    """The company's time zone may have changed, and with it the moments to come."""
    now = timezone.now()
    for report in ScheduledReport.objects.filter(tenant=instance.tenant_id, is_active=True, next_run_at__gt=now):
        plan(report, now)
        report.save(update_fields=["next_run_at"])


def in_words(report: ScheduledReport) -> str:
    """``Every month on day 31, 07:00``."""
    match report.frequency:
        case Frequency.WEEKLY:
            return f"Every {report.get_weekday_display()}, {report.at}"
        case Frequency.MONTHLY:
            return f"Every month on day {report.day}, {report.at}"
    return f"Every day, {report.at}"

"""Periods: whole days in the viewer's time zone, turned into the moments between which events are read.

"Last 7 days" is today and the six days before it; "This month" ends today. A custom period includes both its days. A
day on which clocks change is 23 or 25 hours long (23½ or 24½ on Lord Howe); a midnight that does not exist is the
moment the clocks were put forward.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db import models
from django.utils import timezone


class Preset(models.TextChoices):
    TODAY = "today", "Today"
    LAST_7_DAYS = "7d", "Last 7 days"
    LAST_15_DAYS = "15d", "Last 15 days"
    LAST_30_DAYS = "30d", "Last 30 days"
    LAST_90_DAYS = "90d", "Last 90 days"
    THIS_MONTH = "month", "This month"
    LAST_MONTH = "last-month", "Last month"
    CUSTOM = "custom", "Custom dates"


DAYS = {
    Preset.TODAY: 1,
    Preset.LAST_7_DAYS: 7,
    Preset.LAST_15_DAYS: 15,
    Preset.LAST_30_DAYS: 30,
    Preset.LAST_90_DAYS: 90,
}
DEFAULT = Preset.LAST_7_DAYS
# Ids count from 1970 and dates end in 9999; a year less at either end leaves room for every time zone.
FIRST_YEAR, LAST_YEAR = 1971, 9998


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment of ``first`` up to the last of ``last``, in ``zone``."""

    first: date
    last: date
    zone: tzinfo

    @classmethod
    def preset(cls, preset: Preset, *, now: datetime | None = None, zone: tzinfo | None = None) -> Period:
        zone = zone or timezone.get_current_timezone()
        today = (now or timezone.now()).astimezone(zone).date()
        match preset:
            case Preset.THIS_MONTH:
                return cls(today.replace(day=1), today, zone)
            case Preset.LAST_MONTH:
                last = today.replace(day=1) - timedelta(days=1)
                return cls(last.replace(day=1), last, zone)
        return cls(today - timedelta(days=DAYS[preset] - 1), today, zone)

    @property
    def start(self) -> datetime:
        """The first moment of the period."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after the period."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.first:%-d %b %Y}"
        return f"{self.first:%-d %b %Y} to {self.last:%-d %b %Y}"


def _midnight(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day. Python maps a midnight in a gap to the offset before it, which is that very moment.

    In UTC, because Python finds local times on a change of clocks equal to no other and counts hours by the clock.
    """
    return datetime.combine(day, time.min, zone).astimezone(UTC)

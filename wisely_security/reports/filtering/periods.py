"""Periods: whole days in the viewer's time zone, turned into the moments between which events are read.

"Last 7 days" is today and the six days before it; "This month" ends today. A custom period includes both its days, and
may begin and end within them, at a minute: it includes both minutes. A day on which clocks change is 23 or 25 hours
long (23½ or 24½ on Lord Howe); a time that does not exist is the moment the clocks were put forward; of a time that is
there twice, a period begins at the first and ends with the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

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
WITHOUT_DAYS = frozenset(Preset.values) - {Preset.CUSTOM.value}  # whatever "from" and "to" are beside them
SECOND, MINUTE, LAST_MINUTE = timedelta(seconds=1), timedelta(minutes=1), time(23, 59)
# Ids count from 1970 and dates end in 9999; a year less at either end leaves room for every time zone.
FIRST_YEAR, LAST_YEAR = 1971, 9998


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment of ``first`` up to the last of ``last``, in ``zone``. ``starts`` and ``ends``: times of
    those days, to the minute, where it is not all of them."""

    first: date
    last: date
    zone: tzinfo
    starts: time | None = None
    ends: time | None = None

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
        return _moment(self.first, self.starts or time.min, self.zone, fold=0)

    @property
    def end(self) -> datetime:
        """The first moment after the period."""
        if self.ends is None:
            return _moment(self.last + timedelta(days=1), time.min, self.zone, fold=0)
        end = _moment(self.last, self.ends, self.zone, fold=1)
        return end + MINUTE if end.astimezone(self.zone).time() == self.ends else end

    @property
    def is_whole_days(self) -> bool:
        return self.starts is None and self.ends is None

    @property
    def bounds(self) -> tuple[tuple[date, time | None], tuple[date, time | None]]:
        return (self.first, self.starts), (self.last, self.ends)

    def __str__(self) -> str:
        first, last = (f"{day:%-d %b %Y}" for day in (self.first, self.last))
        if self.is_whole_days:
            return first if self.first == self.last else f"{first} to {last}"
        starts, ends = f"{self.starts or time.min:%H:%M}", f"{self.ends or LAST_MINUTE:%H:%M}"
        return f"{first}, {starts} to {ends if self.first == self.last else f'{last}, {ends}'}"


def around(moment: datetime, span: timedelta) -> dict[str, str]:
    """The parameters of the minutes from so long before a moment to so long after it, as far as now."""
    ends = (moment - span, max(moment, min(moment + span, timezone.now())))
    starts, until = (f"{timezone.localtime(end):%Y-%m-%dT%H:%M}" for end in ends)
    return {"period": Preset.CUSTOM.value, "from": starts, "to": until}


@lru_cache(maxsize=2048)  # a chart asks for those of all its bars again and again
def _moment(day: date, at: time, zone: tzinfo, *, fold: int) -> datetime:
    """A local time as a moment. ``fold``: which of two, where the clocks are put back.

    In UTC, because Python finds local times on a change of clocks equal to no other and counts hours by the clock.
    """
    local = datetime.combine(day, at, zone)
    first, second = (local.replace(fold=each).astimezone(UTC) for each in (0, 1))
    if first <= second:
        return second if fold else first
    # Of a time that does not exist, Python says two with the offsets before and after: the change lies between them.
    before = second.astimezone(zone).utcoffset()
    while first - second > SECOND:
        middle = second + (first - second) // SECOND // 2 * SECOND
        if middle.astimezone(zone).utcoffset() == before:
            second = middle
        else:
            first = middle
    return first

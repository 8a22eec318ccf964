"""The period of a run: whole days that are over, in the company's time zone, so no event is left out or comes twice.

A period that would include the day of the run ends the day before: "Today" is yesterday, "Last 7 days" the seven days
before, "This month" on the 1st the month that has ended. "Last month" is the month before that of the run. Custom dates
stay as they are; without an end, it is the day before.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wisely_security.reports.filtering.periods import Period, Preset

from ..saved_views.parameters import DATES, PERIOD

DAY = timedelta(days=1)


def frozen(parameters: Iterable[str], preset: Preset, due_at: datetime, zone: ZoneInfo) -> list[str]:
    """The parameters with dates in place of a relative period. ``preset``: the one that they say."""
    today = due_at.astimezone(zone).date()
    if preset == Preset.CUSTOM:
        dates = [each for each in parameters if each.partition("=")[0] in DATES]
        if not any(each.startswith("to=") for each in dates):
            first = date.fromisoformat(next(each for each in dates if each.startswith("from="))[len("from=") :][:10])
            dates.append(f"to={max(first, today - DAY)}")
    else:
        as_of = today if preset == Preset.LAST_MONTH else today - DAY
        during = Period.preset(preset, now=datetime.combine(as_of, time(12), zone), zone=zone)
        dates = [f"from={during.first}", f"to={during.last}"]
    others = [each for each in parameters if each.partition("=")[0] not in {PERIOD, *DATES}]
    return [f"{PERIOD}={Preset.CUSTOM.value}", *dates, *others]


def before(period: Period) -> Period:
    """The period before, to compare with: of a whole month the month before, otherwise as many days, at these times."""
    last = period.first - DAY
    months_last = monthrange(period.last.year, period.last.month)[1]
    if period.first.day == 1 and (period.first.month, period.last.day) == (period.last.month, months_last):
        return Period(last.replace(day=1), last, period.zone)
    return Period(last - (period.last - period.first), last, period.zone, period.starts, period.ends)

"""The bars of a period, in the viewer's time zone, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import Enum
from math import ceil, log10
from typing import Any
from zlib import crc32

from django.utils import timezone

from wisely_security.ledger.derived.rollup import Count
from wisely_security.ledger.months.partitions import add_months

from ..filtering.periods import MINUTE, Period, Preset

MOST_BARS = 92
MOST_LABELS = 8


class Unit(Enum):
    """What a bar is."""

    MINUTE = "minute"
    QUARTER = "15 minutes"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Bar:
    """From ``start`` up to, not including, ``end``. ``first`` and ``last``: its days, in ``zone``. ``axis``: its name,
    as short as there is room for it; ``name``: in full."""

    start: datetime
    end: datetime
    first: date
    last: date
    zone: tzinfo
    axis: str
    name: str

    @property
    def query(self) -> dict[str, str]:
        """The period that is this bar's: its days, or the minutes that it begins and ends with."""
        days = Period(self.first, self.last, self.zone)
        ends: list[Any] = [self.first, self.last]
        if (self.start, self.end) != (days.start, days.end):
            ends = [f"{moment.astimezone(self.zone):{MINUTES}}" for moment in (self.start, self.end - MINUTE)]
        return {"period": Preset.CUSTOM.value, "from": str(ends[0]), "to": str(ends[1])}


MINUTES = "%Y-%m-%dT%H:%M"
STEPS = {Unit.MINUTE: MINUTE, Unit.QUARTER: timedelta(minutes=15), Unit.HOUR: timedelta(hours=1)}
# How much of a day there may be for bars of a length.
WITHIN_A_DAY = {Unit.MINUTE: timedelta(minutes=75), Unit.QUARTER: timedelta(hours=8), Unit.HOUR: timedelta.max}


def bars_of(period: Period) -> tuple[Unit, list[Bar]]:
    """Hours for one day, minutes for some of its hours; otherwise days, or longer units if there is no room for so many
    bars.

    No bar lies in the future, but for the rest of today. A day that never was (30 December 2011 on Samoa) is a bar of
    no length.
    """
    last = min(period.last, max(period.first, timezone.now().astimezone(period.zone).date()))
    if period.first == last:
        day = period if last == period.last else Period(last, last, period.zone)
        unit = next(unit for unit, longest in WITHIN_A_DAY.items() if day.end - day.start <= longest)
        if steps := list(_steps(day, unit)):
            return unit, steps
    days = (last - period.first).days + 1
    if days <= MOST_BARS:
        unit = Unit.DAY
    elif days <= 7 * MOST_BARS - 7:
        unit = Unit.WEEK
    elif days <= 30 * MOST_BARS - 30:
        unit = Unit.MONTH
    else:
        unit = Unit.YEAR
    bars = [_bar(unit, Period(*span, period.zone)) for span in _spans(unit, period.first, last)]
    bars[0] = replace(bars[0], start=period.start)
    if last == period.last:
        bars[-1] = replace(bars[-1], end=period.end)
    return unit, bars


def _steps(day: Period, unit: Unit) -> Iterator[Bar]:
    """Of hours: on a day on which clocks change there is one more, or one less. The first ends where the clock shows a
    full one."""
    start, length = day.start, STEPS[unit]
    while start < day.end:
        past = timedelta(minutes=start.astimezone(day.zone).minute) % length
        end = min(start - past + length, day.end)
        from_, to = (f"{moment.astimezone(day.zone):%H:%M}" for moment in (start, end))
        yield Bar(start, end, day.first, day.last, day.zone, from_, f"{from_} to {to}")
        start = end


def _spans(unit: Unit, first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        following = _NEXT[unit](first)
        yield first, min(following - timedelta(days=1), last)
        first = following


_NEXT: dict[Unit, Callable[[date], date]] = {
    Unit.DAY: lambda day: day + timedelta(days=1),
    Unit.WEEK: lambda day: day + timedelta(days=7 - day.weekday()),  # the next Monday
    Unit.MONTH: lambda day: add_months(day, 1),
    Unit.YEAR: lambda day: date(day.year + 1, 1, 1),
}
_AXIS = {Unit.DAY: "%-d %b", Unit.WEEK: "%-d %b", Unit.MONTH: "%b %Y", Unit.YEAR: "%Y"}


def _bar(unit: Unit, span: Period) -> Bar:
    name = f"{span.first:%A, %-d %b %Y}" if unit is Unit.DAY else str(span)
    return Bar(span.start, span.end, span.first, span.last, span.zone, f"{span.first:{_AXIS[unit]}}", name)


@dataclass(frozen=True, slots=True)
class Column:
    """A bar as it is drawn: lengths across in per cent of the chart, lengths up in pixels."""

    count: Count
    name: str
    axis: str
    query: dict[str, str]
    url: str
    left: float
    slot: float
    middle: float
    bar_left: float
    bar_width: float
    success_top: float
    success_height: float
    failure_top: float
    failure_height: float
    label: str  # "", "first" (also where there is little room), "second"

    @property
    def tip_side(self) -> str:
        """Where its description stands: over the bar, or at the edge that it would reach beyond."""
        return "start" if self.middle < TIP_ROOM else "end" if self.middle > 100 - TIP_ROOM else "middle"

    @property
    def tip_left(self) -> float:
        return {"start": self.bar_left, "end": round(self.bar_left + self.bar_width, 3)}.get(self.tip_side, self.middle)

    @property
    def description(self) -> str:
        description = f"{self.name}: {number_of_events(self.count.events)}"
        return f"{description}, {self.count.failures:,} failed" if self.count.failures else description

    @property
    def numbers(self) -> list[str]:
        return [f"{number:,}" for number in (self.count.events, self.count.successes, self.count.failures)]


# Pixels from the top: a line of text, the highest bar, the ground. A line of text below.
TOP, GROUND = 20, 100
WIDEST_BAR = 5.0
THINNEST = 2.0  # one failure among thousands is seen
TIP_ROOM = 30  # per cent that a description may take to either side


def columns(
    unit: Unit, bars: Sequence[Bar], counts: Sequence[Count], link: Callable[[Mapping[str, str]], str]
) -> list[Column]:
    """``link``: the page with the period of a bar."""
    highest = scale(counts)
    slot = 100 / len(bars)
    width = min(0.72 * slot, WIDEST_BAR)
    labels = _labels(unit, len(bars))

    def height(number: int) -> float:
        return round(max((GROUND - TOP) * number / highest, THINNEST), 1) if number else 0

    drawn = []
    for place, (bar, count) in enumerate(zip(bars, counts, strict=True)):
        middle = (place + 0.5) * slot
        success, failure = height(count.successes), height(count.failures)
        query = bar.query
        drawn.append(
            Column(
                count=count,
                name=bar.name,
                axis=bar.axis,
                query=query,
                url=link(query),
                left=round(place * slot, 3),
                slot=round(slot, 3),
                middle=round(middle, 3),
                bar_left=round(middle - width / 2, 3),
                bar_width=round(width, 3),
                success_top=round(GROUND - success, 1),
                success_height=success,
                failure_top=round(GROUND - success - failure - (1 if success and failure else 0), 1),
                failure_height=failure,
                label=labels[place],
            )
        )
    return drawn


def number_of_events(number: int) -> str:
    return f"{number:,} event{'' if number == 1 else 's'}"


def key(address: str) -> str:
    """Of the chart of a report's address: as long as it stays, so does the chart."""
    return f"{crc32(address.encode()):08x}"


def scale(counts: Sequence[Count]) -> int:
    """The number at the top of the chart: a round one, of which there is a half."""
    highest = max((count.events for count in counts), default=0)
    if highest <= 2:
        return 2
    power: int = 10 ** int(log10(highest))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= highest)


def _labels(unit: Unit, bars: int) -> list[str]:
    """Which bars are named below: of a day's from the first on, else back from the last."""
    step = ceil(bars / MOST_LABELS)
    numbers = range(bars) if unit in STEPS else range(bars - 1, -1, -1)
    return [("second" if number // step % 2 else "first") if number % step == 0 else "" for number in numbers]

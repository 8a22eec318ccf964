"""The bars of a period: whole days of the viewer, however long, without gaps or overlaps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from wisely_security.ledger.derived.rollup import Count
from wisely_security.reports.chart.charts import GROUND, MOST_BARS, TOP, Unit, bars_of, columns, scale
from wisely_security.reports.filtering.periods import Period

ZONES = ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]
NEWEST = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
        yield


def of(first: date, last: date, zone: str = "UTC") -> Period:
    return Period(first, last, ZoneInfo(zone))


@given(st.dates(date(1971, 1, 1), NEWEST), st.integers(0, 4000), st.sampled_from(ZONES))
def test_bars_cover_the_period_without_gaps(first: date, days: int, zone: str) -> None:
    period = of(first, min(first + timedelta(days=days), NEWEST), zone)
    _, bars = bars_of(period)
    assert (bars[0].start, bars[-1].end) == (period.start, period.end)
    assert all(one.end == other.start for one, other in pairwise(bars))
    assert all(bar.start < bar.end for bar in bars)
    assert len(bars) <= MOST_BARS


@given(st.dates(date(1980, 1, 1), NEWEST), st.sampled_from(ZONES))
def test_every_bar_begins_at_a_quarter_of_an_hour(day: date, zone: str) -> None:
    for period in (of(day, day, zone), of(day - timedelta(days=20), day, zone)):
        assert all(bar.start.timestamp() % 900 == 0 for bar in bars_of(period)[1])


@pytest.mark.parametrize(
    ("first", "last", "unit", "number"),
    [
        (date(2026, 11, 3), date(2026, 11, 3), Unit.HOUR, 24),
        (date(2026, 10, 25), date(2026, 11, 23), Unit.DAY, 30),
        (date(2026, 8, 24), date(2026, 11, 23), Unit.DAY, 92),
        (date(2026, 8, 23), date(2026, 11, 23), Unit.WEEK, 15),
        (date(2025, 10, 24), date(2026, 11, 23), Unit.WEEK, 58),
        (date(2024, 1, 1), date(2026, 11, 23), Unit.MONTH, 35),
        (date(1971, 1, 1), date(2026, 11, 23), Unit.YEAR, 56),
        (date(2026, 11, 23), date(9998, 12, 31), Unit.HOUR, 24),
        (date(2027, 1, 1), date(2027, 3, 31), Unit.HOUR, 24),
    ],
)
def test_a_bar_is_as_long_as_it_must_be(first: date, last: date, unit: Unit, number: int) -> None:
    found, bars = bars_of(of(first, last))
    assert (found, len(bars)) == (unit, number)


@pytest.mark.parametrize(
    ("starts", "ends", "unit", "number"),
    [
        (time(10, 0), time(10, 59), Unit.MINUTE, 60),
        (time(10, 20), time(13, 59), Unit.QUARTER, 15),
        (time(9, 30), time(19, 29), Unit.HOUR, 11),
    ],
)
def test_some_hours_of_a_day_have_bars_of_minutes(starts: time, ends: time, unit: Unit, number: int) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    period = Period(NEWEST, NEWEST, zone, starts, ends)
    found, bars = bars_of(period)
    assert (found, len(bars)) == (unit, number)
    assert (bars[0].start, bars[-1].end) == (period.start, period.end)
    begin = datetime.combine(NEWEST, starts)
    assert bars[0].query["from"] == f"{begin:%Y-%m-%dT%H:%M}"
    assert bars[-1].query["to"] == f"{datetime.combine(NEWEST, ends):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("day", "zone", "hours", "third"),
    [
        (date(2026, 3, 8), "America/New_York", 23, "03:00"),
        (date(2026, 11, 1), "America/New_York", 25, "01:00"),
        (date(2026, 4, 5), "Australia/Lord_Howe", 25, "01:30"),
        (date(2026, 11, 23), "Asia/Kathmandu", 24, "02:00"),
    ],
)
def test_a_day_on_which_clocks_change_has_the_hours_it_has(day: date, zone: str, hours: int, third: str) -> None:
    _, bars = bars_of(of(day, day, zone))
    assert len(bars) == hours
    assert bars[2].axis == third


def test_a_skipped_day_is_empty() -> None:
    """Samoa skipped 30 December 2011."""
    day = date(2011, 12, 30)
    unit, [bar] = bars_of(of(day, day, "Pacific/Apia"))
    assert (unit, bar.first, bar.end - bar.start) == (Unit.DAY, day, timedelta(0))


def test_weeks_begin_on_mondays_and_end_with_the_period() -> None:
    _, bars = bars_of(of(date(2026, 5, 6), date(2026, 11, 18)))
    assert (bars[0].first, bars[0].last) == (date(2026, 5, 6), date(2026, 5, 10))
    assert bars[1].first.weekday() == 0
    assert (bars[-1].first, bars[-1].last) == (date(2026, 11, 16), date(2026, 11, 18))
    assert bars[-1].name == "16 Nov 2026 to 18 Nov 2026"


@given(st.lists(st.builds(Count, st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=MOST_BARS))
def test_bars_fit_and_no_event_is_invisible(counts: list[Count]) -> None:
    top = scale(counts)
    assert max(count.events for count in counts) <= top
    assert top % 2 == 0
    _, bars = bars_of(of(NEWEST - timedelta(days=len(counts) - 1), NEWEST))
    if len(counts) == 1:
        return
    for drawn, count in zip(columns(Unit.DAY, bars, counts, lambda bar: ""), counts, strict=True):
        assert (drawn.success_height > 0, drawn.failure_height > 0) == (count.successes > 0, count.failures > 0)
        assert TOP - 5 <= drawn.failure_top <= GROUND
        assert 0 <= drawn.bar_left <= drawn.bar_left + drawn.bar_width <= 100.01

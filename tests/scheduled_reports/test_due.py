"""When reports are due, and which period they report."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisely_security.reports.filtering.periods import Period, Preset
from wisely_security.scheduled_reports.models import Frequency, ScheduledReport
from wisely_security.scheduled_reports.runs import period
from wisely_security.scheduled_reports.schedules import due

from .making import utc

BERLIN, KOLKATA, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Apia")


def schedule(frequency: str, *, at: str = "07:00", weekday: int = 1, day: int = 1) -> ScheduledReport:
    return ScheduledReport(frequency=frequency, at=at, weekday=weekday, day=day)


@pytest.mark.parametrize(
    ("report", "zone", "after", "expected"),
    [
        (schedule("daily"), KOLKATA, "2026-11-29T01:29", "2026-11-29T01:30"),
        (schedule("daily"), KOLKATA, "2026-11-29T01:30", "2026-11-30T01:30"),
        (schedule("weekly", weekday=7), BERLIN, "2026-11-29T05:59", "2026-11-29T06:00"),
        (schedule("weekly", weekday=7), BERLIN, "2026-11-29T06:00", "2026-12-06T06:00"),
        (schedule("monthly", day=31), BERLIN, "2026-01-31T06:00", "2026-02-28T06:00"),
        (schedule("monthly", day=31), BERLIN, "2028-01-31T06:00", "2028-02-29T06:00"),
        (schedule("monthly", day=31), BERLIN, "2026-04-01T00:00", "2026-04-30T05:00"),
        # 02:00 is skipped on 29 March, and comes twice on 25 October.
        (schedule("daily", at="02:00"), BERLIN, "2026-03-28T02:00", "2026-03-29T01:00"),
        (schedule("daily", at="02:00"), BERLIN, "2026-03-29T01:00", "2026-03-30T00:00"),
        (schedule("daily", at="02:00"), BERLIN, "2026-10-24T12:00", "2026-10-25T00:00"),
        (schedule("daily", at="02:00"), BERLIN, "2026-10-25T00:00", "2026-10-26T01:00"),
    ],
)
def test_the_next_moment(report: ScheduledReport, zone: ZoneInfo, after: str, expected: str) -> None:
    assert due.next_due(report, utc(after), zone) == utc(expected)
    assert due.latest_due(report, utc(expected) + timedelta(seconds=1), zone) == utc(expected)


@given(
    st.builds(
        schedule,
        st.sampled_from(Frequency.values),
        at=st.sampled_from(["00:00", "02:00", "23:00"]),
        weekday=st.integers(1, 7),
        day=st.integers(1, 31),
    ),
    st.sampled_from([BERLIN, KOLKATA, APIA, ZoneInfo("Australia/Lord_Howe")]),
    st.datetimes(utc("2011-01-01T00:00").replace(tzinfo=None), utc("2040-01-01T00:00").replace(tzinfo=None)),
)
def test_there_is_always_one_next_moment_and_one_before_it(report: ScheduledReport, zone: ZoneInfo, now) -> None:
    now = utc(now.isoformat())
    following = due.next_due(report, now, zone)
    assert now < following <= now + timedelta(days=32)
    last = due.latest_due(report, now, zone)
    assert last <= now
    assert due.next_due(report, last, zone) == following


@pytest.mark.parametrize(
    ("preset", "at", "expected"),
    [
        (Preset.TODAY, "2026-11-29T01:30", ("2026-11-28", "2026-11-28")),
        (Preset.LAST_7_DAYS, "2026-11-29T01:30", ("2026-11-22", "2026-11-28")),
        (Preset.THIS_MONTH, "2026-12-01T01:30", ("2026-11-01", "2026-11-30")),
        (Preset.THIS_MONTH, "2026-12-15T01:30", ("2026-12-01", "2026-12-14")),
        (Preset.LAST_MONTH, "2026-12-01T01:30", ("2026-11-01", "2026-11-30")),
        (Preset.LAST_MONTH, "2026-12-31T20:00", ("2026-12-01", "2026-12-31")),  # 1 January in Kolkata
    ],
)
def test_a_period_is_of_whole_days_that_are_over(preset: Preset, at: str, expected: tuple[str, str]) -> None:
    frozen = period.frozen([f"period={preset}", "status=failure"], preset, utc(at), KOLKATA)
    assert frozen == ["period=custom", f"from={expected[0]}", f"to={expected[1]}", "status=failure"]


def test_custom_dates_stay_and_end_the_day_before_where_they_are_open() -> None:
    at = utc("2026-11-29T01:30")
    whole = ["from=2026-10-05", "to=2026-10-09", "q=x"]
    assert period.frozen(whole, Preset.CUSTOM, at, KOLKATA) == ["period=custom", *whole]
    opened = period.frozen(["from=2026-10-05"], Preset.CUSTOM, at, KOLKATA)
    assert opened == ["period=custom", "from=2026-10-05", "to=2026-11-28"]
    assert period.frozen(["from=2026-11-29"], Preset.CUSTOM, at, KOLKATA)[-1] == "to=2026-11-29"
    timed = period.frozen(["from=2026-10-05T08:00"], Preset.CUSTOM, at, KOLKATA)
    assert timed == ["period=custom", "from=2026-10-05T08:00", "to=2026-11-28"]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-11-22", "2026-11-28", ("2026-11-15", "2026-11-21")),
        ("2026-11-01", "2026-11-29", ("2026-10-03", "2026-10-31")),
    ],
)
def test_it_is_compared_with_the_period_before(first: str, last: str, expected: tuple[str, str]) -> None:
    earlier = period.before(Period(date.fromisoformat(first), date.fromisoformat(last), BERLIN))
    assert (str(earlier.first), str(earlier.last)) == expected


def test_times_of_a_period_are_those_of_the_one_before() -> None:
    office = Period(date(2026, 11, 24), date(2026, 11, 25), BERLIN, time(8), time(17, 30))
    assert str(period.before(office)) == "22 Nov 2026, 08:00 to 23 Nov 2026, 17:30"

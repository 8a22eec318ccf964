"""Which events a period contains: whole days of the viewer, in every time zone, however long the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from login_activity.models import LoginEvent
from tests.support.cast import Cast, sign_in
from tests.support.records import a_tenant, in_utc, put_at
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import first_id
from wisely_security.reports.filtering.periods import FIRST_YEAR, LAST_YEAR, Period, Preset

PAGE = "/settings/identity-access/login-activity/"
ZONES = sorted(available_timezones() - {"localtime"})
MICROSECOND = timedelta(microseconds=1)
days = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
recent_days = st.dates(date(1975, 1, 1), date(2037, 12, 31))


def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@pytest.mark.parametrize(
    ("name", "day", "start", "hours"),
    [
        ("UTC", date(2026, 3, 29), in_utc(2026, 3, 29), 24),
        ("America/New_York", date(2026, 3, 8), in_utc(2026, 3, 8, 5), 23),
        ("America/New_York", date(2026, 11, 1), in_utc(2026, 11, 1, 4), 25),
        ("Asia/Kolkata", date(2026, 3, 29), in_utc(2026, 3, 28, 18, 30), 24),
        ("Australia/Lord_Howe", date(2026, 10, 4), in_utc(2026, 10, 3, 13, 30), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), in_utc(2026, 4, 4, 13), 24.5),
        ("America/Havana", date(2024, 3, 10), in_utc(2024, 3, 10, 5), 23),  # begins at 01:00: there is no midnight
        ("America/Havana", date(2024, 11, 3), in_utc(2024, 11, 3, 4), 25),  # begins at the first of two midnights
        ("Asia/Beirut", date(2026, 3, 29), in_utc(2026, 3, 28, 22), 23),
        ("Asia/Beirut", date(2026, 10, 24), in_utc(2026, 10, 23, 21), 25),  # 23:00 comes twice
        ("Pacific/Apia", date(2011, 12, 30), in_utc(2011, 12, 30, 10), 0),  # a skipped day
    ],
)
def test_a_day_begins_at_its_first_moment_and_is_as_long_as_it_is(
    name: str, day: date, start: datetime, hours: float
) -> None:
    period = Period(day, day, zone(name))
    assert period.start == start
    assert period.end - period.start == timedelta(hours=hours)


@given(st.sampled_from(ZONES), recent_days)
def test_the_first_moment_is_of_the_day_and_the_one_before_is_not(name: str, day: date) -> None:
    first = Period(day, day, zone(name)).start
    assert first.astimezone(zone(name)).date() >= day  # later only where the day was skipped
    assert (first - MICROSECOND).astimezone(zone(name)).date() < day


@given(st.sampled_from(ZONES), days, days)
def test_periods_that_follow_each_other_leave_no_gap(name: str, one: date, other: date) -> None:
    first, last = min(one, other), max(one, other)
    middle = first + (last - first) // 2
    early, late = Period(first, middle, zone(name)), Period(middle + timedelta(days=1), last, zone(name))
    assert early.end == late.start
    assert early.start <= early.end <= late.end
    assert first_id(early.start) <= first_id(early.end) <= first_id(late.end)


@pytest.mark.parametrize(
    ("preset", "first"),
    [
        (Preset.TODAY, date(2026, 11, 1)),
        (Preset.LAST_7_DAYS, date(2026, 10, 26)),
        (Preset.LAST_15_DAYS, date(2026, 10, 18)),
        (Preset.LAST_30_DAYS, date(2026, 10, 3)),
        (Preset.LAST_90_DAYS, date(2026, 8, 4)),
        (Preset.THIS_MONTH, date(2026, 11, 1)),
    ],
)
def test_a_preset_ends_with_the_viewers_today(preset: Preset, first: date) -> None:
    now = in_utc(2026, 11, 2, 3, 30)  # still the first of November in New York, and the longest day of its year
    period = Period.preset(preset, now=now, zone=zone("America/New_York"))
    assert (period.first, period.last) == (first, date(2026, 11, 1))
    assert period.start <= now < period.end


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        (in_utc(2026, 11, 2, 3, 30), date(2026, 10, 1), date(2026, 10, 31)),  # the first of November in New York
        (in_utc(2026, 11, 1, 3, 30), date(2026, 9, 1), date(2026, 9, 30)),  # still October there
        (in_utc(2027, 1, 31, 12), date(2026, 12, 1), date(2026, 12, 31)),
        (in_utc(2028, 3, 31, 12), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_last_month_is_the_whole_month_before_the_viewers(now: datetime, first: date, last: date) -> None:
    period = Period.preset(Preset.LAST_MONTH, now=now, zone=zone("America/New_York"))
    assert (period.first, period.last) == (first, last)


@pytest.mark.django_db
@given(st.integers(min_value=0, max_value=int(in_utc(9999, 12, 30).timestamp() * 1_000_000)), st.sampled_from(ZONES))
def test_python_and_sql_agree_on_the_first_id_of_a_moment(microseconds: int, name: str) -> None:
    moment = (in_utc(1970, 1, 1) + timedelta(microseconds=microseconds)).astimezone(zone(name))
    assert sql_first_id(moment) == str(first_id(moment))


def sql_first_id(moment: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_first_id(%s)::text", [moment])
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("name", ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "UTC"])
def test_the_last_microsecond_is_in_and_the_next_day_is_out(committed: None, name: str) -> None:
    tenant = a_tenant()
    period = Period(date(2026, 10, 4), date(2026, 11, 1), zone(name))
    before = put_at(tenant, period.start - MICROSECOND)
    inside = [put_at(tenant, period.start), put_at(tenant, period.end - MICROSECOND)]
    after = put_at(tenant, period.end)
    with acting_as(tenant_id=tenant):
        found = LoginEvent.objects.for_tenant(tenant).during(period.start, period.end).order_by("id")
        assert [event.id for event in found] == inside
        assert LoginEvent.objects.for_tenant(tenant).filter(id__in=[before, after]).count() == 2


@pytest.mark.parametrize("query", ["from=1971-01-01&to=9998-12-31", "from=9998-12-31", "period=custom&from=2026-01-01"])
@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "Etc/GMT+12", "UTC"])
def test_every_day_between_the_limits_can_be_asked_for(cast: Cast, query: str, name: str) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        cast.alice.time_zone = name
        cast.alice.save()
    assert sign_in(cast.alice).get(f"{PAGE}?{query}").status_code == 200


@pytest.mark.parametrize(
    ("name", "first", "last", "start", "end"),
    [
        ("UTC", (1, 9, 30), (1, 9, 30), in_utc(2026, 11, 1, 9, 30), in_utc(2026, 11, 1, 9, 31)),
        ("Asia/Kolkata", (1, 0, 0), (2, 23, 59), in_utc(2026, 10, 31, 18, 30), in_utc(2026, 11, 2, 18, 30)),
        # 01:00 to 01:59 is there twice on that day.
        ("America/New_York", (1, 1, 30), (1, 1, 30), in_utc(2026, 11, 1, 5, 30), in_utc(2026, 11, 1, 6, 31)),
        ("America/New_York", (1, 0, 59), (1, 2, 0), in_utc(2026, 11, 1, 4, 59), in_utc(2026, 11, 1, 7, 1)),
    ],
)
def test_times_are_included_to_the_minute(
    name: str, first: tuple[int, int, int], last: tuple[int, int, int], start: datetime, end: datetime
) -> None:
    days = date(2026, 11, first[0]), date(2026, 11, last[0])
    period = Period(*days, zone(name), time(first[1], first[2]), time(last[1], last[2]))
    assert (period.start, period.end) == (start, end)


def test_a_time_that_is_skipped_is_the_moment_of_the_change() -> None:
    day, change = date(2026, 3, 29), in_utc(2026, 3, 29, 1)
    berlin = zone("Europe/Berlin")
    assert Period(day, day, berlin, time(2, 30), None).start == change
    assert Period(day, day, berlin, None, time(2, 30)).end == change
    assert Period(day, day, berlin, time(1, 59), time(3, 0)).end == change + timedelta(minutes=1)


@given(st.sampled_from(ZONES), recent_days, st.times(), st.times())
def test_a_minute_holds_exactly_the_moments_that_clocks_show_it(name: str, day: date, at: time, shown: time) -> None:
    at = at.replace(second=0, microsecond=0)
    period = Period(day, day, zone(name), at, at)
    for fold in (0, 1):
        moment = datetime.combine(day, shown.replace(hour=at.hour, minute=at.minute), zone(name)).replace(fold=fold)
        local = moment.astimezone(UTC).astimezone(zone(name))
        if local.replace(tzinfo=None, fold=0) == moment.replace(tzinfo=None, fold=0):  # there is such a time
            assert period.start <= moment.astimezone(UTC) < period.end


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ({"from": "2026-11-01T09:30", "to": "2026-11-01T10:00"}, "1 Nov 2026, 09:30 to 10:00"),
        ({"from": "2026-11-01", "from_time": "09:30", "to": "2026-11-02"}, "1 Nov 2026, 09:30 to 2 Nov 2026, 23:59"),
        ({"from": "2026-11-01T10:00", "to": "2026-11-01T09:59"}, None),
        ({"from": "2026-11-01T25:00", "to": "2026-11-02"}, None),
        ({"from": "2026-11-01T10", "to": "2026-11-02"}, None),
    ],
)
def test_a_page_takes_times(alice: Client, query: dict[str, str], label: str | None) -> None:
    page = alice.get(PAGE, query)
    if label is None:
        assert page.status_code == 400
    else:
        assert str(page.context["form"].cleaned_data["during"]) == label
        assert "from=2026-11-01T09:30" in page.context["chart_url"]
        assert page.context["form"]["from_time"].value() == "09:30"

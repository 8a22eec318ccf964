"""Page, filter, chart and download agree on the time of an event, in every zone, on every day that clocks change."""

from __future__ import annotations

import struct
import zoneinfo
from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from psycopg2 import sql

from tests.support.cast import Cast, sign_in
from tests.support.downloads.csv_files import read_csv
from tests.support.records import in_utc, put_at
from tests.support.servers.web_server import ROOT
from wisely_security.core.request_context import acting_as
from wisely_security.reports.filtering.local_time import local_time, spans
from wisely_security.reports.filtering.periods import FIRST_YEAR, Period
from wisely_security.reports.filtering.periods import LAST_YEAR as LAST_YEAR_ASKED
from wisely_security.tenancy.models.time_zones import time_zones

LAST_YEAR = 2039
PAGE = "/settings/identity-access/login-activity/"
DAY = timedelta(days=1)
MILLISECOND = timedelta(milliseconds=1)
HEADER = struct.Struct(">4sc15x6l")  # of a file of the package tzdata: RFC 8536


def zone_file(name: str) -> bytes:
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def changes(name: str, first_year: int, last_year: int) -> list[datetime]:
    """Of a zone's clocks, between two years: those in the table of its file, and those that its rule makes after that.
    A second opinion on what the site finds."""
    begin, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    table, rule = _table_and_rule(zone_file(name))
    found = [at for each in table if begin <= (at := datetime.fromtimestamp(each, UTC)) < end]
    if b"," in rule:  # from when to when clocks are put forward, each year: for months
        zone, day = ZoneInfo(name), found[-1] + timedelta(hours=1)
        while day < end:
            following = day + timedelta(days=28)
            if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
                found.append(_between(day, following, zone))
            day = following
    return found


def _table_and_rule(data: bytes) -> tuple[tuple[int, ...], bytes]:
    """Those of the second part of a file, which has 64 bits for each moment."""
    second = HEADER.size + _length(data, 0, 4)
    times = HEADER.unpack_from(data, second)[5]
    end = second + HEADER.size + _length(data, second, 8)
    return struct.unpack_from(f">{times}q", data, second + HEADER.size), data[end:]


def _length(data: bytes, start: int, size: int) -> int:
    _, _, utc, standard, leaps, times, types, letters = HEADER.unpack_from(data, start)
    return int(times * (size + 1) + types * 6 + letters + leaps * (size + 4) + standard + utc)


def _between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    old = before.astimezone(zone).utcoffset()
    quarter = timedelta(minutes=15)
    first = before.replace(minute=0, second=0)
    quarters = range(1, (after - first) // quarter + 2)
    number = bisect_left(quarters, True, key=lambda each: (first + each * quarter).astimezone(zone).utcoffset() != old)
    return first + quarters[number] * quarter


def in_sql(moments: Iterable[datetime], period: Period) -> list[str]:
    """Times as in a download."""
    with connection.cursor() as cursor:
        statement = sql.SQL("SELECT {} FROM unnest(%s) WITH ORDINALITY AS event (occurred_at, n) ORDER BY n")
        cursor.execute(statement.format(local_time("occurred_at", period)).as_string(cursor.cursor), [list(moments)])
        return [text for (text,) in cursor.fetchall()]


def in_python(moments: Iterable[datetime], zone: ZoneInfo) -> list[str]:
    """Times as on the page."""
    return [moment.astimezone(zone).isoformat(timespec="milliseconds") for moment in moments]


def test_zones_are_those_of_the_pinned_package_whatever_the_machine_has() -> None:
    assert zoneinfo.TZPATH == ()
    assert set(time_zones()) < set(files("tzdata").joinpath("zones").read_text().split())
    assert f"tzdata=={version('tzdata')}" in (ROOT / "requirements.txt").read_text().splitlines()


def one_of_each_kind() -> list[str]:
    """The zones that people choose from, without those that are others by another name."""
    return list({zone_file(name): name for name in time_zones()}.values())


@pytest.mark.django_db
def test_every_zone_on_every_day_on_which_clocks_change() -> None:
    for name in one_of_each_kind():
        zone = ZoneInfo(name)
        period = Period(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31), zone)
        moments = [period.start, period.end - MILLISECOND]
        for change in changes(name, FIRST_YEAR, LAST_YEAR):
            moments += [change - MILLISECOND, change]
            day = change.astimezone(zone).date()
            for each in (day - DAY, day, day + DAY):
                moments += [(midnight := Period(each, each, zone).start) - MILLISECOND, midnight]
        assert in_sql(moments, period) == in_python(moments, zone), name


@pytest.mark.parametrize("name", ["UTC", "Asia/Kolkata", "America/Vancouver"])
def test_a_period_without_a_change_has_one_offset(name: str) -> None:
    period = Period(date(2027, 1, 1), date(2027, 12, 31), ZoneInfo(name))
    assert len(spans(period)) == 1


def test_all_years_that_can_be_asked_for_are_a_short_statement() -> None:
    period = Period(date(FIRST_YEAR, 1, 1), date(LAST_YEAR_ASKED, 12, 31), ZoneInfo("America/New_York"))
    assert len(spans(period)) < 400


class TestVancouver:
    """Its clocks have stood still since March 2026; PostgreSQL on many machines puts them back in November."""

    @pytest.fixture
    def alice(self, committed_cast: Cast) -> Client:
        with acting_as(tenant_id=committed_cast.acme.pk):
            committed_cast.alice.time_zone = "America/Vancouver"
            committed_cast.alice.save()
        return sign_in(committed_cast.alice)

    def test_page_and_download_of_a_day_hold_its_events_at_the_same_times(
        self, alice: Client, committed_cast: Cast
    ) -> None:
        acme, first, after = committed_cast.acme.pk, in_utc(2026, 11, 24, 7), in_utc(2026, 11, 25, 7)
        inside = [first, in_utc(2026, 11, 24, 18, 39, 42), after - MILLISECOND]
        for moment in [first - MILLISECOND, *inside, after]:
            put_at(acme, moment)
        day = {"from": "2026-11-24", "to": "2026-11-24"}
        page = alice.get(PAGE, day)
        rows = read_csv(alice.get(f"{PAGE}download/", day).getvalue())
        texts = ["2026-11-24T23:59:59.999-07:00", "2026-11-24T11:39:42.000-07:00", "2026-11-24T00:00:00.000-07:00"]
        assert [row[1] for row in rows] == texts
        assert [event.iso for event in page.context["events"]] == texts
        assert {event.day for event in page.context["events"]} == {"24 Nov 2026"}
        exact = alice.get(page.context["events"][1].url).content.decode()
        assert texts[1] in exact

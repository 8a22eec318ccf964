"""The download has the page's values, in a file that all programs read alike and none takes for a formula."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from login_activity.models import LoginEvent
from login_activity.report.tables import LoginActivityTable
from tests.support.cast import Cast, sign_in
from tests.support.downloads.csv_files import (
    BOM,
    EVENT_ID,
    HEADER,
    SEPARATORS,
    SIGNS,
    harmless,
    is_trimmed,
    original,
    read_csv,
    row_of,
)
from tests.support.hostile import hostile, hostile_rows
from tests.support.records import a_tenant, append_many, append_rows, in_utc, put_at
from wisely_security.core.request_context import RequestContext, acting_as
from wisely_security.reports.download.csv_export import CsvExport
from wisely_security.reports.download.formulas import disarm
from wisely_security.reports.filtering.periods import FIRST_YEAR, Period
from wisely_security.reports.table.columns import copy_statement, header

PAGE = "/settings/identity-access/login-activity/"
DOWNLOAD = f"{PAGE}download/"
KOLKATA = ZoneInfo("Asia/Kolkata")
Events = Callable[..., list[LoginEvent]]


def newest_first(tenant: UUID) -> list[LoginEvent]:
    with acting_as(tenant_id=tenant):
        return list(LoginEvent.objects.for_tenant(tenant).newest_first())


def export(tenant: UUID, time_zone: str = "UTC") -> bytes:
    """The whole record of a tenant."""
    counted: list[int] = []
    events = LoginEvent.objects.for_tenant(tenant)
    during = Period(date(FIRST_YEAR, 1, 1), date(2099, 12, 31), ZoneInfo(time_zone))
    download = CsvExport(
        context=RequestContext(tenant_id=tenant),
        header=header(LoginActivityTable),
        statement=copy_statement(LoginActivityTable, events, during),
        finished=counted.append,
        cut_short=lambda rows: pytest.fail(f"cut short after {rows} rows"),
    )
    body = b"".join(download)
    assert counted == [len(newest_first(tenant))]
    return body


def body_of(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def ids_of(page: Any) -> list[str]:
    return [event.url.rstrip("/").rpartition("/")[2] for event in page.context["events"]]


@settings(max_examples=50)
@given(rows=hostile_rows)
def test_strict_parsers_read_what_was_recorded(committed: None, rows: list[dict[str, Any]]) -> None:
    tenant = a_tenant()
    if rows:
        append_rows(tenant, rows)
    body = export(tenant, "Asia/Kolkata")
    assert read_csv(body) == [row_of(event, KOLKATA) for event in newest_first(tenant)]


BEFORE_A_FORMULA = ["", *SEPARATORS, "; ", '";', "x;\u00a0", "\n\u2003'", "\ufeff"]
FORMULAS = [f"{before}{sign}1+1" for before in BEFORE_A_FORMULA for sign in SIGNS]
INNOCENT = [
    *("a=1", "1-1", "(1)", "~", "", "\\=1", "é", "（1）", "Anne-Marie", "x@y.example", "SM-G991B", "a - b", "C++"),
    *("1 = 1", "12345678-1234-7123-8123-123456789012", "2001:db8::7", "'", "''", "→", " – ", "https://x.example/?a=-1"),
]


def test_formulas_are_disarmed_wherever_a_cell_may_begin_and_nothing_else(committed: None) -> None:
    tenant = a_tenant()
    append_rows(tenant, [{"user_name": text} for text in [*FORMULAS, *INNOCENT]])
    names = [row[0] for row in read_csv(export(tenant))][::-1]
    assert names[len(FORMULAS) :] == INNOCENT
    for name, text in zip(names, FORMULAS, strict=False):
        assert name.endswith("'" + text[-4:])
        assert original(name) == text


@given(st.lists(hostile))
def test_disarmed_texts_can_be_restored_and_nothing_is_disarmed_twice_over(texts: list[str]) -> None:
    assert [original(harmless(text)) for text in texts] == texts
    assert [disarm(text.encode()).decode() for text in texts] == [harmless(text) for text in texts]


def test_invisible_characters_do_not_hide_a_formula() -> None:
    unseen = [char for char in map(chr, range(sys.maxunicode + 1)) if is_trimmed(char) and char not in SEPARATORS]
    assert len(unseen) > 4_000
    rows = "\n".join(f"x;{char}=1" for char in unseen)
    assert disarm(rows.encode()).decode() == "\n".join(f"x;{char}'=1" for char in unseen)


def test_lines_end_as_in_the_rfc_and_nothing_else_is_rewritten(committed: None) -> None:
    tenant = a_tenant()
    append_rows(tenant, [{"user_name": "one\ntwo", "user_agent": 'a"b'}])
    body = export(tenant)
    assert body.count(b"\r\n") == 2
    assert body.split(b"\r\n", 1)[1].startswith(b'"one\ntwo",')
    assert b'"a""b"' in body


@pytest.mark.parametrize(
    "zone", ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu"]
)
def test_times_carry_the_offset_of_the_readers_zone_at_that_moment(committed: None, zone: str) -> None:
    tenant = a_tenant()
    for month in range(1, 13):
        put_at(tenant, in_utc(2026, month, 1) + timedelta(hours=month, milliseconds=1))
    put_at(tenant, in_utc(2026, 11, 1, 5, 59, 59))  # the two sides of the hour that comes twice in New York
    put_at(tenant, in_utc(2026, 11, 1, 6))
    expected = [row_of(event, ZoneInfo(zone))[1] for event in newest_first(tenant)]
    assert [row[1] for row in read_csv(export(tenant, zone))] == expected


def test_the_columns_keep_their_places(committed_cast: Cast) -> None:
    body = body_of(sign_in(committed_cast.alice).get(DOWNLOAD))
    assert body.startswith(BOM + HEADER.encode() + b"\r\n")
    assert HEADER.startswith(
        "Name,Date & Time,IP Address,Device Type,Geo Location,Status,Action,Reason,E-mail,User Known,Done By,Browser,"
        "System,Country Code,User Agent,Area,Details,Session,Request ID,Event ID"
    ), "people's programs read columns by their place: a new one stands last in login_activity/report/tables.py"


def test_the_download_is_what_the_page_shows_on_all_its_pages(committed_cast: Cast, events: Events) -> None:
    acme = committed_cast.acme.pk
    append_many(acme, 70, place="Pune, India")
    append_many(acme, 60, status="failure", reason="wrong_password")
    append_many(committed_cast.globex.pk, 5, place="Pune, India")
    alice = sign_in(committed_cast.alice)
    for query in ({"action": "log_in"}, {"status": "Failure"}, {"q": "pune", "action": "Log in", "period": "Today"}):
        page = alice.get(PAGE, query)
        download = read_csv(body_of(alice.get(page.context["download_url"])))
        seen = ids_of(page)
        while page.context["older_url"]:
            page = alice.get(page.context["older_url"])
            seen += ids_of(page)
        assert [row[EVENT_ID] for row in download] == seen
        known = {str(event.id): event for event in events(committed_cast.acme)}
        assert download == [row_of(known[event_id], KOLKATA) for event_id in seen]


def test_an_empty_selection_is_a_header(committed_cast: Cast, events: Events) -> None:
    body = body_of(sign_in(committed_cast.alice).get(DOWNLOAD, {"q": "no such thing"}))
    assert body == BOM + HEADER.encode() + b"\r\n"
    assert events(committed_cast.acme, reason="downloaded")[0].detail["rows"] == 0


def test_the_file_names_its_tenant_and_is_not_cached(committed_cast: Cast) -> None:
    response = sign_in(committed_cast.alice).get(DOWNLOAD, {"from": "2026-11-01", "to": "2026-11-30"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == (
        'attachment; filename="acme-login-activity-2026-11-01-to-2026-11-30.csv"'
    )
    assert response["Cache-Control"] == "no-store"
    body_of(response)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"status": "failure", "q": "Pune, India"}, "search-pune-india-status-failure"),
        ({"q": "Zoë Brûlé"}, "search-zoe-brule"),
        ({"q": "山田 太郎"}, "search"),
        ({"q": '../"; x=\r\n'}, "search-x"),
        ({"q": "\u202egpj.exe"}, "search-gpj-exe"),
        ({"q": "x" * 200}, f"search-{'x' * 40}"),
        ({"user": "bob@acme.example"}, "user-bob-acme-example"),
    ],
)
def test_the_files_name_has_the_filters(committed_cast: Cast, query: dict[str, str], name: str) -> None:
    response = sign_in(committed_cast.alice).get(DOWNLOAD, {"from": "2026-11-01", "to": "2026-11-30", **query})
    expected = f"acme-login-activity-2026-11-01-to-2026-11-30-{name}.csv"
    assert response["Content-Disposition"] == f'attachment; filename="{expected}"'
    body_of(response)


def test_the_files_name_has_its_ending_however_many_filters_there_are(committed_cast: Cast) -> None:
    long = "x" * 200
    query = {
        "module": "templates",
        "actor": f"{'a' * 60}@{'b' * 60}.example",
        "action": "edit",
        "status": "failure",
        "q": long,
    }
    response = sign_in(committed_cast.alice).get("/settings/security/audit-trail/download/", query)
    name = response["Content-Disposition"].split('"')[1]
    assert len(name) < 200
    assert name.endswith(".csv")
    body_of(response)


def test_an_aggregator_downloads_what_it_views(committed_cast: Cast, events: Events) -> None:
    append_many(committed_cast.globex.pk, 3)
    erin = sign_in(committed_cast.erin)
    erin.post("/switch-tenant/", {"tenant": str(committed_cast.globex.pk)})
    rows = read_csv(body_of(erin.get(DOWNLOAD)))
    assert {row[0] for row in rows} >= {"Person 0", "Person 1", "Person 2"}
    [view] = events(committed_cast.globex, reason="downloaded")
    assert (view.user_name, view.detail["rows"]) == ("Erin Evans (Initech)", len(rows))

"""Each person chooses the columns of a record's page; details and downloads have them all."""

from __future__ import annotations

import csv
import re
from html import unescape
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from tests.audit_trail.records import put
from tests.support.cast import Cast, add_member, person, sign_in
from tests.support.records import append_many
from wisely_security.reports.declaration import Report
from wisely_security.reports.table.columns import header

PAGES = {
    LOGIN_ACTIVITY.key: "/settings/identity-access/login-activity/",
    AUDIT_TRAIL.key: "/settings/security/audit-trail/",
}
BOTH = pytest.mark.parametrize("report", [LOGIN_ACTIVITY, AUDIT_TRAIL], ids=lambda report: report.key)
PARTIAL = {"hx-request": "true", "hx-target": "results"}


def may_hide(report: Report) -> list[str]:
    return [column.name for column in report.columns if not column.stays]


def labels(report: Report, *without: str) -> list[str]:
    return [column.label for column in report.columns if column.name not in without]


def headings(page: str) -> list[str]:
    return re.findall(
        r'<th scope="col" class="column-\w+">(.+?)(?: <span class="zone">.+?</span>)?</th>', unescape(page)
    )


def cells(page: str) -> set[int]:
    """How many cells the rows have, without the one that opens a row."""
    return {row.count("<td") - 1 for row in re.findall(r'<tr class="event">(.+?)</tr>', page, re.DOTALL)}


def choose(browser: Client, report: Report, *names: str, **more: str) -> int:
    return browser.post(f"{PAGES[report.key]}columns/", {"column": names, **more}).status_code


@pytest.fixture(autouse=True)
def _events(committed_cast: Cast) -> None:
    append_many(committed_cast.acme.pk, 3)
    put(committed_cast.acme.pk, [{}])


@BOTH
def test_what_is_hidden_is_in_the_details_and_the_download(report: Report, committed_cast: Cast) -> None:
    alice, page = sign_in(committed_cast.alice), PAGES[report.key]
    carol = sign_in(add_member(committed_cast.acme, "admin", person("Carol Clark", "carol@acme.example")))
    full = alice.get(page)
    assert headings(full.content.decode()) == labels(report)
    event = full.context["events"][0]
    details = alice.get(event.url).content.decode()
    for hidden in may_hide(report):
        assert choose(alice, report, *(set(may_hide(report)) - {hidden})) == 302
        for headers in ({}, PARTIAL):
            shown = alice.get(page, headers=headers).content.decode()
            assert headings(shown) == labels(report, hidden)
            assert cells(shown) == {len(report.columns) - 1}
        assert f"Columns: {len(report.columns) - 1} of {len(report.columns)}" in shown
        assert set(re.findall(r'name="column" value="(\w+)" checked', shown)) == set(may_hide(report)) - {hidden}
    facts = re.compile(r"<dt>.+?</dd>", re.DOTALL)
    assert facts.findall(alice.get(event.url).content.decode()) == facts.findall(details) != []
    download = alice.get(f"{page}download/").getvalue().decode("utf-8-sig")
    first, *rows = csv.reader(StringIO(download))
    assert first == header(report.table)
    assert {len(row) for row in rows} == {len(first)}
    assert headings(carol.get(page).content.decode()) == labels(report)


@BOTH
def test_with_none_chosen_who_when_and_the_outcome_stay_until_all_are_shown(
    report: Report, committed_cast: Cast
) -> None:
    alice, page = sign_in(committed_cast.alice), PAGES[report.key]
    assert choose(alice, report) == 302
    first, *others = headings(alice.get(page).content.decode())
    assert (first, others) == (report.columns[0].label, ["Date & Time", "Status"])
    other = AUDIT_TRAIL if report is LOGIN_ACTIVITY else LOGIN_ACTIVITY
    assert headings(alice.get(PAGES[other.key]).content.decode()) == labels(other)
    assert choose(alice, report, all="1") == 302
    assert headings(alice.get(page).content.decode()) == labels(report)


def test_a_page_costs_no_more_statements(committed_cast: Cast) -> None:
    alice, page = sign_in(committed_cast.alice), PAGES[LOGIN_ACTIVITY.key]
    alice.get(page)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            alice.get(page)
        return len(captured)

    before = statements()
    choose(alice, LOGIN_ACTIVITY, "ip")
    assert statements() == before


def test_a_name_that_is_of_no_column_any_more_is_ignored(committed_cast: Cast) -> None:
    alice, page = sign_in(committed_cast.alice), PAGES[LOGIN_ACTIVITY.key]
    session = alice.session
    session["hidden_columns"] = {"login-activity": ["former", "status", "place"], "former": ["ip"]}
    session.save()
    assert headings(alice.get(page).content.decode()) == labels(LOGIN_ACTIVITY, "place")


def test_nonsense_is_refused_and_changes_nothing(committed_cast: Cast, events) -> None:
    alice, page = sign_in(committed_cast.alice), PAGES[LOGIN_ACTIVITY.key]
    url = f"{page}columns/"
    alice.get(page)
    before = len(events(committed_cast.acme))
    for name in ("former", "", "email", "status", "'; --"):  # of no column, of the downloads, always there
        refused = alice.post(url, {"column": ["ip", name]})
        assert refused.status_code == 400
        assert "This page has no such column to choose" in refused.content.decode()
    assert alice.get(url)["Location"] == page
    assert headings(alice.get(page).content.decode()) == labels(LOGIN_ACTIVITY)
    assert alice.post(url, {"next": f"{page}?status=failure&period=30d"})["Location"] == (
        f"{page}?status=failure&period=30d"
    )
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "/settings/users/"):
        assert alice.post(url, {"next": elsewhere})["Location"] == page
    assert len(events(committed_cast.acme)) == before

"""The strip above the rows: who, from where and why most often, and today against the usual."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from tests.audit_trail.records import put
from tests.support.cast import Cast, sign_in
from tests.support.records import append_many, append_rows, put_at
from tests.support.statements import at_most
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.derived.rollup import Count
from wisely_security.ledger.vocabulary import Status
from wisely_security.reports.strip import tops
from wisely_security.reports.strip.usual import Usual, asked, today

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
FAILED = {"status": "failure", "reason": "wrong_password"}
BY_A_SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def acme(cast: Cast, alice: Client) -> Client:
    """Bob's account was tried from the Netherlands, somebody unknown once from India; others have nothing to do with
    it."""
    bob = {"user_id": cast.bob.pk, "user_name": "Bob Brown", "user_email": cast.bob.email}
    attack = {"ip": "213.136.8.4", "country": "NL", **FAILED}
    append_rows(cast.acme.pk, [*[bob | attack] * 4, FAILED | {"reason": "unknown_user"}])
    append_many(cast.acme.pk, 7)
    append_many(cast.globex.pk, 9, **FAILED)
    return alice


def listed(page: object) -> dict[str, list[tuple[str, int]]]:
    return {each.title: [(value.label, value.number) for value in each.values] for each in page.context["tops"]}  # type: ignore[attr-defined]


def test_failures_by_whom_from_where_and_why(acme: Client) -> None:
    assert listed(acme.get(LOGIN_ACTIVITY)) == {
        "People": [("Bob Brown", 4), ("Somebody", 1)],
        "Addresses": [("213.136.8.4", 4), ("203.0.113.7", 1)],
        "Countries": [("Netherlands", 4), ("India", 1)],
        "Reasons": [("Wrong password", 4), ("Unknown user", 1)],
    }


def test_each_leads_to_as_many_events(acme: Client) -> None:
    for each in acme.get(LOGIN_ACTIVITY).context["tops"]:
        for value in each.values:
            assert len(acme.get(value.url).context["events"]) == value.number, value


def test_filters_hold_for_them(acme: Client) -> None:
    for query in ({"country": "NL"}, {"q": "213.136.8.4"}):
        page = acme.get(LOGIN_ACTIVITY, query)
        if "q" in query:  # what is searched for is counted after the page
            assert "tops" not in page.context
            page = acme.get(f"{LOGIN_ACTIVITY}chart/", query, headers=BY_A_SCRIPT)
        assert listed(page)["People"] == [("Bob Brown", 4)]
        assert listed(page)["Reasons"] == [("Wrong password", 4)]
    assert listed(acme.get(LOGIN_ACTIVITY, {"status": "success", "action": "log_in"}))["Addresses"][0][1] >= 7


def test_of_many_events_they_come_after_the_page(acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = listed(acme.get(LOGIN_ACTIVITY))
    monkeypatch.setattr(tops, "MOST_READ", 4)
    page = acme.get(LOGIN_ACTIVITY)
    assert "tops" not in page.context
    assert "Counting people" in page.content.decode()
    assert 'id="has-tops"' not in page.content.decode()
    assert listed(acme.get(page.context["chart_url"], headers=BY_A_SCRIPT)) == at_once


@pytest.mark.parametrize("most", [tops.MOST_READ, 0])
@pytest.mark.parametrize("path", [LOGIN_ACTIVITY, AUDIT_TRAIL])
def test_what_the_chart_brings_has_its_place_on_the_page(
    acme: Client, cast: Cast, path: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is filtered, and whether or not tops are counted with the page."""
    put(cast.acme.pk, [{}, {"status": "failure", "reason_code": "conflict", "reason": "Changed meanwhile."}])
    monkeypatch.setattr(tops, "MOST_READ", most)
    person = "user" if path == LOGIN_ACTIVITY else "actor"
    filtered = [{}, {"status": "success"}, {"status": "-failure"}, {"q": "bob"}, {"q": "nowhere"}, {"finding": "any"}]
    people = [{person: str(each.pk)} for each in (cast.alice, cast.bob)]
    today = f"{timezone.localdate(timezone=ZoneInfo(cast.alice.time_zone))}"
    times = [{"from": f"{today}T00:07"}, {"from": today, "to": f"{today}T23:52"}]
    asked = 0
    for query in (*filtered, *people, {person: f"-{cast.bob.pk}"}, *times):
        page = acme.get(path, query)
        html = page.content.decode()
        for asking in re.findall(r'<\w+ class="chart-(?:more|link)"[^>]*>', html):
            asked += 1
            by = BY_A_SCRIPT | ({"HX-Trigger": "has-tops"} if 'id="has-tops"' in asking else {})
            answer = acme.get(page.context["chart_url"], headers=by).content.decode()
            for target in re.findall(r'hx-swap-oob="innerHTML:#([^"]+)"', answer):
                assert f'id="{target}"' in html, (query, target)
    assert asked > len(filtered)


def test_the_audit_trail_has_its_most_active(cast: Cast, alice: Client) -> None:
    put(cast.globex.pk, [{}])
    put(cast.acme.pk, [*[{}] * 3, {"status": "failure", "reason_code": "conflict", "reason": "Changed meanwhile."}])
    page = alice.get(AUDIT_TRAIL)
    found = listed(page)
    assert ("Business Group", 4) in found["Modules"]
    assert [number for _, number in found["Reasons of failures"]] == [1]
    for each in page.context["tops"]:
        for value in each.values:
            assert len(alice.get(value.url).context["events"]) == value.number, value


def test_a_page_with_its_numbers_stays_within_eight_statements(acme: Client) -> None:
    for path in (LOGIN_ACTIVITY, AUDIT_TRAIL):
        with at_most(8):
            page = acme.get(path)
        assert page.context["chart"]["columns"]


def test_whoever_is_new_reads_nothing_alarming(cast: Cast) -> None:
    body = unescape(sign_in(cast.alice).get(AUDIT_TRAIL, {"period": "today"}).content.decode())
    assert "Nothing unusual" in body
    assert "today;" not in body


ATTACKS = Usual("failed sign-in", "failed sign-ins", status=Status.FAILURE, much=10)


class TestToday:
    def test_is_compared_with_the_same_time_of_four_weeks(self) -> None:
        with timezone.override("Asia/Kolkata"):
            bounds = asked(ATTACKS, datetime(2026, 11, 23, 4, 31, tzinfo=UTC)).bounds  # 10:01 there
        starts, ends = bounds[::2], bounds[1::2]
        assert starts == [
            datetime(2026, 11, 22, 18, 30, tzinfo=UTC) - timedelta(weeks=weeks) for weeks in (4, 3, 2, 1, 0)
        ]
        assert {end - start for start, end in zip(starts, ends, strict=True)} == {timedelta(hours=10, minutes=15)}

    @pytest.mark.parametrize(
        ("before", "now", "sentence", "is_much"),
        [
            ([6, 4, 9, 7], 41, "41 failed sign-ins today; usually 7 by this hour.", True),
            ([6, 4, 9, 7], 20, "20 failed sign-ins today; usually 7 by this hour.", False),
            ([0, 0, 0, 0], 1, "1 failed sign-in today; usually none by this hour.", False),
            ([0, 0, 0, 0], 10, "10 failed sign-ins today; usually none by this hour.", True),
            ([3, 3, 3, 3], 3, "3 failed sign-ins today, as usual.", False),
            ([0, 1, 0, 0], 0, "No failed sign-ins today, as usual.", False),
        ],
    )
    def test_in_a_sentence(self, before: list[int], now: int, sentence: str, is_much: bool) -> None:
        counts = [count for number in before for count in (Count(1, number), Count())] + [Count(0, now)]
        assert today(ATTACKS, counts) == (sentence, is_much)

    def test_where_the_record_is_younger_nothing_is_said(self) -> None:
        assert today(ATTACKS, [Count()] * 3 + [Count(5, 5)] * 6) is None

    def test_is_right_before_and_after_events_are_projected(self, committed_cast: Cast) -> None:
        now = timezone.now()
        acme = committed_cast.acme.pk
        for weeks, failures in {1: 2, 2: 2, 3: 2, 4: 2}.items():
            for number in range(failures):
                put_at(acme, now - timedelta(weeks=weeks, seconds=number), **FAILED)
        append_many(acme, 11, **FAILED)
        alice = sign_in(committed_cast.alice)
        before = alice.get(LOGIN_ACTIVITY).context["today"]
        project()
        assert alice.get(LOGIN_ACTIVITY).context["today"] == before
        assert before == ("11 failed sign-ins today; usually 2 by this hour.", True)
        assert alice.get(LOGIN_ACTIVITY, {"period": "last-month"}).context["today"] is None

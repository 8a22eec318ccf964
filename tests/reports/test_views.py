"""Views in Login Activity: runs of them are one row that opens, and a switch hides them, by a filter like any other."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.findings.making import new_country
from tests.support.cast import Cast, sign_in
from tests.support.records import append_rows

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
VIEW: dict[str, Any] = {"action": "view", "detail": '{"area": "Findings"}'}


@pytest.fixture
def acme(cast: Cast, alice: Client) -> Client:
    """Bob signs in and views 5 pages; meanwhile somebody else views one; then 3 more, of which one failed."""
    bob: dict[str, Any] = {
        "user_id": cast.bob.pk,
        "user_name": "Bob Brown",
        "user_email": cast.bob.email,
        "session": "b0b",
    }
    failed = {"status": "failure", "reason": "no_permission"}
    rows = [bob, *[bob | VIEW] * 5, VIEW, bob | VIEW, bob | VIEW, bob | VIEW | failed]
    append_rows(cast.acme.pk, rows)
    return alice


def groups(page: str) -> list[str]:
    return [" ".join(words.split()) for words in re.findall(r'<span class="group-words">(.*?)</span>', page)]


def test_a_run_of_them_is_one_row(acme: Client) -> None:
    page = unescape(acme.get(LOGIN_ACTIVITY).content.decode())
    assert groups(page) == ["and 1 more view:", "and 4 more views:"]
    assert re.findall(r"View × (\d+)", page) == ["2", "5"]
    assert groups(acme.get(LOGIN_ACTIVITY, {"action": "view"}).content.decode()) == []


def test_a_marked_one_stays_by_itself(cast: Cast) -> None:
    new_country(cast.bob)
    marked = [row for row in sign_in(cast.alice).get(LOGIN_ACTIVITY).context["events"] if row.mark]
    assert [(row.more, row.ends_group) for row in marked] == [(0, False)]


def test_a_switch_hides_them_everywhere_and_says_how_many(acme: Client) -> None:
    acme.get(LOGIN_ACTIVITY)  # a view, which is recorded
    page = acme.get(LOGIN_ACTIVITY)
    number = sum(row.event.action_label == "View" for row in page.context["events"])
    assert page.context["views"]["words"] == f"{number} views"
    without = acme.get(page.context["views"]["url"])
    assert not any(row.event.action_label == "View" for row in without.context["events"])
    assert f"{number + 1} views hidden." in without.content.decode()  # this one, too, is one
    assert without.context["chart"]["total"].split()[0] == str(len(without.context["events"]))
    assert without.context["views"]["url"] == f"{LOGIN_ACTIVITY}?"
    assert [chip["value"] for chip in without.context["chips"]] == ["not View"]
    assert "action=-view" in without.context["download_url"]


@pytest.mark.parametrize("query", [{"action": "log_in"}, {"q": "bob"}, {"period": "last-month"}])
def test_nothing_is_said_where_there_is_nothing_to_hide(acme: Client, query: dict[str, str]) -> None:
    assert not acme.get(LOGIN_ACTIVITY, query).context["views"]

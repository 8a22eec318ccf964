"""Filtering, with scripts (only the results are fetched) and without (the form and the links alone)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from .picking import expect_picked, option, pick, picker
from .reading import (
    LOGIN_ACTIVITY,
    between,
    days_ago,
    expect_all_to_agree,
    expect_only_results_replaced,
    expect_rows,
    mark,
    row_of,
    rows,
)

pytestmark = pytest.mark.long

FIRST, LAST = days_ago(20), days_ago(15)


@pytest.fixture
def past(site):
    """What Alice, in Kolkata, sees of those days."""
    return site.events(site.cast.acme, FIRST, LAST, "Asia/Kolkata")


@pytest.mark.parametrize(
    ("label", "choice", "parameter", "matches"),
    [
        ("Status", "Failure", "status=failure", lambda event: event.status == "failure"),
        ("Action", "Lock out", "action=lock_out", lambda event: event.action == "lock_out"),
        ("Device", "iPhone", "device=iphone", lambda event: event.device_kind == "iphone"),
        ("Country", "India", "country=IN", lambda event: event.country == "IN"),
        (
            "User",
            "Alice Adams (alice@acme.example)",
            "user=[0-9a-f-]{36}",
            lambda event: event.user_email == "alice@acme.example",
        ),
    ],
    ids=["status", "action", "device", "country", "user"],
)
def test_a_choice_refreshes_the_results_alone(visit, site, past, label, choice, parameter, matches) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    expect_rows(page, past)
    mark(page)
    picker(page, label).locator("summary").click()
    option(page, label, choice).check()
    expect(page).to_have_url(re.compile(rf"[?&]{parameter}(&|$)"))
    expect_rows(page, [event for event in past if matches(event)])
    expect_only_results_replaced(page)
    expect(option(page, label, choice)).to_be_focused()
    expect_picked(page, label, choice)
    expect(page.get_by_role("list", name="Active filters").get_by_role("link")).to_contain_text(f"{label}: {choice}")


def test_free_text_filters_while_it_is_typed(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    mark(page)
    search = page.get_by_role("searchbox")
    search.press_sequentially("pixel 8")
    expect(page).to_have_url(re.compile("q=pixel(\\+|%20)8"))
    expect_rows(page, [event for event in past if "Pixel 8" in event.device])
    expect_only_results_replaced(page)
    expect(search).to_be_focused()
    expect(search).to_have_value("pixel 8")


def test_what_is_typed_while_an_answer_arrives_is_asked_for_too(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    held: list[Route] = []
    page.route(re.compile(r"/\?.*q=pixel$"), lambda route: held.append(route))
    search = page.get_by_role("searchbox")
    with page.expect_request(re.compile("q=pixel$")):
        search.press_sequentially("pixel")
    search.press_sequentially(" 8")
    held[0].continue_()
    expect(page).to_have_url(re.compile("q=pixel(\\+|%20)8"))
    expect_rows(page, [event for event in past if "Pixel 8" in event.device])


def test_without_scripts_the_form_does_the_same(visit, site, past) -> None:
    page = visit(site.cast.alice, java_script_enabled=False)
    page.goto(LOGIN_ACTIVITY)
    page.get_by_role("radio", name="Custom dates").check()
    page.get_by_label("From", exact=True).fill(str(FIRST))
    page.get_by_label("to", exact=True).fill(str(LAST))
    pick(page, "Status", "Failure")
    page.get_by_role("searchbox").fill("wrong password")
    page.get_by_role("button", name="Apply").first.click()
    expect_rows(page, [event for event in past if event.reason == "wrong_password"])
    expect_picked(page, "Status", "Failure")
    page.get_by_role("link", name=re.compile("^Search: wrong password")).click()
    expect_rows(page, [event for event in past if event.status == "failure"])


def test_a_chip_clears_its_filter_and_no_other(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST, status="failure", q="Safari"))
    mark(page)
    page.get_by_role("link", name=re.compile("^Search: Safari")).click()
    expect_rows(page, [event for event in past if event.status == "failure"])
    expect(page.get_by_role("searchbox")).to_have_value("")
    expect_picked(page, "Status", "Failure")
    page.get_by_role("link", name="Clear all").click()
    expect(page).to_have_url(LOGIN_ACTIVITY)
    expect_picked(page, "Status", "")
    expect(page.get_by_role("radio", name="Last 7 days")).to_be_checked()
    expect_only_results_replaced(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_name_address_and_status_filter_by_themselves(visit, site, past, javascript: bool) -> None:
    page = visit(site.cast.alice, java_script_enabled=javascript)
    event = next(e for e in past if e.user_id == site.cast.alice.pk and e.status == "failure")
    for cell, field in ((0, "user_id"), (2, "ip"), (5, "status")):
        page.goto(between(FIRST, LAST))
        row_of(page, event).get_by_role("cell").nth(cell).get_by_role("link").click()
        expect_rows(page, [other for other in past if getattr(other, field) == getattr(event, field)])


def test_the_same_link_shows_the_same_view(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    pick(page, "Status", "Success")
    expected = [event for event in past if event.status == "success"]
    expect_rows(page, expected)
    other = visit(site.cast.alice)
    other.goto(page.url)
    expect_rows(other, expected)


def test_going_back_goes_back(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    pick(page, "Status", "Failure")
    expect_rows(page, [event for event in past if event.status == "failure"])
    page.go_back()
    expect_rows(page, past)
    expect_picked(page, "Status", "")


def test_where_nothing_matches_the_filters_can_be_cleared(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(f"{LOGIN_ACTIVITY}?q=nobody+of+that+name")
    expect(page.get_by_role("heading", name="No events match these filters")).to_be_visible()
    expect(page.get_by_role("link", name="Download CSV")).to_have_count(0)
    page.get_by_role("link", name="Clear all filters").click()
    expect(rows(page).first).to_be_visible()


def test_where_nothing_was_recorded_other_periods_are_offered(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(f"{LOGIN_ACTIVITY}?period=custom&from=2020-01-01&to=2020-01-31")
    expect(page.get_by_role("heading", name="Nothing was recorded in this period")).to_be_visible()
    page.get_by_role("link", name="Last 30 days").click()
    expect(rows(page)).to_have_count(50)
    expect(page.get_by_role("radio", name="Last 30 days")).to_be_checked()


def _time_out(route: Route) -> None:
    """Answers never; see the limit that the test sets."""


FAILURES = {
    "no connection": (lambda route: route.abort(), "The server can’t be reached."),
    "error": (lambda route: route.fulfill(status=500, body="<h1>Oh</h1>"), "Something went wrong on our side."),
    "busy": (lambda route: route.fulfill(status=503, body=""), "The server is busy."),
    "refusal": (lambda route: route.fulfill(status=429, body=""), "The server refused the request (429)."),
    "time": (_time_out, "The server took too long to answer."),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_after_a_failure_everything_agrees_and_can_be_tried_again(visit, site, past, complaints, failure: str) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST, device="iphone"))
    if failure == "time":  # the others come at once, which on a busy machine may take as long
        page.evaluate("htmx.config.timeout = 300")
    handler, message = FAILURES[failure]
    page.route("**/*status=failure*", handler)
    for _ in range(2):
        pick(page, "Status", "Failure")
        expect(page.get_by_text(f"This could not be loaded. {message}")).to_be_visible()
        expect_picked(page, "Status", "")
        expect_all_to_agree(page)
        expect_rows(page, [event for event in past if event.device_kind == "iphone"])
    page.evaluate("htmx.config.timeout = 30000")
    page.unroute("**/*status=failure*")
    page.get_by_role("button", name="Try again").click()
    expect(page).to_have_url(between(FIRST, LAST, device="iphone", status="failure"))
    expect(page.get_by_text("This could not be loaded.")).to_have_count(0)
    expect_all_to_agree(page)
    complaints.clear()


def test_a_refused_value_stays_with_its_error(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(f"{LOGIN_ACTIVITY}?status=banana&device=iphone")
    expect(page.get_by_text('"banana" isn\'t a status. Choose Success or Failure.')).to_have_count(1)
    status = picker(page, "Status")
    expect_picked(page, "Status", "banana")
    expect(status).to_have_class(re.compile("picker-wrong"))
    pick(page, "Device", "Mac")
    expect(page).to_have_url(f"{LOGIN_ACTIVITY}?period=7d&device=iphone,mac&status=banana")
    expect_all_to_agree(page)
    pick(page, "Status", "banana", "Failure")
    expect(page).to_have_url(f"{LOGIN_ACTIVITY}?period=7d&device=iphone,mac&status=failure")
    expect(status).not_to_have_class(re.compile("picker-wrong"))


def test_of_quick_changes_the_last_holds_and_so_do_back_and_forward(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    held: list[Route] = []
    page.route(re.compile(r"login-activity/\?.*status=failure$"), lambda route: held.append(route))
    pick(page, "Status", "Failure")
    pick(page, "Status", "Failure", "Success")
    pick(page, "Device", "iPhone")
    last = between(FIRST, LAST, device="iphone", status="success")
    expect(page).to_have_url(last)
    page.unroute_all(behavior="ignoreErrors")
    expect_all_to_agree(page)
    page.get_by_role("link", name=re.compile("^Device: iPhone")).click()
    expect(page).to_have_url(between(FIRST, LAST, status="success"))
    page.go_back()
    expect(page).to_have_url(last)
    expect_all_to_agree(page)
    page.go_forward()
    expect(page).to_have_url(between(FIRST, LAST, status="success"))
    expect_all_to_agree(page)
    expect_rows(page, [event for event in past if event.status == "success"])


def test_a_person_who_is_in_no_list_stays_chosen(visit, site, past) -> None:
    """Somebody unknown who signed in: a link leads there, and other filters are added."""
    page = visit(site.cast.alice)
    event = next(event for event in past if event.user_id is None)
    page.goto(between(FIRST, LAST))
    row_of(page, event).get_by_role("cell").first.get_by_role("link").click()
    expect(page).to_have_url(re.compile("user="))
    expect(picker(page, "User").locator(".picker-value")).not_to_have_text("")
    expect_all_to_agree(page)
    pick(page, "Status", "Failure")
    expect(page).to_have_url(re.compile("user=.*status=failure"))
    expect_all_to_agree(page)

"""Filtering by periods and dates, with scripts and without."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from .picking import pick
from .reading import LOGIN_ACTIVITY, between, days_ago, expect_all_to_agree, expect_rows, rows

FIRST, LAST = days_ago(20), days_ago(15)


@pytest.fixture
def past(site):
    """What Alice, in Kolkata, sees of those days."""
    return site.events(site.cast.acme, FIRST, LAST, "Asia/Kolkata")


def test_a_period_is_one_click(visit, site) -> None:
    page = visit(site.cast.charlie)
    page.goto(LOGIN_ACTIVITY)
    expect(page.get_by_role("radio", name="Last 7 days")).to_be_checked()
    for label, value in (("Last 30 days", "30d"), ("Today", "today"), ("Last 15 days", "15d")):
        page.get_by_role("radio", name=label).check()
        expect(page).to_have_url(f"{LOGIN_ACTIVITY}?period={value}")
        expect(page.get_by_role("radio", name=label)).to_be_focused()


def test_custom_dates_begin_with_the_period_that_holds(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(f"{LOGIN_ACTIVITY}?period=30d")
    first, last = page.get_by_label("From", exact=True), page.get_by_label("to", exact=True)
    expect(first).to_be_hidden()
    page.get_by_role("radio", name="Custom dates").check()
    expect(first).to_be_focused()
    expect(first).not_to_have_value("")
    start, end = first.input_value(), last.input_value()
    assert date.fromisoformat(end) - date.fromisoformat(start) == timedelta(days=29)
    expect(page).to_have_url(f"{LOGIN_ACTIVITY}?period=custom&from={start}&to={end}")
    pick(page, "Status", "Failure")
    expect(page).to_have_url(re.compile(f"from={start}&to={end}&status=failure$"))
    expect_all_to_agree(page)
    first.fill(str(FIRST))
    last.fill(str(LAST))
    last.blur()
    expect(page).to_have_url(between(FIRST, LAST, status="failure"))
    expect_rows(page, [event for event in past if event.status == "failure"])


@pytest.mark.parametrize("keys", ["Delete", "Delete ArrowRight Delete ArrowRight Delete"], ids=["half", "empty"])
def test_a_date_that_is_taken_away_changes_nothing_until_there_is_another(visit, site, past, keys: str) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "period=custom" in request.url else None)
    first = page.get_by_label("From", exact=True)
    first.focus()
    for key in keys.split():
        page.keyboard.press(key)
    expect(first).to_have_value("")
    pick(page, "Status", "Failure")
    expect_rows(page, [event for event in past if event.status == "failure"])
    first.blur()
    expect(first).to_have_value(str(FIRST))
    expect_all_to_agree(page)
    assert {address.partition("?")[2] for address in asked if "/chart/" not in address} == {
        between(FIRST, LAST, status="failure").partition("?")[2]
    }


def test_a_year_is_asked_for_when_it_is_typed_to_its_end(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    expect_rows(page, past)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "period=custom" in request.url else None)
    first, last = page.get_by_label("From", exact=True), page.get_by_label("to", exact=True)
    for day, typed in ((first, FIRST), (last, FIRST)):
        day.focus()
        day.press_sequentially(f"{typed:%m%d%Y}")
        expect(day).to_have_value(str(typed))
    last.blur()
    expect(page).to_have_url(between(FIRST, FIRST))
    expect(rows(page)).to_have_count(len([event for event in past if event.occurred_at.date() == FIRST]))
    assert {address.partition("?")[2] for address in asked if "/chart/" not in address} == {
        between(FIRST, FIRST).partition("?")[2]
    }


def test_an_incomplete_year_is_reported(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    first = page.get_by_label("From", exact=True)
    first.focus()
    first.press_sequentially(f"{FIRST:%m%d}20")
    first.blur()
    expect(page.get_by_role("heading", name="Check the filters")).to_be_visible()
    expect(first).to_have_attribute("aria-invalid", "true")
    expect(first).to_have_value(f"0020-{FIRST:%m-%d}")


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_reversed_dates_are_reported_at_the_field(visit, site, javascript: bool) -> None:
    page = visit(site.cast.alice, java_script_enabled=javascript)
    page.goto(between(LAST, FIRST))
    expect(page.get_by_role("heading", name="Check the filters")).to_be_visible()
    expect(page.get_by_text('"To" must be on or after "From".').first).to_be_visible()
    expect(page.get_by_label("to", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(rows(page)).to_have_count(0)


def test_a_mended_date_takes_the_error_away(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(LAST, FIRST))
    page.get_by_label("From", exact=True).fill(str(FIRST))
    page.get_by_label("to", exact=True).fill(str(LAST))
    page.get_by_label("to", exact=True).blur()
    expect_rows(page, past)
    expect(page.get_by_label("to", exact=True)).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text('"To" must be on or after "From".')).to_have_count(0)

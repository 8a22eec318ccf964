"""The filters of several values, the box with its terms, and folding."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .picking import expect_picked, option, picker
from .reading import (
    LOGIN_ACTIVITY,
    between,
    days_ago,
    expect_all_to_agree,
    expect_only_results_replaced,
    expect_rows,
    mark,
)
from .test_accessibility import NARROW, examine

FIRST, LAST = days_ago(20), days_ago(15)


@pytest.fixture
def past(site):
    """What Alice, in Kolkata, sees of those days."""
    return site.events(site.cast.acme, FIRST, LAST, "Asia/Kolkata")


def test_several_values_and_all_but_them_by_keyboard(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    mark(page)
    country = picker(page, "Country")
    country.locator("summary").focus()
    page.keyboard.press("Enter")
    search = page.get_by_role("searchbox", name="Find in Country")
    if search.count():
        expect(search).to_be_focused()
        search.fill("indi")
        expect(option(page, "Country", "India")).to_be_visible()
        page.keyboard.press("ArrowDown")
    else:
        option(page, "Country", "India").focus()
    option(page, "Country", "India").press("Space")
    expect(page).to_have_url(re.compile("country=IN$"))
    expect_rows(page, [event for event in past if event.country == "IN"])
    option(page, "Country", "All but these").check()
    expect(page).to_have_url(re.compile("country=-IN$"))
    expect_rows(page, [event for event in past if event.country != "IN"])
    expect_picked(page, "Country", "not India")
    expect(country.locator(".picker-count:visible").first).to_be_visible()
    examine(page)
    page.keyboard.press("Escape")
    expect(country.locator("summary")).to_be_focused()
    expect(country.locator(".picker-panel")).to_be_hidden()
    expect_all_to_agree(page)
    expect_only_results_replaced(page)


def test_terms_are_completed_and_become_filters(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    mark(page)
    box = page.get_by_role("searchbox", name="Search", exact=True)
    box.press_sequentially("failed -dev")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("failed -device:")
    box.press_sequentially("iph")
    suggestion = page.get_by_role("option", name="-device:iPhone")
    expect(suggestion).to_be_visible()
    examine(page)
    page.keyboard.press("ArrowDown")
    expect(suggestion).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(box).to_have_value("failed -device:iPhone ")
    page.keyboard.press("Enter")
    expect(page).to_have_url(between(FIRST, LAST, device="-iphone", status="failure"))
    expect(box).to_have_value("")
    expect_rows(page, [event for event in past if event.status == "failure" and event.device_kind != "iphone"])
    expect_picked(page, "Device", "not iPhone")
    expect_only_results_replaced(page)
    expect_all_to_agree(page)


def test_a_question_keeps_what_is_typed_and_its_answers_are_links(visit, site, complaints) -> None:
    page = visit(site.cast.alice)
    page.goto(LOGIN_ACTIVITY)
    box = page.get_by_role("searchbox", name="Search", exact=True)
    box.fill("from:indja")
    page.keyboard.press("Enter")
    expect(page.get_by_text('"indja" isn\'t a country.')).to_be_visible()
    expect(box).to_have_value("from:indja")
    examine(page)
    page.get_by_role("list", name="Did you mean").get_by_role("link", name="India").click()
    expect(page).to_have_url(re.compile("country=IN"))
    expect(box).to_have_value("")
    expect(page.locator(".htmx-request")).to_have_count(0)
    complaints.clear()


def test_filters_fold_and_stay_folded(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(LOGIN_ACTIVITY)
    button, status = page.locator(".filters-fold"), picker(page, "Status")
    expect(status).to_be_visible()
    button.click()
    expect(status).to_be_hidden()
    page.reload()
    expect(status).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(status).to_be_visible()
    page.get_by_role("button", name="How to search").click()
    expect(page.get_by_role("group", name="How to search")).to_contain_text("failed from:india")
    examine(page)


def test_on_a_phone_they_are_a_sheet(visit, site) -> None:
    page = visit(site.cast.alice, width=NARROW)
    page.goto(LOGIN_ACTIVITY)
    page.get_by_role("button", name="Filters", exact=True).click()
    picker(page, "Status").locator("summary").click()
    option(page, "Status", "Failure").check()
    expect_picked(page, "Status", "Failure")
    expect(page).to_have_url(re.compile("status=failure"))
    expect(page.locator(".rows")).to_have_css("opacity", "1")
    examine(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW

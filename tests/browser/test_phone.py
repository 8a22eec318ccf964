"""A phone: no horizontal scrolling, the menu and the filters open, rows are two lines."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from login_activity.report.tables import LoginActivityTable
from wisely_security.reports.table.columns import Phone, Shown

from .picking import pick
from .reading import LOGIN_ACTIVITY, between, days_ago, expect_rows, rows, sides
from .site import Site

FIRST, LAST = days_ago(20), days_ago(15)


@pytest.fixture
def phone(visit: Callable[..., Page], site: Site) -> Page:
    return visit(site.cast.alice, width=390, height=844, has_touch=True)


def test_nothing_sticks_out(visit, site) -> None:
    page = visit(site.chief)
    for path in (
        f"{LOGIN_ACTIVITY}?period=30d",
        f"{LOGIN_ACTIVITY}?period=custom&q={'x' * 150}",
        "/settings/users/",
        "/settings/users/invite/",
        "/settings/sign-in/",
        "/account/sessions/",
        "/account/profile/",
        "/account/second-factor/",
        "/account/second-factor/app/",
    ):
        for width in (360, 390, 768, 1024, 1800):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_a_row_is_two_lines_and_opens(phone: Page) -> None:
    phone.goto(between(FIRST, LAST))
    heights = rows(phone).evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert max(heights) < 60
    row = rows(phone).first
    for part in (
        row,
        row.locator(".name"),
        row.locator("time"),
        row.locator(".phone-what"),
        row.locator(".badge"),
    ):
        expect(part).to_be_visible()
        left, right = sides(part)
        assert 0 <= left < right <= 390
    for column in LoginActivityTable.columns_of(Shown.ON_PAGE):
        cell = row.locator(f".{column.phone}").filter(visible=True)
        expect(cell).to_have_count(0 if column.phone is Phone.DETAILS else 1)
    row.get_by_role("link", name="Details").tap()
    expect(phone.locator(".more .event-details").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_menu_opens_and_leads_on(phone: Page) -> None:
    phone.goto(LOGIN_ACTIVITY)
    menu = phone.get_by_role("navigation", name="Settings")
    expect(menu).to_be_hidden()
    phone.get_by_role("button", name="Menu", exact=True).tap()
    expect(menu).to_be_visible()
    menu.get_by_role("link", name="Users").tap()
    expect(phone).to_have_url("/settings/users/")
    expect(menu).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_the_filters_are_a_sheet(visit, site, javascript: bool) -> None:
    page = visit(site.cast.alice, width=390, height=844, has_touch=True, java_script_enabled=javascript)
    page.goto(between(FIRST, LAST))
    sheet = page.get_by_role("group", name="More filters")
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name="Filters").tap()
    expect(sheet).to_be_visible()
    pick(sheet, "Status", "Failure")
    sheet.get_by_role("button", name="Show events" if javascript else "Apply").tap()
    expect(page).to_have_url(re.compile("status=failure"))
    expect(sheet).to_be_hidden()
    past = site.events(site.cast.acme, FIRST, LAST, "Asia/Kolkata")
    expect_rows(page, [event for event in past if event.status == "failure"])


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_dates_are_whole(visit, site, javascript: bool) -> None:
    phone = visit(site.cast.alice, width=390, java_script_enabled=javascript)
    phone.goto(between(days_ago(20), days_ago(15)))
    for label in ("From", "to"):
        assert phone.get_by_label(label, exact=True).bounding_box()["width"] >= 160  # ten figures and the button
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390

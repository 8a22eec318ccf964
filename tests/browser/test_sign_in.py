"""Signing in, and seeing that sign-in on the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.support.cast import PASSWORD
from wisely_security.tenancy.models import User, UserStatus

from .reading import LOGIN_ACTIVITY, rows


def fill_in(page: Page, person: User, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_visitor_signs_in_and_that_sign_in_is_the_newest_row(visit, site, javascript: bool) -> None:
    person = site.newcomer(time_zone="Asia/Kolkata")
    page = visit(java_script_enabled=javascript)
    page.goto("/")
    fill_in(page, person)
    expect(page).to_have_url(LOGIN_ACTIVITY)
    cells = rows(page).first.get_by_role("cell")
    expect(cells.nth(0)).to_have_text(person.name)
    expect(cells.nth(2)).to_have_text("103.21.58.9")
    expect(cells.nth(3)).to_contain_text("Windows PC Chrome 129")
    expect(cells.nth(4)).to_have_text("Mumbai, Maharashtra, India")
    expect(cells.nth(5)).to_have_text("Success")
    expect(cells.nth(6)).to_have_text("Log in")
    time = cells.nth(1).locator("time")
    moment = datetime.fromisoformat(time.get_attribute("datetime") or "")
    assert datetime.now(UTC) - timedelta(minutes=1) < moment < datetime.now(UTC)
    expect(time).to_have_text(f"{moment.astimezone(ZoneInfo('Asia/Kolkata')):%-d %b %Y %H:%M:%S}")


def test_a_wrong_password_is_reported_and_the_address_stays(visit, site) -> None:
    page = visit()
    page.goto("/sign-in/")
    fill_in(page, site.cast.alice, "not the password")
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or password is incorrect.")
    expect(page.get_by_label("E-mail address")).to_have_value("alice@acme.example")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (UserStatus.PENDING, "You haven’t accepted your invitation yet."),
        (UserStatus.SUSPENDED, "Your account is suspended."),
    ],
)
def test_a_closed_account_shows_the_reason(visit, site, status: UserStatus, why: str) -> None:
    page = visit()
    page.goto("/sign-in/")
    fill_in(page, site.newcomer(status=status))
    expect(page.get_by_role("alert")).to_contain_text(why)


def test_a_visitor_comes_back_to_the_page_that_was_asked_for(visit, site) -> None:
    page = visit()
    page.goto(f"{LOGIN_ACTIVITY}?period=30d&status=failure")
    fill_in(page, site.newcomer())
    expect(page).to_have_url(f"{LOGIN_ACTIVITY}?period=30d&status=failure")


def test_a_typed_password_can_be_shown(visit) -> None:
    page = visit()
    page.goto("/sign-in/")
    password = page.get_by_label("Password", exact=True)
    password.fill("open sesame")
    page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide password").click()
    expect(password).to_have_attribute("type", "password")


def test_the_page_sends_the_touch_points_of_the_screen(visit) -> None:
    page = visit(has_touch=True)
    page.goto("/sign-in/")
    fingers = page.evaluate("navigator.maxTouchPoints")
    assert fingers > 0
    for field in page.locator("[name=touch_points]").all():  # with a password, and with a passkey
        expect(field).to_have_value(str(fingers))

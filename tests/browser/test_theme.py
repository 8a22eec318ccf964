"""Light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .reading import LOGIN_ACTIVITY

CANVAS = {"light": "rgb(246, 247, 249)", "dark": "rgb(14, 16, 20)"}


def expect_theme(page: Page, theme: str) -> None:
    expect(page.locator("body")).to_have_css("background-color", CANVAS[theme])


def choose(page: Page, theme: str) -> None:
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("radio", name=theme).check()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_follow_the_system(visit, site, theme: str) -> None:
    page = visit(site.cast.alice, color_scheme=theme)
    for path in (LOGIN_ACTIVITY, "/account/profile/", "/nothing-here/"):
        page.goto(path)
        expect(page.locator("html")).not_to_have_attribute("data-theme", theme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == CANVAS[theme], path


@pytest.mark.parametrize(("system", "chosen"), [("light", "Dark"), ("dark", "Light")])
def test_a_choice_holds_against_the_system_and_is_remembered(visit, site, system: str, chosen: str) -> None:
    page = visit(site.cast.alice, color_scheme=system)
    page.goto(LOGIN_ACTIVITY)
    choose(page, chosen)
    expect_theme(page, chosen.lower())
    page.goto("/account/profile/")
    expect_theme(page, chosen.lower())
    choose(page, "System")
    expect_theme(page, system)
    page.reload()
    expect_theme(page, system)


def test_the_sign_in_page_keeps_the_choice(visit, site) -> None:
    page = visit(site.newcomer(), color_scheme="light")
    page.goto("/")
    choose(page, "Dark")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url("/sign-in/")
    expect_theme(page, "dark")

"""An aggregator's admin switches to an enterprise and back."""

from __future__ import annotations

from playwright.sync_api import expect

from .reading import LOGIN_ACTIVITY, between, days_ago, expect_rows, rows

OWN = "/settings/users-permissions/login-activity/"


def test_erins_view_of_globex_is_recorded_for_globex(visit, site) -> None:
    page = visit(site.cast.erin)
    page.goto("/")
    expect(page).to_have_url(OWN)
    expect(page.get_by_role("navigation", name="Settings")).to_contain_text("Users & Permissions")
    page.get_by_role("button", name="Tenant: Initech. Switch tenant").click()
    page.get_by_label("Enterprise").select_option(label="Globex")
    page.get_by_role("button", name="Switch", exact=True).click()

    banner = page.get_by_role("region", name="Current tenant")
    expect(banner).to_contain_text("You are viewing Globex’s data.")
    expect(page).to_have_url(LOGIN_ACTIVITY)
    expect(page).to_have_title("Login Activity · Globex · Wisely Security")
    expect(page.get_by_role("navigation", name="Settings")).to_contain_text("Identity & Access")
    first, last = days_ago(20), days_ago(16)
    page.goto(between(first, last))
    expect(banner).to_be_visible()
    expect_rows(page, site.events(site.cast.globex, first, last, "Europe/London"))

    banner.get_by_role("button", name="Back to Initech").click()
    expect(page).to_have_url(OWN)
    expect(banner).to_have_count(0)

    charlie = visit(site.cast.charlie)
    charlie.goto(f"{LOGIN_ACTIVITY}?q=Erin")
    switched = rows(charlie).filter(has_text="Switched from Initech to Globex")
    expect(switched.last).to_contain_text("Erin Evans (Initech)")


def test_an_enterprise_has_nobody_to_switch_to(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(LOGIN_ACTIVITY)
    expect(page.get_by_role("button", name="Switch tenant")).to_have_count(0)


def test_viewing_an_enterprise_changes_nothing_there(visit, site) -> None:
    page = visit(site.cast.erin)
    page.goto("/")
    page.get_by_role("button", name="Tenant: Initech. Switch tenant").click()
    page.get_by_role("button", name="Switch", exact=True).click()
    page.goto("/settings/users/")
    expect(page.get_by_role("main")).to_contain_text("Charlie Clark")
    expect(page.get_by_role("link", name="Invite user")).to_have_count(0)
    page.goto("/settings/users/invite/")
    expect(page.get_by_role("main")).to_contain_text("You are viewing Globex’s data.")

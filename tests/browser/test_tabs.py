"""Several tabs of one browser: what happens in one is shown in the others and never acts there unasked."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.cast import PASSWORD

from .picking import expect_picked, option, picker
from .test_people import sign_in

AUDIT_TRAIL = "/settings/security/audit-trail/"


def test_after_switching_in_another_tab_a_filter_says_what_happened(visit, site) -> None:
    page = visit(site.cast.erin)
    page.goto(f"{AUDIT_TRAIL}?period=30d")
    before = page.locator("table.rows").inner_text()
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Tenant: Initech. Switch tenant").click()
    other.get_by_label("Enterprise").select_option(label="Globex")
    other.get_by_role("button", name="Switch", exact=True).click()
    expect(other.get_by_role("region", name="Current tenant")).to_be_visible()

    page.get_by_label("7 days").click()  # it may be back at 30 days at once
    notices = page.locator("#notices")
    expect(notices).to_contain_text("You switched to Globex in another tab.")
    expect(page.get_by_text("This could not be loaded")).to_have_count(0)
    assert page.locator("table.rows").inner_text() == before
    expect(page).to_have_url(f"{AUDIT_TRAIL}?period=30d")
    expect(page.get_by_role("radio", name="Last 30 days")).to_be_checked()
    picker(page, "Status").locator("summary").click()
    option(page, "Status", "Failure").click()
    expect_picked(page, "Status", "")  # the filters are those of the rows, the one with the focus too

    notices.get_by_role("button", name="Back to Initech").click()
    expect(page).to_have_url(f"{AUDIT_TRAIL}?period=30d")
    expect(page.get_by_role("region", name="Current tenant")).to_have_count(0)
    page.get_by_label("7 days").check()
    expect(page).to_have_url(f"{AUDIT_TRAIL}?period=7d")


def test_a_form_whose_session_has_ended_is_back_after_signing_in(visit, site) -> None:
    person = site.newcomer()
    page = visit(person)
    page.goto("/settings/roles/add/")
    page.get_by_label("Name", exact=True).fill("Auditor of tabs")
    other = page.context.new_page()
    other.goto("/account/sessions/")
    other.get_by_role("button", name="Your account").click()
    other.get_by_role("button", name="Sign out").click()
    expect(other).to_have_url("/sign-in/")

    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended, so nothing was saved.")
    sign_in(page, person.email, PASSWORD)
    expect(page).to_have_url("/settings/roles/add/")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Auditor of tabs")

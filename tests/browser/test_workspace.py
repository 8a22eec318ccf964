"""The workspace by mouse and keyboard: everyday actions, and their events in the Audit Trail."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.records.api_keys import hash_of

from .workspace import a_company

AUDIT_TRAIL = "/settings/security/audit-trail/"


def menu(page: Page, entry: str) -> None:
    page.get_by_role("navigation", name="Settings").get_by_role("link", name=entry, exact=True).click()


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).click()


def expect_notice(page: Page, text: str) -> None:
    expect(page.get_by_role("status").locator(".notice")).to_contain_text(text)


def expect_audit_events(page: Page, *actions: str) -> None:
    """The Audit Trail has these at its top, the newest first."""
    page.goto(AUDIT_TRAIL)
    rows = page.locator(".rows .event")
    for number, action in enumerate(actions):
        expect(rows.nth(number)).to_contain_text(action)


@pytest.fixture
def company(site):
    return a_company(site)


@pytest.fixture
def page(visit, company) -> Page:
    opened = visit(company.alice)
    opened.goto("/account/sessions/")
    return opened  # type: ignore[no-any-return]


def test_a_business_group_is_added_and_edited(page: Page) -> None:
    menu(page, "Business groups")
    follow(page, "Add business group")
    page.get_by_label("Name").fill("Logistics")
    page.get_by_label("Owner").select_option(label="Bob Brown")
    page.get_by_role("group", name="Users").get_by_label("Ella Ellis").check()
    press(page, "Add")
    expect_notice(page, "Business group “Logistics” added.")
    follow(page, "Edit")
    expect(page.get_by_role("group", name="Users").get_by_label("Ella Ellis")).to_be_checked()
    page.get_by_label("Description").fill("Everything that moves")
    press(page, "Save")
    expect_notice(page, "Business group “Logistics” saved.")
    expect_audit_events(page, "Logistics", "Logistics")
    menu(page, "Business groups")
    expect(page.get_by_role("row").filter(has_text="Logistics")).to_contain_text("Everything that moves")


def test_the_business_profile_is_set_up(page: Page) -> None:
    menu(page, "Business profile")
    follow(page, "Set up business profile")
    for label, value in (
        ("Legal name", "Umbrella Ltd"),
        ("Street", "1 High Street"),
        ("City", "Leeds"),
        ("Contact name", "Pat Parker"),
        ("Contact e-mail", "pat@umbrella.example"),
        ("Contact phone", "+441132000000"),
    ):
        page.get_by_label(label).fill(value)
    for label, value in (
        ("Industry", "Retail and e-commerce"),
        ("Employees", "11 to 50"),
        ("Country", "United Kingdom"),
        ("Currency", "Pound sterling (GBP)"),
        ("Time zone", "Europe/London"),
        ("Language", "English (UK)"),
    ):
        page.get_by_label(label).select_option(label=value)
    press(page, "Set up")
    expect_notice(page, "Business profile set up.")
    expect(page.get_by_text("1 High Street")).to_be_visible()
    expect_audit_events(page, "Setup")


def test_an_api_key_is_shown_once_and_can_be_copied(page: Page, site, company) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    menu(page, "Access accounts")
    follow(page, "Set up access account")
    page.get_by_label("Label").fill("Kiosk")
    page.get_by_label("Communication type").select_option(label="Outgoing")
    page.get_by_label("Traffic type").select_option(label="OTP")
    page.get_by_role("group", name="Channels").get_by_label("SMS").check()
    page.get_by_label("Business group").select_option(label="Sales")
    press(page, "Set up")
    key = page.locator("#key").inner_text()
    press(page, "Copy")
    expect(page.locator("#key-copied")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == key
    with site.at_its_database(), acting_as(tenant_id=company.acme.pk):
        assert AccessAccount.objects.get(label="Kiosk").key_hash == hash_of(key)
    follow(page, "I’ve copied it")
    expect(page.get_by_role("heading", name="Kiosk")).to_be_visible()
    expect(page.get_by_text(key)).to_have_count(0)
    press(page, "Deactivate")
    expect_notice(page, "Access account “Kiosk” deactivated.")
    press(page, "Activate")
    expect_notice(page, "Access account “Kiosk” activated.")
    expect_audit_events(page, "Activate", "Deactivate", "Setup")


def test_a_number_and_a_message_link_that_opens_a_chat(page: Page) -> None:
    menu(page, "WABA numbers")
    follow(page, "Activate number")
    page.get_by_label("Number").fill("+442071838750")
    page.get_by_label("Display name").fill("Umbrella Help")
    press(page, "Activate")
    follow(page, "Create message link")
    page.get_by_label("Name").fill("Poster")
    page.get_by_label("Prefilled text").fill("Hi, I saw your poster")
    press(page, "Create")
    expect_notice(page, "Message link “Poster” created.")
    link = page.get_by_role("link", name="/l/").get_attribute("href")
    answer = page.request.get(str(link), max_redirects=0)
    assert answer.headers["location"] == "https://wa.me/442071838750?text=Hi%2C%20I%20saw%20your%20poster"
    follow(page, "Delete")
    expect(page.get_by_text("Its short link will stop working.")).to_be_visible()
    press(page, "Delete")
    expect_notice(page, "Message link “Poster” deleted.")
    expect_audit_events(page, "Delete", "Create", "Activate")


def test_a_template_from_the_draft_to_the_approval(page: Page) -> None:
    menu(page, "Templates")
    follow(page, "Create template")
    page.get_by_label("Name").fill("order_shipped")
    page.get_by_label("Category").select_option(label="Utility")
    page.get_by_label("Language").select_option(label="English")
    page.get_by_label("Body").fill("Your order {{2}} is on its way")
    page.get_by_label("Buttons").fill("Track it\nStop")
    press(page, "Create")
    expect(page.get_by_text("Number the placeholders from {{1}} upwards, without gaps.")).to_be_visible()
    expect(page.get_by_label("Body")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name")).to_have_value("order_shipped")
    page.get_by_label("Body").fill("Your order {{1}} is on its way")
    press(page, "Create")
    expect(page.locator(".bubble")).to_contain_text("Your order {{1}} is on its way")
    follow(page, "Reject content")
    page.get_by_label("Remark").fill("Say who is writing.")
    press(page, "Reject content")
    expect_notice(page, "” rejected.")
    follow(page, "Edit")
    page.get_by_label("Footer").fill("Umbrella")
    press(page, "Save")
    press(page, "Approve content")
    press(page, "Approve")
    expect_notice(page, "Template “order_shipped (en)” approved.")
    expect_audit_events(page, "Approve", "Approve/Reject", "Edit", "Approve/Reject", "Create", "Create")


def test_a_consent_group_by_keyboard_alone(page: Page) -> None:
    menu(page, "Opt-in/Opt-out")
    page.get_by_role("link", name="Create consent group").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name").focus()
    for typed in ("Offers", "Who wants them", "Shop", "SMS", "+14155550123", "Welcome.", "Goodbye."):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Create")).to_be_focused()
    page.keyboard.press("Enter")
    expect_notice(page, "Consent group “Offers” added.")


def test_people_are_suspended_and_made_admins(page: Page) -> None:
    menu(page, "Users")
    follow(page, "Ella Ellis")
    follow(page, "Suspend")
    press(page, "Suspend")
    expect_notice(page, "User “Ella Ellis” suspended and signed out everywhere.")
    press(page, "Activate")
    follow(page, "Make admin")
    press(page, "Make admin")
    expect_notice(page, "Ella Ellis is now an admin.")
    expect_audit_events(page, "Made Admin", "Activate", "Suspend")


def test_a_role_with_a_grid_of_permissions(page: Page) -> None:
    menu(page, "Roles")
    follow(page, "Add role")
    page.get_by_label("Name").fill("Reviewer")
    page.get_by_role("group", name="Templates").get_by_label("View templates").check()
    page.get_by_role("group", name="Templates").get_by_label("Approve and reject templates").check()
    press(page, "Add")
    expect_notice(page, "Role “Reviewer” added.")
    expect(page.locator(".facts")).to_contain_text("Approve and reject templates")
    expect_audit_events(page, "Reviewer")


def test_two_people_on_the_same_form(visit, page: Page, company) -> None:
    other = visit(company.bob)
    menu(page, "Access accounts")
    follow(page, "Shop")
    follow(page, "Edit")
    other.goto(page.url)
    for window, label in ((other, "Bob’s shop"), (page, "Alice’s shop")):
        window.get_by_label("Label").fill(label)
        press(window, "Save")
    expect(page.get_by_text("Bob Brown has changed this since you opened it.")).to_be_visible()
    expect(page.get_by_label("Label")).to_have_value("Alice’s shop")
    press(page, "Save")
    expect_notice(page, "Access account “Alice’s shop” saved.")


def test_a_list_is_searched_and_sorted(page: Page) -> None:
    menu(page, "Templates")
    names = page.locator("main .table .name")
    expect(names).to_have_text(["invoice", "offer", "welcome"])
    follow(page, "Name")
    follow(page, "Name")
    expect(names).to_have_text(["welcome", "offer", "invoice"])
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("main").get_by_role("searchbox", name="Search").fill("off")
    page.keyboard.press("Enter")
    expect(names).to_have_text(["offer"])
    follow(page, "Show all")
    expect(names).to_have_count(3)


def test_loading_the_page_of_a_new_key_again_makes_no_other(page: Page, company) -> None:
    menu(page, "Access accounts")
    follow(page, "Shop")
    follow(page, "New API key")
    press(page, "Replace key")
    start = page.locator("#key").inner_text()[:6]
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shop")
    expect(page.locator("main .facts")).to_contain_text(start)
    expect_audit_events(page, "Edit")
    expect(page.locator(".rows .event .badge", has_text="Failure")).to_have_count(0)

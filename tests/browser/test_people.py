"""Inviting somebody, and what a person changes about their own account."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.support.cast import PASSWORD

from .reading import between, days_ago, row_of

NEW_PASSWORD = "four words of another kind"


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_an_invited_person_chooses_a_password_and_signs_in(visit, site) -> None:
    email = f"{site.newcomer().pk}@acme.example"  # nobody's yet
    admin = visit(site.cast.alice)
    admin.goto("/settings/users/")
    admin.get_by_role("link", name="Invite user").click()
    admin.get_by_label("E-mail").fill(email)
    admin.get_by_label("Name", exact=True).fill("Ingrid Invited")
    admin.get_by_label("Role").select_option(label="Developer")
    admin.get_by_role("button", name="Invite").click()
    expect(admin.get_by_role("status")).to_contain_text("User “Ingrid Invited” invited.")
    expect(admin.locator(".badge")).to_have_text("Invited")

    guest = visit()
    guest.goto(site.mailed_link(email))
    expect(guest.get_by_role("heading", name="Welcome to Acme")).to_be_visible()
    guest.get_by_label("New password").fill("short")
    guest.get_by_role("button", name="Accept invitation").click()
    expect(guest.get_by_text("This password is too short.")).to_be_visible()
    guest.get_by_label("New password").fill(NEW_PASSWORD)
    guest.get_by_role("button", name="Accept invitation").click()
    expect(guest.get_by_role("status")).to_contain_text("Your account is ready")
    expect(guest).to_have_url("/settings/access-accounts/")  # a Developer may view no records

    admin.reload()
    expect(admin.locator(".badge")).to_have_text("Active")
    guest.goto(site.mailed_link(email))
    expect(guest.get_by_role("heading", name="This link no longer works")).to_be_visible()


def test_a_forgotten_password_is_replaced_by_a_link(visit, site) -> None:
    person = site.newcomer()
    page = visit()
    page.goto("/sign-in/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    page.goto(site.mailed_link(person.email))
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save password").click()
    expect(page.get_by_role("status")).to_contain_text("Password saved.")
    sign_in(page, person.email, NEW_PASSWORD)
    expect(page.get_by_role("heading", name="Login Activity")).to_be_visible()


def test_a_taken_address_is_reported_at_the_field(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto("/settings/users/invite/")
    page.get_by_label("E-mail").fill("bob@acme.example")
    page.get_by_label("Name", exact=True).fill("Bob Again")
    page.get_by_label("Role").select_option(label="Developer")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("This e-mail address is taken.")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Bob Again")


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"])
def test_another_time_zone_shifts_every_time(visit, site, zone: str) -> None:
    event = site.events(site.cast.acme, days_ago(18), days_ago(18))[0]
    page = visit(site.newcomer(time_zone="UTC"))
    time = row_of(page, event).locator("time")
    page.goto(between(days_ago(20), days_ago(16)))
    expect(time).to_have_text(f"{event.occurred_at:%-d %b %Y %H:%M:%S}")
    page.goto("/account/profile/")
    page.get_by_label("Time zone").select_option(zone)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Profile saved.")
    page.goto(between(days_ago(20), days_ago(16)))
    expect(time).to_have_text(f"{event.occurred_at.astimezone(ZoneInfo(zone)):%-d %b %Y %H:%M:%S}")


def test_a_password_is_changed_by_who_knows_it(visit, site) -> None:
    person = site.newcomer()
    elsewhere, page = visit(person), visit(person)
    page.goto("/account/password/")
    page.get_by_label("Current password").fill("a guess")
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("This isn’t your current password.")).to_be_visible()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("status")).to_contain_text("Password changed.")
    elsewhere.goto("/sign-in/")
    sign_in(elsewhere, person.email, NEW_PASSWORD)
    expect(elsewhere.get_by_role("heading", name="Login Activity")).to_be_visible()


def test_sign_in_settings_are_saved_and_bounded(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto("/settings/sign-in/")
    idle = page.get_by_role("spinbutton").first
    idle.fill("30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Sign-in settings saved.")
    expect(idle).to_have_value("30")
    page.locator("form.card").evaluate("form => { form.noValidate = true; }")
    idle.fill("1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("greater than or equal to 5")).to_be_visible()


def test_an_enterprise_of_an_aggregator_saves_its_sign_in_settings(visit, site) -> None:
    page = visit(site.cast.charlie)
    page.goto("/settings/sign-in/")
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        page.get_by_role("button", name="Save").click()
    assert answer.value.status == 302

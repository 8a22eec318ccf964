"""Passkeys in a real browser, with a virtual device that makes and unlocks them (WebAuthn over CDP)."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import CDPSession, Page, expect

from .reading import LOGIN_ACTIVITY, rows
from .test_sign_in import fill_in

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_device(page: Page) -> tuple[CDPSession, str]:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    device: dict[str, Any] = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return cdp, device["authenticatorId"]


def test_a_passkey_is_made_signs_in_alone_and_after_a_password_and_is_removed(visit, site) -> None:
    person = site.newcomer()
    page = visit(person)
    cdp, device = with_device(page)

    page.goto("/account/passkeys/add/")
    name = page.get_by_label("Name")
    expect(name).to_have_value("Windows PC")
    name.fill("Work laptop")
    page.get_by_role("button", name="Create passkey").click()
    expect(page.get_by_text("Passkey “Work laptop” set up.")).to_be_visible()
    [credential] = cdp.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert credential["isResidentCredential"] is True

    # The same device makes no second one for this account.
    page.goto("/account/passkeys/add/")
    page.get_by_role("button", name="Create passkey").click()
    expect(page.get_by_role("alert")).to_have_text("This device already has a passkey for your account.")

    # Alone, back to the page that was asked for.
    page.context.clear_cookies()
    page.goto(f"{LOGIN_ACTIVITY}?period=today")
    page.get_by_role("button", name="Continue with a passkey").click()
    expect(page).to_have_url(f"{LOGIN_ACTIVITY}?period=today")
    expect(rows(page).first.get_by_role("cell").nth(6)).to_have_text("Second factor")

    # After the password.
    page.context.clear_cookies()
    page.goto("/sign-in/")
    fill_in(page, person)
    page.get_by_role("button", name="Continue with a passkey").click()
    expect(page).to_have_url(LOGIN_ACTIVITY)

    # Removed, from the list.
    page.goto("/account/passkeys/")
    page.get_by_role("link", name="Remove Work laptop").click()
    page.get_by_role("button", name="Remove passkey").click()
    expect(page.get_by_text("Passkey “Work laptop” removed.")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/sign-in/")
    page.get_by_role("button", name="Continue with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("This passkey wasn’t accepted.")

    # One that is not unlocked is not used, and the page says so.
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Continue with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")


def test_a_passkey_confirms_before_something_that_matters(visit, site) -> None:
    person = site.newcomer()
    page = visit(person)
    with_device(page)
    page.goto("/account/passkeys/add/")
    page.get_by_role("button", name="Create passkey").click()
    page.get_by_role("link", name="I’ve kept them").click()
    page.get_by_role("link", name="View passkeys").click()
    expect(page.get_by_role("link", name="Remove Windows PC")).to_be_visible()
    page.goto("/account/confirm/?next=/account/passkeys/add/")
    page.get_by_role("button", name="Continue with a passkey").click()
    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()

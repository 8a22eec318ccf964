"""A second factor from setting it up to signing in, with a code and without the device."""

from __future__ import annotations

from base64 import b32decode

from django_otp.oath import totp
from playwright.sync_api import Page, expect

from .reading import LOGIN_ACTIVITY, rows
from .test_sign_in import fill_in


def enter_code(page: Page, seed: bytes, button: str) -> None:
    """What the app shows; once more if that has just expired, as a person does."""
    while True:
        page.get_by_label("Code", exact=True).fill(f"{totp(seed):06}")
        page.get_by_role("button", name=button, exact=True).click()
        if not page.get_by_text("has just expired").is_visible():
            return


def test_an_app_is_set_up_and_its_recovery_codes_sign_in_without_it(visit, site) -> None:
    person = site.newcomer()
    page = visit(person)
    page.goto("/account/second-factor/")
    page.get_by_role("link", name="Add an authenticator app").first.click()
    expect(page.get_by_role("img", name="QR code for the authenticator app")).to_be_visible()
    seed = b32decode(page.locator("code.secret").inner_text().replace(" ", ""))
    page.get_by_label("Name").fill("Pixel")
    enter_code(page, seed, "Set up")
    codes = page.locator("#codes").inner_text().split()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert set(codes) < set(download.value.path().read_text().split())
    page.reload()  # the address is that of the list by now
    expect(page.get_by_text("10 codes left")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{LOGIN_ACTIVITY}?period=today")
    fill_in(page, person)
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    page.get_by_label("Code", exact=True).fill("nothing")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This code is not right.")).to_be_visible()
    page.get_by_label("Code", exact=True).fill(codes[0].lower())
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{LOGIN_ACTIVITY}?period=today")
    expect(rows(page).first).to_contain_text("Second factor")

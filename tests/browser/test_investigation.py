"""From a record, a session or a person to the whole story, wide and narrow, light and dark; and support's pages."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .test_accessibility import NARROW, WIDE, examine
from .workspace import a_company

# It reads the style sheets that Django's import by means of an inline one, which is refused.
OF_AXE = ("Applying inline style violates", "Couldn't load preload assets")


def examined(page: Page) -> None:
    """Every rule once a width, contrast in both themes; nothing is wider than the window."""
    for width, first, second in ((WIDE, "light", "dark"), (NARROW, "dark", "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=first)  # type: ignore[arg-type]
        examine(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.emulate_media(color_scheme=second)  # type: ignore[arg-type]
        examine(page, "color-contrast")
    page.set_viewport_size({"width": WIDE, "height": 900})


def test_who_changed_this_template_and_what_else_they_did_that_day(visit, site) -> None:
    """Two clicks: the template's history says who; "By this person, that day" shows the rest."""
    page = visit(a_company(site).alice)
    page.goto("/settings/templates/")
    main = page.get_by_role("main")
    main.get_by_role("link", name="invoice", exact=True).first.click()
    main.get_by_role("link", name="Edit", exact=True).click()
    main.get_by_label("Footer").fill("Reply STOP to end")
    main.get_by_role("button", name="Save").click()
    main.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("History of invoice")
    examined(page)
    main.get_by_role("link", name="By this person, that day").first.click()
    expect(page.get_by_role("heading", name="Audit Trail", level=1)).to_be_visible()
    expect(page.locator(".rows tr.event").first).to_be_visible()


def test_a_session_and_a_person(visit, site) -> None:
    page = visit(a_company(site).alice)
    page.goto("/account/sessions/")
    main = page.get_by_role("main")
    main.get_by_role("link", name="What was done").first.click()
    expect(main.locator(".moment").first).to_contain_text("Log in")
    examined(page)
    main.get_by_role("navigation", name="Where you are").get_by_role("link").click()
    expect(main.get_by_role("heading", name="Changes made by them")).to_be_visible()
    examined(page)


def test_support_reads_why_somebody_cannot_sign_in(visit, site, complaints) -> None:
    page = visit(site.cast.dana)
    for address, heading in (
        ("/admin/", "Tenants and their records"),
        ("/admin/login_activity/loginevent/", "Login Activity: all tenants"),
        (f"/admin/tenancy/user/{site.cast.bob.pk}/change/", "Change user"),
        (f"/admin/tenancy/user/{site.cast.bob.pk}/activity/", "Bob Brown"),
    ):
        page.goto(address)
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        examined(page)
    expect(page.get_by_role("heading", name="Why can they not sign in?")).to_be_visible()
    complaints[:] = [each for each in complaints if not each.startswith(OF_AXE)]

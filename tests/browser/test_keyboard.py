"""Without a mouse."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .reading import LOGIN_ACTIVITY, between, days_ago, rows

FOCUSED = """() => {
  const { activeElement: e } = document;
  return e.getAttribute("aria-label") ?? e.labels?.[0]?.textContent.trim() ?? e.textContent.trim();
}"""


def tab_to(page: Page, wanted: str, most: int = 40) -> list[str]:
    """Press Tab until that is focused; what was passed on the way."""
    passed: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(FOCUSED))
        if passed[-1] == wanted:
            return passed
    raise AssertionError(passed)


def test_tab_goes_from_the_skip_link_through_the_filters_to_the_rows(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(between(days_ago(20), days_ago(15), status="failure"))
    assert tab_to(page, "Skip to content") == ["Skip to content"]
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    order = tab_to(page, "Download CSV")
    wanted = ["Custom dates", "Search", "User", "Device", "StatusFailure", "Action", "Country", "Reset", "Clear all"]
    places = [order.index(name) for name in wanted]
    assert places == sorted(places)
    tab_to(page, "Details", most=24)  # past what is unusual and the chart
    page.keyboard.press("Enter")
    expect(page.locator(".more .event-details").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".more .event-details").first).to_be_hidden()


def test_arrows_choose_a_period(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(LOGIN_ACTIVITY)
    page.get_by_role("radio", name="Last 7 days").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(f"{LOGIN_ACTIVITY}?period=15d")
    expect(page.get_by_role("radio", name="Last 15 days")).to_be_focused()


def test_escape_closes_what_was_opened_and_gives_the_focus_back(visit, site) -> None:
    page = visit(site.cast.erin, width=390)
    page.goto("/")
    for button, panel in (
        ("Menu", page.get_by_role("navigation", name="Settings")),
        ("Tenant: Initech. Switch tenant", page.get_by_role("group", name="Switch tenant")),
        ("Your account: Erin Evans", page.get_by_role("group", name="Your account")),
        ("Filters", page.get_by_role("group", name="More filters")),
    ):
        opener = page.get_by_role("button", name=button, exact=True)
        opener.focus()
        page.keyboard.press("Enter")
        expect(panel).to_be_visible()
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(opener).to_be_focused()


def test_what_is_focused_is_seen(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(LOGIN_ACTIVITY)
    expect(rows(page).first).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        outlined = page.evaluate(
            "() => [document.activeElement, document.activeElement.parentElement]"
            ".some(element => getComputedStyle(element).outlineStyle !== 'none')"
            " || document.activeElement.matches('.bar')"  # its ring is in test_chart
        )
        assert outlined, page.evaluate("document.activeElement.outerHTML")


def test_events_are_read_one_after_another_copied_and_found_again_after_going_back(visit, site) -> None:
    page = visit(site.cast.alice, permissions=["clipboard-read", "clipboard-write"])
    page.goto(between(days_ago(20), days_ago(15)))
    opened = page.locator(".rows .open[aria-expanded=true]")
    for key in "jjo":
        page.keyboard.press(key)
    second = rows(page).nth(1).get_by_role("link", name="Details")
    expect(second).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("j")  # closes it and opens the next
    third = rows(page).nth(2).get_by_role("link", name="Details")
    expect(third).to_be_focused()
    expect(opened).to_have_count(1)
    expect(third).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".more:not([hidden]) .event-details")).to_be_in_viewport()

    address = str(third.evaluate("link => link.href"))
    copies = page.get_by_role("group", name="Copy this event").locator("visible=true")
    for name, begins in (("link", address), ("text", "Acme, Login Activity: "), ("JSON", "{")):
        copies.get_by_role("link", name=name).click()
        expect(copies.get_by_role("status")).to_have_text("Copied.")
        page.wait_for_function("async begins => (await navigator.clipboard.readText()).startsWith(begins)", arg=begins)

    page.get_by_role("searchbox").fill("j")  # a letter where somebody types is a letter
    expect(page).to_have_url(re.compile("q=j"))
    page.go_back()
    expect(opened).to_have_attribute("href", re.compile(f"{address.split('/')[-2]}/$"))
    page.wait_for_function("scrollY > 0")

    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    page.keyboard.press("?")
    keys = page.get_by_role("group", name="Keys for the rows")
    keys.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("o")
    page.keyboard.press("j")
    expect(opened).to_have_count(0)
    expect(page.locator(".open:focus")).to_have_count(0)

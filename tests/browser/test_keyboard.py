"""Without a mouse."""

from __future__ import annotations

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
    wanted = ["Custom dates", "Search", "User", "Status", "Action", "Device", "Country", "Reset", "Clear all"]
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

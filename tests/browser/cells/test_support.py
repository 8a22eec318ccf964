"""Support chooses a cell and searches in all, with the keyboard, and as a screen reader hears it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ..test_accessibility import examine


def test_choosing_a_cell_with_the_keyboard(visit, site) -> None:
    page = visit(site.cast.dana)
    page.goto("/admin/tenancy/user/")
    choice = page.get_by_role("navigation", name="Cells")
    choice.locator("summary").focus()
    page.keyboard.press("Enter")
    current = choice.get_by_role("link", name="main", exact=True)
    expect(current).to_have_attribute("aria-current", "true")
    page.keyboard.press("Tab")
    expect(current).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/~eu-1/admin/tenancy/user/")
    expect(page.locator("#result_list")).to_contain_text("uma@umbrella.example")
    expect(choice.locator("summary")).to_have_text("Cell: eu-1")
    expect(page).to_have_title("Select user to change · eu-1 · Wisely Security support")


def test_a_person_of_another_cell_is_found(visit, site) -> None:
    page = visit(site.cast.dana)
    page.goto("/admin/")
    page.get_by_label("Search all cells").fill("uma@")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="uma@umbrella.example").click()
    expect(page.get_by_role("heading", name="Uma Urban")).to_be_visible()
    expect(page.locator(".cells-choice summary")).to_have_text("Cell: eu-1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(visit, site, width: int, scheme: str) -> None:
    page = visit(site.cast.dana, width=width, color_scheme=scheme)
    searches = [f"/admin/all-cells/?q={typed}" for typed in ("umbrella", ".example", "nowhere", "u", "")]
    for path in ("/~eu-1/admin/", *searches):
        page.goto(path)
        page.locator(".cells-choice summary").click()
        expect(page.locator(".cells-choice a").first).to_be_visible()
        examine(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

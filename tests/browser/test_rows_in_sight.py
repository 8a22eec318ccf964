"""How many rows a laptop's window shows, with everything above them as it is by default: nothing folded."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .reading import LOGIN_ACTIVITY
from .test_accessibility import examine

AUDIT_TRAIL = "/settings/security/audit-trail/"

WANTED = 12
IN_SIGHT = """() => {
    const { top, height } = document.querySelector("tr.event").getBoundingClientRect();
    return Math.floor((innerHeight - top) / height);
}"""


@pytest.mark.parametrize("address", [LOGIN_ACTIVITY, AUDIT_TRAIL])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_twelve_rows_are_in_sight(visit, site, address: str, theme: str) -> None:
    page = visit(site.cast.alice, color_scheme=theme)
    page.goto(f"{address}?period=90d")
    expect(page.locator(".chart-drawing")).to_be_visible()
    expect(page.locator(".filters-more")).to_be_visible()
    expect(page.locator(".strip")).to_be_visible()
    assert page.evaluate(IN_SIGHT) >= WANTED
    examine(page)


@pytest.mark.parametrize("width", [1000, 1200, 1300, 1350, 1359, 1440])
def test_the_button_that_folds_the_filters_stays_beside_the_search(visit, site, width: int) -> None:
    page = visit(site.cast.alice, width=width)
    page.goto(LOGIN_ACTIVITY)
    button, search = (page.locator(part).bounding_box() for part in (".filters-fold", ".search"))
    assert button and search
    assert abs(button["y"] - search["y"]) < 4

"""Django admin, as support staff see it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .reading import sides


@pytest.mark.parametrize("events", ["login_activity/loginevent", "audit_trail/auditevent"])
def test_every_column_of_a_record_is_seen_on_a_laptop(visit, site, events: str) -> None:
    page = visit(site.cast.dana, width=1280)
    page.goto(f"/admin/{events}/")
    assert sides(page.locator("#result_list"))[1] <= sides(page.locator(".results"))[1]


def test_no_name_takes_the_room_of_the_other_columns(visit, site) -> None:
    page = visit(site.cast.dana, width=1280)
    page.goto("/admin/tenancy/user/?q=Unbreakable")
    name = page.locator("#result_list tbody .field-name").first
    expect(name).to_contain_text("Unbreakable" * 5)
    left, right = sides(name)
    assert right - left < 300

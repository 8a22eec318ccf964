"""Django admin, as support staff see it."""

from __future__ import annotations

import pytest

from .reading import sides


@pytest.mark.parametrize("events", ["login_activity/loginevent", "audit_trail/auditevent"])
def test_every_column_of_a_record_is_seen_on_a_laptop(visit, site, events: str) -> None:
    page = visit(site.cast.dana, width=1280)
    page.goto(f"/admin/{events}/")
    assert sides(page.locator("#result_list"))[1] <= sides(page.locator(".results"))[1]

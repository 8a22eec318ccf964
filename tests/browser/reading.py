"""Login Activity as a visitor sees it, and expectations of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Locator, Page, expect

from login_activity.models import LoginEvent

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"


def days_ago(days: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=days)


def between(first: date, last: date, **filters: str) -> str:
    """The page's address for custom dates: days long gone, to which no test adds anything."""
    return f"{LOGIN_ACTIVITY}?{urlencode({'period': 'custom', 'from': first, 'to': last, **filters}, safe=',:')}"


def rows(page: Page) -> Locator:
    return page.locator(".rows .event")


def row_of(page: Page, event: LoginEvent) -> Locator:
    return rows(page).filter(has=page.locator(f'.open[href$="/{event.pk}/"]'))


def expect_rows(page: Page, events: Sequence[LoginEvent]) -> None:
    """Exactly these events, in this order."""
    links = page.locator(".rows .open")
    expect(links).to_have_count(len(events))
    if events:
        expect(links.first).to_have_attribute("href", re.compile(str(events[0].pk)))
        expect(links.last).to_have_attribute("href", re.compile(str(events[-1].pk)))
    addresses = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert [address.split("/")[-2] for address in addresses] == [str(event.pk) for event in events]


def sides(locator: Locator) -> tuple[float, float]:
    """Where it begins and ends, from the left edge of the window."""
    left, right = locator.evaluate("element => [element.getBoundingClientRect()].flatMap(r => [r.left, r.right])")
    return left, right


def mark(page: Page) -> None:
    """Leave a mark on what a partial refresh must keep, and on what it must replace."""
    page.evaluate("for (const id of ['main', 'filters', 'results']) document.getElementById(id).dataset.before = ''")


def expect_only_results_replaced(page: Page) -> None:
    expect(page.locator("#results")).not_to_have_attribute("data-before", "")
    expect(page.locator("#main[data-before] #filters[data-before]")).to_have_count(1)


def choices(value: str) -> set[str]:
    """Of a filter: the form lists them as its picker does, the address in the order of their declaration."""
    return set(value.split(","))


def expect_all_to_agree(page: Page) -> None:
    """The form, the address, the chips and the addresses of chart and download say the same."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    query = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    fields = page.evaluate("[...new FormData(document.getElementById('filters'))]")
    form: dict[str, str] = {}
    for name, value in fields:
        form[name] = f"{form[name]},{value}".replace("-,", "-") if form.get(name) else value
    for name in ("from", "to"):
        at = form.pop(f"{name}_time")
        form[name] += f"T{at}" if at else ""
    if form["period"] != "custom":
        del form["from"], form["to"]
    assert {name: choices(value) for name, value in form.items() if value} == {
        name: choices(value) for name, value in query.items()
    }
    chips = page.locator(".chips [data-name]").evaluate_all(
        "chips => chips.map(each => [each.dataset.name, each.dataset.key])"
    )
    assert dict(chips) == {name: value for name, value in query.items() if name not in {"period", "from", "to"}}
    for link in page.locator(".chart-link, .downloads a").all():
        linked = parse_qs(urlsplit(link.get_attribute("href") or "").query)
        assert {name: values[0] for name, values in linked.items() if name != "format"} == query

"""The chart above the rows: drawn with the page, kept while paging, changed with the filters; ranges are chosen."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Route, expect

from login_activity.models import LoginEvent

from .picking import pick
from .reading import LOGIN_ACTIVITY, between, days_ago, expect_only_results_replaced, expect_rows, mark, sides
from .site import Site

FIRST, LAST = days_ago(40), days_ago(15)


def total(page: Page) -> int:
    text = page.locator(".chart-total strong").inner_text()
    return int(text.removesuffix("s").removesuffix(" event").replace(",", ""))


def shown(site: Site, **conditions: str) -> list[LoginEvent]:
    events = site.events(site.cast.acme, FIRST, LAST, "Asia/Kolkata")
    return [event for event in events if all(getattr(event, name) == value for name, value in conditions.items())]


def test_it_shows_the_number_of_events_and_the_size_of_the_download(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    expect(page.locator(".chart .bar")).to_have_count((LAST - FIRST).days + 1)
    assert total(page) == len(shown(site))
    expect(page.locator(".csv-size")).to_have_text(re.compile(rf"^{len(shown(site))} events, about \d+ kB$"))


@pytest.mark.parametrize("width", [390, 1440])
def test_showing_the_size_of_the_download_moves_nothing(visit, site, width: int) -> None:
    page = visit(site.cast.alice, width=width)
    page.goto(between(FIRST, LAST))
    size, chart = page.locator(".csv-size"), page.locator(".chart")
    expect(size).to_contain_text("about")
    tops = set()
    for text in ("", "9 events, about 4 kB", "1,234,567 events, about 450 MB"):
        size.evaluate("(size, text) => { size.textContent = text; }", text)
        tops.add(chart.evaluate("chart => chart.getBoundingClientRect().top"))
    assert len(tops) == 1


def test_filters_change_it_and_turning_pages_does_not(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    expect(page.locator(".chart svg")).to_be_visible()
    page.locator(".chart svg").evaluate("svg => { svg.dataset.before = '' }")
    mark(page)
    page.get_by_role("link", name="Older").click()
    expect(page).to_have_url(re.compile("before="))
    expect_only_results_replaced(page)
    expect(page.locator(".chart svg[data-before]")).to_have_count(1)
    expect(page.locator(".csv-size")).to_contain_text("events, about")
    pick(page, "Status", "Failure")
    expect(page.locator(".chart svg:not([data-before])")).to_have_count(1)
    assert total(page) == len(shown(site, status="failure"))


def test_a_bar_leads_to_its_day(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST, status="failure"))
    failures = shown(site, status="failure")
    day = failures[0].occurred_at.astimezone(ZoneInfo("Asia/Kolkata"))
    mark(page)
    page.get_by_role("link", name=f"{day:%A, %-d %b %Y}").first.locator(".bar-room").click()
    expect(page).to_have_url(re.compile(rf"status=failure&from={day:%Y-%m-%d}&to={day:%Y-%m-%d}$"))
    expect_only_results_replaced(page)
    expect_rows(page, [event for event in failures if event.occurred_at.astimezone(day.tzinfo).date() == day.date()])
    expect(page.locator(".chart .bar")).to_have_count(24)
    expect(page.locator("input[name=from]")).to_have_value(f"{day:%Y-%m-%d}")


def test_the_keyboard_goes_from_bar_to_bar(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    bars = page.locator(".chart .bar")
    expect(bars.last).to_have_attribute("tabindex", "0")
    bars.last.focus()
    for key, place in {"ArrowRight": -1, "ArrowLeft": -2, "Home": 0, "End": -1}.items():
        page.keyboard.press(key)
        expect(bars.nth(place)).to_be_focused()
        expect(bars.nth(place).locator(".bar-label")).to_be_visible()
        expect(page.locator(".chart .bar-label:visible")).to_have_count(1)
        expect(bars.nth(place)).to_have_css("outline-style", "none")  # it would go round what the bar says
        expect(bars.nth(place).locator(".bar-room")).not_to_have_css("stroke", "none")
        expect(page.locator(".chart .bar[tabindex='0']")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"from={LAST}&to={LAST}$"))


def test_the_numbers_are_there_to_read(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    page.get_by_text("Show the numbers").click()
    table = page.get_by_role("table", name=re.compile("Events per day"))
    expect(table.get_by_role("row")).to_have_count((LAST - FIRST).days + 2)
    page.get_by_role("link", name="Older").click()
    expect(table).to_be_visible()


def test_a_box_that_waits_says_so_and_one_that_failed_can_be_tried_again(visit, site, complaints) -> None:
    page = visit(site.cast.alice)
    held: list[Route] = []
    page.route("**/chart/*", lambda route: held.append(route))
    page.goto(between(FIRST, LAST, q="a"))
    expect(page.locator(".chart").get_by_text("Loading the chart…")).to_be_visible()
    held[0].fulfill(status=503, body="")
    again = page.get_by_role("link", name="The chart could not be loaded. Try again")
    expect(again).to_be_visible()
    page.unroute("**/chart/*")
    again.click()
    expect(page.locator(".chart svg")).to_be_visible()
    expect(page).to_have_url(between(FIRST, LAST, q="a"))
    complaints.clear()


def test_without_scripts_it_is_there_or_a_link_leads_to_it(visit, site) -> None:
    page = visit(site.cast.alice, java_script_enabled=False)
    page.goto(between(FIRST, LAST, status="failure"))
    assert total(page) == len(shown(site, status="failure"))
    expect(page.get_by_role("button", name="Hide chart")).to_have_count(0)
    page.goto(between(FIRST, LAST, q="a"))
    link = page.get_by_role("link", name="Show the chart")
    card, text = page.locator(".chart").bounding_box(), link.bounding_box()
    assert card["height"] < text["height"] + 40  # no room for what does not come
    link.click()
    expect(page.get_by_role("heading", name="Login Activity: chart")).to_be_visible()
    expect(page.locator(".tops").first).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Login Activity").click()
    expect(page).to_have_url(re.compile("q=a"))


def test_a_range_is_dragged_or_chosen_with_the_keyboard(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    rooms, chosen = page.locator(".chart .bar-room"), page.locator(".chart-range")
    first, last = (rooms.nth(place).bounding_box() for place in (3, 6))
    page.mouse.move(first["x"] + 3, first["y"] + 30)
    page.mouse.down()
    page.mouse.move(last["x"] + 3, last["y"] + 30, steps=4)
    expect(page.locator(".bar.is-chosen")).to_have_count(4)
    expect(chosen).to_contain_text(" to ")
    page.mouse.up()
    days = [FIRST + timedelta(days=days) for days in (3, 6)]
    expect(page).to_have_url(re.compile(f"from={days[0]}&to={days[1]}$"))
    bars = page.locator(".chart .bar")
    expect(bars).to_have_count(4)
    bars.nth(0).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(chosen).to_contain_text("Press Enter to show it.")
    page.keyboard.press("Escape")
    expect(chosen).to_be_empty()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"from={days[0] + timedelta(days=1)}&to={days[0] + timedelta(days=2)}$"))


@pytest.mark.parametrize("width", [360, 390, 1440])
def test_it_stays_within_its_card(visit, site, width: int) -> None:
    page = visit(site.chief, width=width)
    for address in (between(days_ago(91), days_ago(0)), f"{LOGIN_ACTIVITY}?period=today", between(FIRST, FIRST)):
        page.goto(address)
        if page.locator(".chart").count():
            expect(page.locator(".chart svg")).to_be_visible()
            left, right = sides(page.locator(".chart"))
            for label in page.locator(".chart-label:visible").all():
                assert left <= sides(label)[0] < sides(label)[1] <= right
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_folds_and_stays_folded(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto(f"{LOGIN_ACTIVITY}?period=30d")
    drawing = page.get_by_role("group", name="Events per day")
    expect(drawing).to_be_visible()
    page.get_by_role("button", name="Hide chart").click()
    expect(drawing).to_be_hidden()
    page.reload()
    show = page.get_by_role("button", name="Show chart")
    expect(show).to_be_visible()
    expect(drawing).to_be_hidden()
    show.click()
    expect(drawing).to_be_visible()

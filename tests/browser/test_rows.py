"""Paging, opening a row, downloading, printing."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import expect

from .reading import LOGIN_ACTIVITY, between, days_ago, expect_rows, row_of, rows
from .test_accessibility import examine

pytestmark = pytest.mark.long

FIRST, LAST = days_ago(32), days_ago(14)
COLUMNS = ["Name", "IP Address", "Device Type", "Geo Location", "Status", "Action"]


@pytest.fixture
def past(site):
    """More than two pages."""
    events = site.events(site.cast.acme, FIRST, LAST, "Asia/Kolkata")
    assert len(events) > 100
    return events


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_older_and_newer_turn_the_pages(visit, site, past, javascript: bool) -> None:
    page = visit(site.cast.alice, java_script_enabled=javascript)
    page.goto(between(FIRST, LAST))
    older, newer = (page.get_by_role("link", name=name, exact=True) for name in ("Older", "Newer"))
    expect_rows(page, past[:50])
    expect(newer).to_have_count(0)
    older.click()
    expect_rows(page, past[50:100])
    older.click()
    expect_rows(page, past[100:])
    expect(older).to_have_count(0)
    newer.click()
    expect_rows(page, past[50:100])
    newer.click()
    expect_rows(page, past[:50])


def test_a_page_is_turned_from_its_top_and_the_keyboard_stays(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    page.get_by_role("link", name="Older", exact=True).focus()
    page.keyboard.press("Enter")
    expect_rows(page, past[50:100])
    expect(rows(page).first).to_be_in_viewport()
    expect(page.get_by_role("link", name="Older", exact=True)).to_be_focused()


def test_a_row_opens_in_place_and_closes_again(visit, site, past) -> None:
    page = visit(site.cast.alice)
    page.goto(between(FIRST, LAST))
    event = past[3]
    opener = row_of(page, event).get_by_role("link", name="Details")
    opener.click()
    details = page.locator(".more").filter(has=page.get_by_text(str(event.pk)))
    expect(details).to_be_visible()
    expect(details).to_contain_text(event.user_agent or "User agent")
    expect(details).to_contain_text(event.ip)
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page).to_have_url(between(FIRST, LAST))
    opener.click()
    expect(details).to_be_hidden()
    row_of(page, event).get_by_role("cell").nth(4).click()  # anywhere in the row
    expect(details).to_be_visible()


def test_without_scripts_a_row_opens_as_a_page(visit, site, past) -> None:
    page = visit(site.cast.alice, java_script_enabled=False)
    page.goto(between(FIRST, LAST))
    event = past[0]
    row_of(page, event).get_by_role("link", name="Details").click()
    expect(page).to_have_url(f"{LOGIN_ACTIVITY}{event.pk}/")
    expect(page.get_by_role("main")).to_contain_text(event.user_agent or "User agent")
    page.get_by_role("link", name="Login Activity").last.click()
    expect(page).to_have_url(LOGIN_ACTIVITY)


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_the_download_is_the_filtered_table(visit, site, past, javascript: bool) -> None:
    page = visit(site.cast.alice, java_script_enabled=javascript)
    page.goto(between(FIRST, LAST, status="failure", action="log_in"))
    expected = [event for event in past if event.status == "failure" and event.action == "log_in"]
    expect_rows(page, expected)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download CSV").click()
    assert downloading.value.suggested_filename == (
        f"acme-login-activity-{FIRST}-to-{LAST}-status-failure-action-log-in.csv"
    )
    with downloading.value.path().open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["Event ID"] for line in lines] == [str(event.pk) for event in expected]
    for line, row in zip(lines, rows(page).all(), strict=True):
        shown = " ".join(row.inner_text().split())
        assert all(line[column] in shown for column in COLUMNS), (line, shown)


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_other_formats_are_a_button_away(visit, site, javascript: bool) -> None:
    page = visit(site.cast.alice, java_script_enabled=javascript)
    page.goto(between(FIRST, LAST, status="failure"))
    button, formats = page.get_by_role("button", name="Other formats"), page.get_by_role("group", name="Download as")
    button.focus()
    page.keyboard.press("Enter")
    expect(formats).to_be_visible()
    page.keyboard.press("Escape")
    expect(formats).to_be_hidden()
    expect(button).to_be_focused()
    for name, ending in (("CSV(?! with proof)", ".csv"), ("Compressed CSV", ".csv.gz"), ("Excel", ".xlsx")):
        button.click()
        with page.expect_download() as downloading:
            formats.get_by_role("link", name=re.compile(f"^{name}")).click()
        assert downloading.value.suggested_filename.endswith(f"-status-failure{ending}")
        page.keyboard.press("Escape")


def test_long_names_stay_inside_their_column(visit, site) -> None:
    page = visit(site.chief)
    page.goto(between(FIRST, LAST))
    expect(rows(page)).to_have_count(50)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = rows(page).evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert max(heights) < 100
    expect(rows(page).nth(1).get_by_role("link").first).to_have_attribute("title", re.compile("Unbreakable|@"))


def test_a_tablet_shows_a_table_and_so_does_paper(visit, site, past) -> None:
    page = visit(site.cast.alice, width=768)
    page.goto(between(FIRST, LAST, status="failure"))
    heads = page.locator(".rows thead tr:last-child th")
    sides_of_heads = heads.evaluate_all(
        "heads => heads.map(head => [head.scrollWidth, head.clientWidth, head.getBoundingClientRect().right])"
    )
    assert all(inner <= outer and right <= 768 for inner, outer, right in sides_of_heads), sides_of_heads
    heights = rows(page).evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert max(heights) < 110
    rows(page).first.get_by_role("link", name="Details").click()
    expect(page.locator(".more .event-details").first).to_be_visible()

    page.emulate_media(media="print")
    expect(page.locator(".print-title")).to_have_text("Acme: Login Activity")
    expect(page.locator(".rows .print-only")).to_contain_text("times in Asia/Kolkata, newest first. Status: Failure.")
    expect(page.locator("main a:visible, main button:visible").filter(has_text="Download")).to_have_count(0)
    expect(page.locator(".more .event-details").first).to_be_hidden()
    for width in (390, 768):  # of the window; the sheet decides
        page.set_viewport_size({"width": width, "height": 900})
        for name, display in (("thead", "table-header-group"), (".event", "table-row"), (".event td", "table-cell")):
            assert page.locator(f".rows {name}").first.evaluate("e => getComputedStyle(e).display") == display
    assert page.locator(".event").first.evaluate("e => getComputedStyle(e).breakInside") == "avoid"


def test_a_note_is_written_in_the_list_which_comes_back_with_its_row_open(visit, site, past) -> None:
    page = visit(site.newcomer(time_zone="Asia/Kolkata"))
    page.goto(between(FIRST, LAST))
    event = past[4]
    row_of(page, event).get_by_role("link", name="Details").click()
    notes = page.locator(".event-details .notes")
    notes.get_by_text("Add a note").click()
    notes.get_by_role("textbox", name="Note").fill("Asked her:\na new laptop.")
    examine(page)
    notes.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("Note added.")).to_be_visible()
    expect(page).to_have_url(between(FIRST, LAST))
    expect(notes.get_by_text("a new laptop.")).to_be_visible()
    expect(row_of(page, event).get_by_title("1 note")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    examine(page, "color-contrast")
    notes.get_by_role("link", name=re.compile("^Edit your note")).click()
    page.get_by_label("Note").fill("Asked her: a new telephone.")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(f"{LOGIN_ACTIVITY}{event.pk}/")
    expect(notes).to_contain_text("Asked her: a new telephone.")
    notes.get_by_text("Earlier text").click()
    expect(notes.get_by_text("a new laptop.")).to_be_visible()


def test_columns_are_chosen_with_the_keyboard_without_scripts_and_on_a_phone(visit, site, past) -> None:
    page = visit(site.newcomer(), java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.goto(between(FIRST, LAST))
    button, menu = page.get_by_role("button", name="Columns"), page.get_by_role("group", name="Columns")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(menu.get_by_role("checkbox", name="IP Address")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(between(FIRST, LAST))
    expect(button).to_have_text("Columns: 6 of 7")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_role("columnheader", name="Device Type")).to_be_visible()
    expect(page.get_by_role("columnheader", name="IP Address")).to_have_count(0)
    page.emulate_media(media="screen")
    button.click()
    menu.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("columnheader", name="IP Address")).to_be_visible()


def test_the_rows_keep_their_width_whatever_is_hidden(visit, site, past) -> None:
    page = visit(site.newcomer())
    page.goto(between(FIRST, LAST))
    page.get_by_role("button", name="Columns").click()
    menu = page.get_by_role("group", name="Columns")
    expect(menu).to_be_visible()
    expect(page.locator(".htmx-request")).to_have_count(0)  # while it loads, the rows are dim
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        examine(page)
    for box in menu.get_by_role("checkbox").all():
        box.uncheck()
    menu.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("button", name="Columns: 3 of 7")).to_be_visible()
    page.get_by_role("link", name="Older", exact=True).click()  # a part of the page
    expect(page).to_have_url(re.compile("before="))
    expect(page.get_by_role("button", name="Columns: 3 of 7")).to_be_visible()
    for width in (800, 1100, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator("th.open-column").bounding_box()["width"] < 50
        assert page.locator("th.column-occurred_at").bounding_box()["width"] < 200

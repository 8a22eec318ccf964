"""Saved views and scheduled reports in one visit: from filters to the file behind the link, with axe on the way."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.downloads.csv_files import read_csv

from .picking import pick
from .reading import LOGIN_ACTIVITY
from .test_accessibility import NARROW, examine
from .workspace import a_company

REPORTS = "/settings/scheduled-reports/"


def examine_both(page: Page) -> None:
    """In both themes, and on a phone."""
    examine(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": NARROW, "height": 900})
    examine(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def open_views(page: Page) -> None:
    with page.expect_response(lambda answer: "saved-views/" in answer.url):
        page.get_by_role("button", name="Saved views").click()


def test_filters_become_a_view_a_report_and_a_file(visit, site) -> None:
    company = a_company(site)
    page = visit(company.alice)
    page.goto(f"{LOGIN_ACTIVITY}?period=last-month")
    pick(page, "Status", "Failure")
    expect(page.get_by_role("list", name="Active filters")).to_contain_text("Failure")
    open_views(page)
    examine_both(page)
    panel = page.get_by_role("group", name="Saved views")
    expect(panel.get_by_role("link", name="Failures Shared")).to_be_visible()
    panel.get_by_label("Save the filters as").fill("Failures last month")
    panel.get_by_label("Share with").check()
    panel.get_by_role("button", name="Save view").click()
    expect(page).to_have_url(f"{site.url}{LOGIN_ACTIVITY}?period=last-month&status=failure")

    # "Last month's failures for the auditor": the record, the view, the download.
    page.goto(LOGIN_ACTIVITY)
    open_views(page)
    panel.get_by_role("link", name="Failures last month Shared").click()
    expect(page.get_by_role("list", name="Active filters")).to_contain_text("Failure")
    expect(page.get_by_role("radio", name="Last month")).to_be_checked()

    page.goto(f"{REPORTS}add/")
    expect(page.get_by_label("Weekday")).to_be_visible()
    page.get_by_label("How often").select_option(label="Every month")
    expect(page.get_by_label("Weekday")).to_be_hidden()
    page.get_by_label("Day of the month").fill("31")
    examine_both(page)
    page.get_by_label("Name", exact=True).fill("For the auditor")
    page.get_by_label("View", exact=True).select_option(label="Login Activity: Failures last month")
    page.get_by_role("group", name="Recipients").get_by_label(company.alice.name).check()
    page.get_by_role("main").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status").locator(".notice")).to_contain_text("added")
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_role("status").locator(".notice")).to_contain_text("is on its way")

    page.goto(site.mailed_link(company.alice.email))
    expect(page.get_by_role("heading", name="For the auditor")).to_be_visible()
    examine_both(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download CSV").click()
    name, body = started.value.suggested_filename, Path(started.value.path()).read_bytes()
    assert name.endswith("-status-failure.csv")
    assert {row[5] for row in read_csv(body)} <= {"Failure"}
    page.goto(REPORTS)
    expect(page.get_by_role("row").filter(has_text="For the auditor")).to_contain_text("Sent")
    examine_both(page)

"""The Audit Trail in a browser: rows that open, groups of one request, links that lead on, the page of coverage."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.audit_trail.page.story import Story, record_story
from tests.audit_trail.records import put
from tests.support import cast
from wisely_security.tenancy.models import Edition, User
from wisely_security.tenancy.sign_in.accounts import create_tenant

from .picking import pick
from .reading import expect_only_results_replaced, mark, rows
from .test_accessibility import NARROW, WIDE, examine

pytestmark = pytest.mark.long

PAGE = "/settings/security/audit-trail/"


@dataclass(frozen=True, slots=True)
class Umbrella:
    """A tenant of its own, whose story nobody else adds to."""

    grace: User
    story: Story


@pytest.fixture(scope="module")
def umbrella(site) -> Umbrella:
    with site.at_its_database():
        grace = cast.person("Grace Green", "grace@umbrella.example", time_zone="Asia/Kolkata")
        tenant = create_tenant("Umbrella", "umbrella", Edition.ENTERPRISE, super_admin=grace)
        henry = cast.add_member(tenant, "developer", cast.person("Henry Hill", "henry@umbrella.example"))
        story = record_story(tenant, grace, henry)
        endless = {"resource_name": "Unbreakable" * 20}
        failed = {"status": "failure", "reason_code": "error", "reason": "x" * 480}
        put(tenant.pk, [endless, {**endless, **failed}])
    return Umbrella(grace, story)


def of(page: Page, text: str) -> Locator:
    return rows(page).filter(has_text=text).first


def opened(page: Page, text: str) -> Locator:
    row = of(page, text)
    row.get_by_role("link", name="Details").click()
    details = row.locator("xpath=following-sibling::tr[1]").locator(".event-details")
    expect(details).to_be_visible()
    return details


def test_a_row_opens_in_place_with_what_changed(visit, umbrella) -> None:
    page = visit(umbrella.grace)
    page.goto(PAGE)
    details = opened(page, "Body, Footer")
    expect(details.get_by_role("table", name="What changed")).to_be_visible()
    removed = details.locator(".line-removed", has_text="It comes on {{3}}.")
    expect(removed).to_be_hidden()
    details.get_by_text("Long text: 2 lines added, 1 line removed").click()
    expect(removed).to_be_visible()
    expect(page).to_have_url(re.compile(f"{PAGE}$"))


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_group_opens_and_closes_by_keyboard(visit, umbrella, width: int) -> None:
    page = visit(umbrella.grace, width=width)
    page.goto(PAGE)
    button = page.get_by_role("button", name="and 3 more from the same request")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(rows(page).filter(has_text="Region East")).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(rows(page).filter(has_text="Region East")).to_be_visible()
    expect(page.locator(f"#{button.get_attribute('aria-controls')}")).to_contain_text("Region East")
    opened(page, "Region East")
    button.press("Space")
    expect(rows(page).filter(has_text="Region East")).to_be_hidden()
    expect(page.get_by_role("button", name="and 1 more from the same request")).to_be_visible()


def test_without_scripts_everything_is_shown_and_leads_on(visit, umbrella) -> None:
    page = visit(umbrella.grace, java_script_enabled=False)
    page.goto(PAGE)
    expect(page.get_by_role("button", name="more from the same request")).to_have_count(0)
    expect(page.get_by_text("and 3 more from the same request:")).to_be_visible()
    for row in rows(page).all():
        expect(row).to_be_visible()
    of(page, "Name, Description, Users").get_by_role("link", name="Details").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Business Group: Edit, Sales & <b>Service</b>")
    page.get_by_role("link", name="Everything about this record").click()
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("link", name="Record: Sales & <b>Service</b>")).to_be_visible()
    page.get_by_role("button", name="Apply").first.click()  # the form keeps the record
    expect(rows(page)).to_have_count(2)


@pytest.mark.parametrize(
    ("text", "link", "chip", "count"),
    [
        ("Channels, API key", "Everything about this record", "Record: Shop", 3),
        ("Channels, API key", "Everything by this person", "Actioned by: Henry Hill", 4),
        ("Region West", "Everything in this request", "Request: Grace Green", 4),
    ],
)
def test_links_lead_on_inside_the_page(visit, umbrella, text: str, link: str, chip: str, count: int) -> None:
    page = visit(umbrella.grace)
    page.goto(PAGE)
    mark(page)
    opened(page, text).get_by_role("link", name=link).click()
    expect(rows(page)).to_have_count(count)
    expect_only_results_replaced(page)
    expect(page.locator(".chip", has_text=chip)).to_be_visible()
    expect(page.get_by_role("button", name="more from the same request")).to_have_count(
        0 if "request" in link else page.locator(".rows .group").count()
    )
    # A further filter narrows it, and the chip takes the record away again.
    pick(page, "Status", "Failure")
    expect(page.locator("#results")).to_contain_text(re.compile("Failure|No events match"))
    expect(page).to_have_url(re.compile(r"(record|actor|request)=[0-9a-f-]{36}"))
    page.locator(".chip", has_text=chip.split()[0]).click()
    expect(page).not_to_have_url(re.compile(r"(record|actor|request)="))
    expect(page.locator(".chip", has_text=chip.split()[0])).to_have_count(0)


def test_the_page_of_coverage_is_one_click_away(visit, umbrella) -> None:
    page = visit(umbrella.grace)
    page.goto(PAGE)
    page.get_by_role("link", name="What is recorded").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is recorded")
    page.get_by_role("region", name="Templates").get_by_role("link", name="Templates").click()
    expect(page.locator(".chip", has_text="Module: Templates")).to_be_visible()
    expect(rows(page).filter(has_text="order_shipped").first).to_be_visible()


@pytest.mark.parametrize("width", [WIDE, 1024, NARROW])
def test_nothing_is_wider_than_the_window(visit, umbrella, width: int) -> None:
    page = visit(umbrella.grace, width=width)
    for path in (PAGE, f"{PAGE}coverage/"):
        page.goto(path)
        if path == PAGE:
            opened(page, "Body, Footer").locator(".changes summary").first.click()
            opened(page, "Unbreakable")
            heights = rows(page).evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
            assert max(heights) < (120 if width > NARROW else 320)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("state", ["rows", "open", "group", "event", "coverage"])
def test_axe_finds_nothing(visit, umbrella, state: str) -> None:
    page = visit(umbrella.grace, width=WIDE)
    page.goto(f"{PAGE}coverage/" if state == "coverage" else PAGE)
    if state == "open":
        for text in ("Body, Footer", "Name, Description, Users", "Channels, API key", "Auditor"):
            details = opened(page, text)
            for summary in details.locator(".changes summary").all():
                summary.click()
    if state == "group":
        page.get_by_role("button", name="and 3 more").click()
    if state == "event":
        page.goto(of(page, "Body, Footer").locator(".open").get_attribute("href") or "")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": 900})
            examine(page)

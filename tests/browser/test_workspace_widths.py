"""The workspace on a phone, a tablet and a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.cast import add_member, person
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .workspace import a_company


@pytest.fixture
def company(site):
    return a_company(site)


def test_a_list_is_sorted_on_a_phone_too(visit, company) -> None:
    page = visit(company.alice, width=390, height=844, has_touch=True)
    page.goto("/settings/templates/")
    page.get_by_role("link", name="Name", exact=True).tap()
    page.get_by_role("link", name="Name", exact=True).tap()
    expect(page.locator("main .table .name")).to_have_text(["welcome", "offer", "invoice"])


def test_a_name_without_a_space_breaks_and_no_other_word_does(visit, company, site) -> None:
    with site.at_its_database():
        long = add_member(company.acme, "developer", person("N" * 150, f"{'n' * 60}@{company.acme.slug}.example"))
        with acting_as(tenant_id=company.acme.pk):
            group = BusinessGroup.objects.create(
                tenant=company.acme, name="G" * 100, description="Nobody’s", owner=long
            )
    page = visit(company.alice)
    for path in (
        "users",
        *(f"users/{long.pk}{verb}" for verb in ("", "/edit", "/suspend", "/sessions")),
        "business-groups",
        *(f"business-groups/{group.pk}{verb}" for verb in ("", "/edit")),
    ):
        for width in (360, 1024, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"/settings/{path}/")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert page.evaluate(BROKEN_WORDS) == [], (path, width)


# Words of ordinary length in tables and headings that take more than one line.
BROKEN_WORDS = """() => {
  const broken = [];
  for (const part of document.querySelectorAll("main .table, main h1, main .trail")) {
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const word of texts.currentNode.data.matchAll(/[^\\s@-]+/g)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        if (word[0].length < 15 && range.getClientRects().length > 1) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""


def test_nothing_is_wider_than_a_phone(visit, company) -> None:
    page = visit(company.alice, width=360)
    for path in ("access-accounts", "business-groups", "templates", "users", "roles", "roles/add"):
        page.goto(f"/settings/{path}/")
        links = page.locator("main .table .name")
        if links.count():
            with page.expect_navigation():  # with its styles
                links.first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path

"""Lists and records: search, order, pages, few statements at any size, and everything escaped."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support.cast import Cast, sign_in
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.pages.resource_page import ResourcePage, resource_pages

from .browsing import Visitor, text_of
from .samples import SAMPLES, named

GROUPS = "/settings/business-groups/"
PAGES = [page for page in resource_pages() if page.model in SAMPLES]
every_resource_page = pytest.mark.parametrize("resource_page", PAGES, ids=lambda it: it.key)
HOSTILE = "<script>alert('x')</script>&amp;\"><img src=x onerror=alert(1)>"


@pytest.fixture
def alice(cast: Cast) -> Visitor:
    return Visitor(sign_in(cast.alice))


def fill(cast: Cast, count: int) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        BusinessGroup.objects.bulk_create(
            BusinessGroup(tenant=cast.acme, name=f"Group {number:04}", owner=cast.alice) for number in range(count)
        )


def names(visitor: Visitor) -> list[str]:
    return [text_of(each) for each in visitor.main.iter("a") if each.get("class") == "name"]


@pytest.mark.parametrize(
    ("count", "pages"), [(0, []), (3, [3]), (50, [50]), (51, [50, 1]), (1000, [50] * 20)], ids=lambda it: str(it)[:9]
)
def test_a_list_comes_in_pages_and_in_a_few_statements(
    cast: Cast, alice: Visitor, count: int, pages: list[int], django_assert_max_num_queries
) -> None:
    fill(cast, count)
    found = []
    for number, expected in enumerate(pages or [0], 1):
        with django_assert_max_num_queries(8):
            alice.open(f"{GROUPS}?page={number}")
        assert len(names(alice)) == expected
        found += names(alice)
        assert ("Next" in alice.offered, "Previous" in alice.offered) == (number < len(pages), number > 1)
    assert found == [f"Group {number:04}" for number in range(count)]


def test_paging_by_its_links_keeps_search_and_order(cast: Cast, alice: Visitor) -> None:
    fill(cast, 120)
    alice.open(f"{GROUPS}?q=group&sort=-name").follow_in_page("Next")
    assert names(alice)[0] == "Group 0069"
    assert "51–100 of 120" in alice.text
    assert names(alice.follow_in_page("Previous"))[0] == "Group 0119"


@every_resource_page
def test_every_column_sorts_both_ways(cast: Cast, alice: Visitor, resource_page: ResourcePage) -> None:
    for number in range(3):
        a_record(resource_page, cast, f"Name {number}")
    shown = set(names(alice.open(resource_page.list_url())))
    for column in resource_page.columns:
        if column.sort:
            alice.open(resource_page.list_url())
            heading = next(each for each in alice.main.iter("th") if text_of(each).startswith(column.label))
            for order in ("ascending", "descending"):
                alice.open(resource_page.list_url() + next(heading.iter("a")).get("href", ""))
                heading = next(each for each in alice.main.iter("th") if text_of(each).startswith(column.label))
                assert heading.get("aria-sort") == order
            assert set(names(alice)) == shown


@pytest.mark.parametrize(
    "query",
    ["?sort=tenant", "?sort=owner__password", "?sort=--name", "?sort=?", "?page=x", "?page=-1", "?page=9999",
     "?q=%00%25_%5C", f"?q={'x' * 5000}", "?q=%F0%28", "?sort=name&sort=-name"],
)  # fmt: skip
def test_invalid_parameters_show_the_list(cast: Cast, alice: Visitor, query: str) -> None:
    fill(cast, 3)
    alice.open(GROUPS + query)


def test_a_search_finds_all_words_anywhere(cast: Cast, alice: Visitor) -> None:
    make(BusinessGroup, cast.acme, name="Sales North", owner_id=cast.bob.pk)
    make(BusinessGroup, cast.acme, name="Sales South", description="Beaches")
    make(BusinessGroup, cast.acme, name="100 % _new_")
    for words, expected in (
        ("sales", ["Sales North", "Sales South"]),
        ("bob SALES", ["Sales North"]),
        ("beach", ["Sales South"]),
        ("%", ["100 % _new_"]),
        ("_", ["100 % _new_"]),
        ("nothing", []),
    ):
        assert names(alice.open(f"{GROUPS}?q={words}".replace("%", "%25"))) == expected
    assert "No matches" in alice.text


def a_record(resource_page: ResourcePage, cast: Cast, name: str):
    if resource_page.single and (only := _only(resource_page, cast.acme)):
        return only
    return named(SAMPLES[resource_page.model], cast.acme, name)


def _only(resource_page: ResourcePage, tenant: Tenant):
    with acting_as(tenant_id=tenant.pk):
        return resource_page.records(tenant).first()


@every_resource_page
def test_hostile_names_are_text(cast: Cast, alice: Visitor, resource_page: ResourcePage) -> None:
    record = a_record(resource_page, cast, HOSTILE[:60])
    for address in (resource_page.list_url(), resource_page.url(record.pk), resource_page.edit_url(record.pk)):
        assert "<script>alert" not in alice.open(address).html
        assert "<img src=x" not in alice.html
    assert HOSTILE[:25] in alice.open(resource_page.url(record.pk)).text


@every_resource_page
def test_a_record_is_shown_in_a_few_statements(
    cast: Cast, alice: Visitor, resource_page: ResourcePage, django_assert_max_num_queries
) -> None:
    record = a_record(resource_page, cast, "A name")
    for address in (resource_page.url(record.pk), resource_page.list_url()):
        with django_assert_max_num_queries(8):
            assert alice.client.get(address).status_code in {200, 302}


@every_resource_page
def test_pages_need_the_permission_and_show_the_users_own_tenant(
    cast: Cast, resource_page: ResourcePage, events
) -> None:
    record = a_record(resource_page, cast, "Top Secret Thing")
    charlie, nobody = sign_in(cast.charlie), Client()
    for address in (resource_page.list_url(), resource_page.url(record.pk)):
        assert nobody.get(address)["Location"].startswith("/sign-in/")
        assert b"Top Secret Thing" not in charlie.get(address).content
    assert charlie.get(resource_page.url(record.pk)).status_code == 404
    if resource_page.key == "access_accounts":
        return  # a Developer manages them
    bob = sign_in(cast.bob)
    for address in (resource_page.list_url(), resource_page.url(record.pk)):
        assert bob.get(address).status_code == 403
        refused = events(cast.acme)[-1]
        assert (refused.user_name, refused.reason) == (cast.bob.name, "no_permission")
        assert refused.detail["area"] == resource_page.title


@every_resource_page
def test_a_view_by_an_aggregator_is_recorded_for_the_enterprise(
    cast: Cast, resource_page: ResourcePage, events
) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        Tenant.objects.filter(pk=cast.acme.pk).update(aggregator=cast.initech)
    record = a_record(resource_page, cast, "A name")
    erin = sign_in(cast.erin)
    erin.post("/switch-tenant/", {"tenant": str(cast.acme.pk)})
    before = len(events(cast.acme))
    for address in (resource_page.list_url(), resource_page.url(record.pk)):
        page = erin.get(address, follow=True)
        assert page.status_code == 200
        assert {"Edit", resource_page.add_label}.isdisjoint(Visitor.of(page).offered)
    views = events(cast.acme)[before:]
    assert [(view.user_name, view.action, view.detail["area"]) for view in views] == [
        ("Erin Evans (Initech)", "view", resource_page.title)
    ] * 2

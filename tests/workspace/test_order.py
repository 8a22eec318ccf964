"""Lists, choices and searches ignore case and accents; how names are stored."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from login_activity.places.countries import country_choices
from tests.admin.site import sign_in_as_support
from tests.support.cast import Cast, sign_in
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.core.text.folding import sort_key
from wisely_security.reports.filtering.people import user_choices
from wisely_security.tenancy.models import Role, Tenant, User
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.pages.resource_page import ResourcePage, resource_pages

from .browsing import Visitor, text_of
from .samples import SAMPLES, named

NAMES = ["Zebra", "ägypten", "Banana", "Éclair", "apple", "Ørsted", "Oz", "O’Brien"]
IN_ORDER = ["ägypten", "apple", "Banana", "Éclair", "O’Brien", "Ørsted", "Oz", "Zebra"]


@pytest.fixture
def alice(cast: Cast) -> Visitor:
    return Visitor(sign_in(cast.alice))


def fill(cast: Cast, resource_page: ResourcePage, names: list[str]) -> None:
    for name in names:
        named(SAMPLES[resource_page.model], cast.acme, name)


def names(visitor: Visitor) -> list[str]:
    """The names in question, in the order of the list."""
    shown = [text_of(each) for each in visitor.main.iter("a") if each.get("class") == "name"]
    return [name for each in shown if (name := each.split(" (")[0]) in IN_ORDER]


every_list = pytest.mark.parametrize(
    "resource_page",
    [
        page
        for page in resource_pages()
        if not page.single and (sample := SAMPLES.get(page.model)) and not sample.text  # whose names are any text
    ],
    ids=lambda it: it.key,
)


@every_list
def test_a_list_is_sorted_as_people_expect(cast: Cast, alice: Visitor, resource_page: ResourcePage) -> None:
    fill(cast, resource_page, NAMES)
    assert names(alice.open(resource_page.list_url())) == IN_ORDER
    sort = resource_page.columns[0].sort
    for order, expected in ((sort, IN_ORDER), (f"-{sort}", IN_ORDER[::-1])):
        assert names(alice.open(f"{resource_page.list_url()}?sort={order}")) == expected


@every_list
@pytest.mark.parametrize("order", ["", "o=0", "o=-0"])
def test_the_admin_list_is_sorted_as_people_expect(cast: Cast, resource_page: ResourcePage, order: str) -> None:
    fill(cast, resource_page, NAMES)
    opts = resource_page.model._meta
    response = sign_in_as_support().get(f"/admin/{opts.app_label}/{opts.model_name}/?{order}")
    shown = [str(each).split(" (")[0] for each in response.context["cl"].result_list]
    assert [name for name in shown if name in IN_ORDER] == (IN_ORDER[::-1] if order == "o=-0" else IN_ORDER)


def test_choices_are_sorted_as_people_expect(cast: Cast, alice: Visitor) -> None:
    for resource_page in resource_pages():
        if resource_page.key in {"business_groups", "roles", "users"}:
            fill(cast, resource_page, NAMES)
    with acting_as(tenant_id=cast.acme.pk):
        of_reports = [label.split(" (")[0] for _, label in user_choices()]
    assert [name for name in of_reports if name in IN_ORDER] == IN_ORDER
    for page, tag in (
        *(("access-accounts/add", "option"), ("users/invite", "option")),
        *(("business-groups/add", "option"), ("business-groups/add", "label")),
    ):
        alice.open(f"/settings/{page}/")
        offered = [text_of(each).strip().split(" (")[0] for each in alice.main.iter(tag)]
        assert [name for name in offered if name in IN_ORDER] == IN_ORDER, (page, tag)
    countries = [label for _, label in country_choices()]
    assert countries == sorted(countries, key=sort_key)
    assert countries.index("Åland Islands") < countries.index("Albania")


def test_tenants_and_the_enterprises_of_an_aggregator_are_sorted_as_people_expect(cast: Cast) -> None:
    with acting_as(support=True):
        for name in ("ägypten", "Éclair", "Zebra"):
            Tenant.objects.filter(slug="globex").update(name=name)
            assert list(Tenant.objects.all()) == sorted(Tenant.objects.all(), key=lambda tenant: sort_key(tenant.name))


def test_many_users_are_read_in_order_from_an_index(cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        sql, params = User.objects.filter(tenant=cast.acme.pk)[:50].query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "user_by_name" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("character", ["x", "ﷺ", "한", "\U00020000", "é"], ids=ascii)
def test_the_longest_name_fits_into_the_index(cast: Cast, character: str) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        name, email = character * 150, f"{'x' * 230}@{'é' * 10}.example"
        User.objects.filter(pk=cast.bob.pk).update(name=name, email=email)
        assert User.objects.filter(name=name, email=email).exists()


@every_list
@pytest.mark.parametrize("typed", ["eclair", "ÉCLAIR", "E\u0301clair", "écl\u200bair", "ｅｃｌａｉｒ"], ids=ascii)
def test_a_search_ignores_case_and_accents(cast: Cast, alice: Visitor, resource_page: ResourcePage, typed: str) -> None:
    fill(cast, resource_page, NAMES)
    assert names(alice.open(f"{resource_page.list_url()}?q={typed}")) == ["Éclair"]
    opts = resource_page.model._meta
    response = sign_in_as_support().get(f"/admin/{opts.app_label}/{opts.model_name}/", {"q": typed})
    assert [str(each).split(" (")[0] for each in response.context["cl"].result_list] == ["Éclair"]


def test_an_apostrophe_of_any_kind(cast: Cast, alice: Visitor) -> None:
    make(BusinessGroup, cast.acme, name="O’Brien")
    for typed in ("O'Brien", "o`brien", "Oʼbrien", "O´Brien"):
        assert names(alice.open(f"/settings/business-groups/?q={typed}")) == ["O’Brien"]


ADD = {"name": "", "description": "", "seen": ""}


def add(cast: Cast, name: str) -> Client:
    client = sign_in(cast.alice)
    form = {**ADD, "name": name, "owner": str(cast.alice.pk)}
    client.response = client.post("/settings/business-groups/add/", form)  # type: ignore[attr-defined]
    return client


def stored(cast: Cast) -> list[str]:
    with acting_as(tenant_id=cast.acme.pk):
        return list(BusinessGroup.objects.values_list("name", flat=True))


@pytest.mark.parametrize(
    "name", ["山田　太郎", "山田\u00a0太郎", " 山田\u2009 \u202f太郎\u3000", "山田\t太郎", "山田 \u200b太郎"], ids=ascii
)
def test_a_name_with_any_kind_of_space_is_stored_with_one(cast: Cast, name: str) -> None:
    add(cast, name)
    assert stored(cast) == ["山田 太郎"]


@pytest.mark.parametrize("page", ["/account/profile/", "user", "invitation", "tenant", "role"])
def test_every_name_is_stored_with_single_spaces(cast: Cast, page: str) -> None:
    name, expected = "山田　太郎", "山田 太郎"
    with acting_as(tenant_id=cast.acme.pk):
        developer = Role.objects.get(tenant=cast.acme, key="developer")
    client, dana = sign_in(cast.alice), sign_in_as_support()
    match page:
        case "/account/profile/":
            client.post(page, {"name": name, "time_zone": "UTC"})
        case "user":
            shown = client.get(f"/settings/users/{cast.bob.pk}/edit/").context["form"]["seen"].value()
            client.post(f"/settings/users/{cast.bob.pk}/edit/", {"name": name, "role": developer.pk, "seen": shown})
        case "invitation":
            client.post("/settings/users/invite/", {"name": name, "email": "y@acme.example", "role": developer.pk})
        case "role":
            client.post("/settings/roles/add/", {"name": name})
        case "tenant":
            form = {"name": name, "slug": "yamada", "edition": "enterprise", "super_admin_time_zone": "UTC"}
            form |= {"super_admin_name": name, "super_admin_email": "y@acme.example"}
            dana.post("/admin/tenancy/tenant/add/", form)
    with acting_as(support=True):
        found = [*User.objects.filter(name=expected), *Role.objects.filter(name=expected)]
        found += [*Tenant.objects.filter(name=expected)]
    assert len(found) == (2 if page == "tenant" else 1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("Café", "Cafe\u0301"), ("Café", "CAFE"), ("O’Brien", "O'Brien"), ("A-B", "A–B"), ("Straße", "STRASSE")),
        *(
            ("Sales", "Sаles"),
            ("Alice", "AIice"),
            ("Team", "ｔｅａｍ"),
            ("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af"),
        ),
    ],
    ids=ascii,
)
def test_a_name_confusable_with_another_is_taken(cast: Cast, first: str, second: str) -> None:
    add(cast, first)
    assert add(cast, second).response.status_code == 400  # type: ignore[attr-defined]
    assert stored(cast) == [first]


@pytest.mark.parametrize(
    ("first", "second"), [("कमल", "कमला"), ("กา", "กี"), ("か", "が"), ("Bali", "Ball"), ("Ира", "Ирина")]
)
def test_another_name_is_free(cast: Cast, first: str, second: str) -> None:
    add(cast, first)
    add(cast, second)
    assert len(stored(cast)) == 2

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.test import Client

from tests.support.cast import Cast, sign_in
from wisely_security.admin_site import SupportSite
from wisely_security.tenancy.models import Role, Session, User
from wisely_security.tenancy.support import model_admin as support_admin

from .site import EVENTS, ROLES, TENANTS, USERS, WORKSPACE, every_url, list_of, pages_in_admin, support_views


def _main(html: str) -> str:
    return html.split('id="content"')[-1].split("<footer")[0]


class TestEveryLookIsTold:
    def test_every_page_that_shows_data_of_a_tenant_is_recorded_for_it(self, dana: Client, cast: Cast, events) -> None:
        sign_in(cast.bob)
        shown = 0
        for url in every_url(cast):
            before = len(support_views(events, cast.acme))
            response = dana.get(url)
            recorded = len(support_views(events, cast.acme)) - before
            shows = response.status_code == 200 and re.search(r"(?i)\b(acme|bob)\b", _main(response.content.decode()))
            assert recorded == (1 if shows else 0), url
            shown += bool(shows)
        pages = [page for page in pages_in_admin() if page.model not in {Role, User}]
        kinds = 7 + len(pages)
        histories = 5  # of tenant, events, findings and erasure requests; the others redirect to the Audit Trail
        deleted = [page for page in pages if any(action.deletes for action in page.custom_actions)]
        assert shown == kinds + kinds + histories + len([Role, *deleted]) + len(["a person"])

    def test_a_list_records_for_each_tenant_how_many_of_its_rows_were_shown(
        self, dana: Client, cast: Cast, events
    ) -> None:
        dana.get(USERS, {"q": "example", "status__exact": "active"})
        recorded = {"Search": "example", "Status": "Active"}
        assert support_views(events, cast.acme) == [{"area": "Django admin: users", "filters": recorded, "rows": 2}]
        assert support_views(events, cast.globex) == [{"area": "Django admin: users", "filters": recorded, "rows": 1}]
        assert support_views(events, None) == [{"area": "Django admin: users", "filters": recorded, "rows": 1}]

    def test_nothing_is_recorded_for_tenants_that_were_not_shown(self, dana: Client, cast: Cast, events) -> None:
        dana.get(USERS, {"tenant": "acme"})
        dana.get(f"{USERS}{cast.bob.pk}/change/")
        dana.get(USERS, {"q": "nobody"})
        assert [view["filters"] for view in support_views(events, cast.acme)] == [
            {"Tenant": "Acme"},
            {"User": "Bob Brown"},
        ]
        assert (
            support_views(events, cast.globex)
            == support_views(events, cast.initech)
            == support_views(events, None)
            == []
        )

    def test_events_name_the_filters_used(self, dana: Client, cast: Cast, events) -> None:
        sign_in(cast.bob)
        sign_in(cast.charlie)
        dana.get(EVENTS, {"q": "bob", "tenant": "ACME", "period": "today", "status": "success"})
        [view] = support_views(events, cast.acme)
        assert view["rows"] == 1
        assert view["area"] == "Django admin: login events"
        assert view["filters"].items() >= {"Search": "bob", "Tenant": "ACME", "Status": "Success"}.items()
        assert support_views(events, cast.globex) == []

    def test_a_view_is_recorded_for_the_tenant_searched_for_even_if_nothing_was_found(
        self, dana: Client, cast: Cast, events
    ) -> None:
        dana.get(EVENTS, {"tenant": "acme", "q": "nobody@acme.example"})
        [view] = support_views(events, cast.acme)
        assert view["rows"] == 0

    def test_filters_are_recorded_for_the_tenant_searched_for_even_if_nothing_was_found(
        self, dana: Client, cast: Cast, events
    ) -> None:
        dana.get(USERS, {"tenant": "acme", "q": "nobody", "status__exact": ["active", "suspended"]})
        dana.get(USERS, {"tenant": "acme", "status__exact": "guess"})
        dana.get(ROLES, {"tenant": "acme", "q": "nobody"})
        dana.get(USERS, {"tenant": ""})
        empty, unknown, roles, all_tenants = support_views(events, cast.acme)
        assert empty["filters"] == {"Search": "nobody", "Tenant": "Acme", "Status": "Active, Suspended"}
        assert unknown["filters"] == {"Tenant": "Acme", "Status": "guess"}
        assert roles["filters"] == {"Search": "nobody", "Tenant": "Acme"}
        assert [view["rows"] for view in (empty, unknown, roles)] == [0, 0, 0]
        assert all_tenants["filters"] == {}
        [globex] = support_views(events, cast.globex)
        assert globex["filters"] == {}

    @pytest.mark.parametrize(
        "url",
        [
            f"{USERS}?email=bob@acme.example&password__startswith=pbkdf2",
            f"{USERS}?password__startswith=pbkdf2",
            f"{USERS}?tenant__slug=acme",
            f"{USERS}?status=active",
            f"{USERS}?status__isnull=False",
            f"{USERS}?sessions__key_hash__startswith=a",
            f"{ROLES}?users__password__startswith=pbkdf2",
            f"{TENANTS}?super_admin__password__startswith=pbkdf2",
            f"{TENANTS}?edition=aggregator",
        ],
    )
    def test_only_declared_filters_of_a_list_are_applied(self, dana: Client, cast: Cast, events, url: str) -> None:
        assert dana.get(url).status_code == 400
        assert support_views(events, cast.acme) == []

    @pytest.mark.parametrize(
        "url",
        [
            f"{USERS}?tenant=%00",
            f"{USERS}?status=%00",
            f"{USERS}?status__exact=%00",
            f"{USERS}?status__exact=active&status__exact=%00",
            f"{USERS}?email=%00",
            f"{USERS}?email__startswith=%00",
            f"{USERS}?%00=1",
            f"{ROLES}?tenant=%00",
            f"{TENANTS}?edition=%00",
            f"{TENANTS}?edition__exact=%00",
        ],
    )
    def test_a_filter_with_a_nul_character_is_refused(self, dana: Client, url: str) -> None:
        assert dana.get(url).status_code == 400

    @pytest.mark.parametrize("url", [USERS, ROLES, TENANTS, EVENTS, *map(list_of, WORKSPACE)])
    def test_a_search_with_a_nul_character_fails_nothing(self, dana: Client, url: str) -> None:
        assert dana.get(url, {"q": "\0"}).status_code == 200
        assert dana.get(f"{url}\0/change/").status_code == 302

    def test_an_address_in_another_notation_is_recorded_as_well(self, dana: Client, cast: Cast, events) -> None:
        written = f"urn_3Auuid_3A{cast.bob.pk}"  # Django admin's own way to quote
        assert dana.get(f"{USERS}{written}/change/").status_code == 200
        assert dana.get(f"{USERS}{written}/history/", follow=True).status_code == 200
        assert len(support_views(events, cast.acme)) == 2

    def test_the_tenant_sees_it_on_its_own_page(self, dana: Client, cast: Cast) -> None:
        dana.get(f"{USERS}{cast.bob.pk}/change/")
        page = sign_in(cast.alice).get("/settings/identity-access/login-activity/?q=support").content.decode()
        assert "Dana Diaz (Wisely support)" in page
        assert "Django admin: users" in page

    def test_nothing_is_shown_if_the_view_cannot_be_recorded(self, dana: Client, cast: Cast, monkeypatch) -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise Error("full")

        monkeypatch.setattr("login_activity.sign_ins.recorder.append", refuse)
        for url in (USERS, EVENTS + "?tenant=acme", f"{USERS}{cast.bob.pk}/change/"):
            with pytest.raises(Error, match="full"):
                dana.get(url)

    def test_a_model_admin_that_records_no_views_cannot_be_registered(self) -> None:
        class Silent(admin.ModelAdmin[Any]):
            pass

        for silent in (Silent, None):
            with pytest.raises(ImproperlyConfigured, match="SupportAdmin"):
                SupportSite().register(Session, silent)

    def test_a_model_admin_must_declare_whose_data_it_shows(self) -> None:
        class Unsaid(support_admin.SupportAdmin[Any]):
            pass

        with pytest.raises(NotImplementedError):
            Unsaid(Session, admin.site).tenant_of(Session())

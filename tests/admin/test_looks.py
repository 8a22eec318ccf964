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
from wisely_security.tenancy import support_admin
from wisely_security.tenancy.models import Session

from .site import EVENTS, ROLES, TENANTS, USERS, WORKSPACE, every_url, list_of, looks


def _main(html: str) -> str:
    return html.split('id="content"')[-1].split("<footer")[0]


class TestEveryLookIsTold:
    def test_every_page_that_shows_something_of_a_tenant_is_in_its_record(
        self, dana: Client, cast: Cast, events
    ) -> None:
        sign_in(cast.bob)
        shown = 0
        for url in every_url(cast):
            before = len(looks(events, cast.acme))
            response = dana.get(url)
            told = len(looks(events, cast.acme)) - before
            shows = response.status_code == 200 and re.search(r"(?i)\b(acme|bob)\b", _main(response.content.decode()))
            assert told == (1 if shows else 0), url
            shown += bool(shows)
        kinds = 5 + len(WORKSPACE)
        histories = 3  # of the tenant and of events; the others lead to the Audit Trail
        assert shown == kinds + kinds + histories + 4  # that can be deleted: role, link, template, consent group

    def test_a_list_tells_each_tenant_how_many_of_its_rows_were_on_the_page(
        self, dana: Client, cast: Cast, events
    ) -> None:
        dana.get(USERS, {"q": "example", "status__exact": "active"})
        told = {"Search": "example", "Status": "Active"}
        assert looks(events, cast.acme) == [{"area": "Django admin: users", "filters": told, "rows": 2}]
        assert looks(events, cast.globex) == [{"area": "Django admin: users", "filters": told, "rows": 1}]
        assert looks(events, None) == [{"area": "Django admin: users", "filters": told, "rows": 1}]

    def test_who_was_not_shown_is_not_told(self, dana: Client, cast: Cast, events) -> None:
        dana.get(USERS, {"tenant": "acme"})
        dana.get(f"{USERS}{cast.bob.pk}/change/")
        dana.get(USERS, {"q": "nobody"})
        assert [look["filters"] for look in looks(events, cast.acme)] == [{"Tenant": "Acme"}, {"User": "Bob Brown"}]
        assert looks(events, cast.globex) == looks(events, cast.initech) == looks(events, None) == []

    def test_events_tell_with_the_filters_used(self, dana: Client, cast: Cast, events) -> None:
        sign_in(cast.bob)
        sign_in(cast.charlie)
        dana.get(EVENTS, {"q": "bob", "tenant": "ACME", "period": "today", "status": "success"})
        [look] = looks(events, cast.acme)
        assert look["rows"] == 1
        assert look["area"] == "Django admin: login events"
        assert look["filters"].items() >= {"Search": "bob", "Tenant": "ACME", "Status": "Success"}.items()
        assert looks(events, cast.globex) == []

    def test_the_tenant_looked_for_is_told_even_if_nothing_was_found(self, dana: Client, cast: Cast, events) -> None:
        dana.get(EVENTS, {"tenant": "acme", "q": "nobody@acme.example"})
        [look] = looks(events, cast.acme)
        assert look["rows"] == 0

    def test_filters_are_told_to_the_tenant_looked_for_even_if_nothing_was_found(
        self, dana: Client, cast: Cast, events
    ) -> None:
        dana.get(USERS, {"tenant": "acme", "q": "nobody", "status__exact": ["active", "suspended"]})
        dana.get(USERS, {"tenant": "acme", "status__exact": "guess"})
        dana.get(ROLES, {"tenant": "acme", "q": "nobody"})
        dana.get(USERS, {"tenant": ""})
        empty, unknown, roles, all_tenants = looks(events, cast.acme)
        assert empty["filters"] == {"Search": "nobody", "Tenant": "Acme", "Status": "Active, Suspended"}
        assert unknown["filters"] == {"Tenant": "Acme", "Status": "guess"}
        assert roles["filters"] == {"Search": "nobody", "Tenant": "Acme"}
        assert [look["rows"] for look in (empty, unknown, roles)] == [0, 0, 0]
        assert all_tenants["filters"] == {}
        [globex] = looks(events, cast.globex)
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
    def test_only_the_filters_of_a_list_are_obeyed(self, dana: Client, cast: Cast, events, url: str) -> None:
        assert dana.get(url).status_code == 400
        assert looks(events, cast.acme) == []

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

    def test_an_address_written_otherwise_is_told_as_well(self, dana: Client, cast: Cast, events) -> None:
        written = f"urn_3Auuid_3A{cast.bob.pk}"  # Django admin's own way to quote
        assert dana.get(f"{USERS}{written}/change/").status_code == 200
        assert dana.get(f"{USERS}{written}/history/", follow=True).status_code == 200
        assert len(looks(events, cast.acme)) == 2

    def test_the_tenant_sees_it_on_its_own_page(self, dana: Client, cast: Cast) -> None:
        dana.get(f"{USERS}{cast.bob.pk}/change/")
        page = sign_in(cast.alice).get("/settings/identity-access/login-activity/?q=support").content.decode()
        assert "Dana Diaz (Wisely support)" in page
        assert "Django admin: users" in page

    def test_nothing_is_shown_if_the_look_cannot_be_recorded(self, dana: Client, cast: Cast, monkeypatch) -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise Error("full")

        monkeypatch.setattr("login_activity.recorder.append", refuse)
        for url in (USERS, EVENTS + "?tenant=acme", f"{USERS}{cast.bob.pk}/change/"):
            with pytest.raises(Error, match="full"):
                dana.get(url)

    def test_a_model_admin_that_does_not_tell_cannot_be_registered(self) -> None:
        class Silent(admin.ModelAdmin[Any]):
            pass

        for silent in (Silent, None):
            with pytest.raises(ImproperlyConfigured, match="SupportAdmin"):
                SupportSite().register(Session, silent)

    def test_a_model_admin_has_to_say_whose_data_it_shows(self) -> None:
        class Unsaid(support_admin.SupportAdmin[Any]):
            pass

        with pytest.raises(NotImplementedError):
            Unsaid(Session, admin.site).tenant_of(Session())

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from threading import Barrier
from typing import Any

import pytest
from django.contrib import admin
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from login_activity import admin as login_activity_admin
from login_activity.models import LoginEvent
from wisely_security.admin_site import SupportSite
from wisely_security.ledger.models import NO_TENANT
from wisely_security.reports.keyset import Page
from wisely_security.request_context import acting_as
from wisely_security.tenancy import support_admin
from wisely_security.tenancy.admin.roles import RoleAdmin
from wisely_security.tenancy.admin.tenants import TenantAdmin
from wisely_security.tenancy.admin.users import UserAdmin
from wisely_security.tenancy.models import Role, Session, Tenant, User, UserStatus

from .cast import PASSWORD, WINDOWS_CHROME, Cast, sign_in

EVENTS = "/admin/login_activity/loginevent/"
USERS = "/admin/tenancy/user/"
TENANTS = "/admin/tenancy/tenant/"
ROLES = "/admin/tenancy/role/"


def sign_in_as_support() -> Client:
    client = Client(headers={"user-agent": WINDOWS_CHROME})
    response = client.post("/admin/login/", {"username": "dana@wisely.example", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    return client


@pytest.fixture
def dana(cast: Cast) -> Client:
    return sign_in_as_support()


@pytest.fixture
def seen_by_support() -> Iterator[None]:
    with acting_as(support=True):
        yield


class _Fields(HTMLParser):
    """What a browser would send for the form with this id."""

    def __init__(self, html: str, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.select = form_id, False, ""
        self.values: dict[str, Any] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        elif not self.inside:
            return
        elif (
            tag == "input" and given.get("type") != "submit" and (given.get("type") != "checkbox" or "checked" in given)
        ):
            self.values.setdefault(name, []).append(value)
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given:
            self.values[self.select] = value


def opened(client: Client, url: str) -> dict[str, Any]:
    """Open a page of the admin: what its form would send as it is."""
    page = client.get(url)
    assert page.status_code == 200, page
    form_id = re.search(r'id="(\w+_form)"', page.content.decode())
    assert form_id
    return _Fields(page.content.decode(), form_id[1]).values


def edit(client: Client, url: str, **changed: Any) -> Any:
    """Open a page of the admin, change fields, press Save."""
    return client.post(url, opened(client, url) | changed)


def looks(events: Callable[..., list[LoginEvent]], tenant: Tenant | None) -> list[dict[str, Any]]:
    """What the record of a tenant tells of support's looks."""
    found = events(tenant, action="view", user_email="dana@wisely.example")
    assert {event.user_name for event in found} <= {"Dana Diaz (Wisely support)" if tenant else "Dana Diaz"}
    return [event.detail for event in found]


def every_url(cast: Cast) -> list[str]:
    """Each address of the site that the registry makes, with an object of Acme where it needs one."""
    with acting_as(support=True):
        objects: dict[type, Any] = {
            Tenant: cast.acme,
            User: cast.bob,
            Role: Role.objects.get_or_create(tenant=cast.acme, name="Acme Auditor")[0],
            LoginEvent: LoginEvent.objects.filter(tenant_id=cast.acme.pk).latest("id"),
        }
        session = Session.objects.filter(tenant=cast.acme).first()
    urls = [reverse("admin:index"), reverse("admin:jsi18n"), reverse("admin:autocomplete")]
    urls += [reverse("admin:password_change"), "/admin/nowhere/", "/admin/login_activity/", "/admin/tenancy/"]
    for model, model_admin in admin.site._registry.items():
        for pattern in model_admin.get_urls():
            if pattern.name is None:
                continue
            wanted = pattern.pattern.converters
            arguments = {name: session.pk if name == "session_pk" and session else objects[model].pk for name in wanted}
            urls.append(reverse(f"admin:{pattern.name}", kwargs=arguments))
    return urls


class TestWhoMayComeIn:
    def test_support_signs_in_and_it_is_recorded_without_a_tenant(self, dana: Client, events) -> None:
        assert dana.get("/admin/").status_code == 200
        [event] = events(None, action="log_in")
        assert (event.user_name, event.status) == ("Dana Diaz", "success")

    def test_support_comes_back_to_where_it_wanted_to_go(self, cast: Cast) -> None:
        response = Client().get(USERS)
        assert response["Location"] == f"/admin/login/?next={USERS}"
        form = {"username": "dana@wisely.example", "password": PASSWORD, "next": USERS}
        assert Client().post(response["Location"], form)["Location"] == USERS

    def test_a_member_with_the_right_password_is_refused_and_recorded(self, cast: Cast, events) -> None:
        client = Client()
        response = client.post("/admin/login/", {"username": "alice@acme.example", "password": PASSWORD})
        assert response.status_code == 400
        assert "The e-mail address or the password is not right." in response.content.decode()
        [event] = events(cast.acme, action="log_in")
        assert (event.user_name, event.status, event.reason) == ("Alice Adams", "failure", "no_permission")
        assert client.get("/admin/").status_code == 302

    def test_a_wrong_password_of_support_is_recorded(self, cast: Cast, events) -> None:
        assert Client().post("/admin/login/", {"username": "dana@wisely.example", "password": "?"}).status_code == 400
        [event] = events(None)
        assert (event.user_name, event.reason) == ("Dana Diaz", "wrong_password")

    def test_nobody_else_opens_any_page(self, dana: Client, cast: Cast) -> None:
        for member in (cast.alice, cast.bob, cast.charlie, cast.erin):
            client = sign_in(member)
            for url in every_url(cast):
                assert client.get(url).status_code == 403, (member, url)
                assert client.post(url).status_code == 403, (member, url)
        for url in every_url(cast):
            for response in (Client().get(url), Client().post(url)):
                assert response.status_code == 302, url
                assert response["Location"].startswith("/admin/login/"), url

    def test_the_refusal_is_in_the_members_own_record(self, cast: Cast, events) -> None:
        sign_in(cast.bob).get(USERS)
        [event] = events(cast.acme, action="view")
        assert (event.user_name, event.status, event.reason) == ("Bob Brown", "failure", "no_permission")
        assert event.detail == {"area": "Django admin"}

    def test_suspended_support_is_out_at_once(self, dana: Client, cast: Cast) -> None:
        with acting_as(support=True):
            User.objects.filter(pk=cast.dana.pk).update(status=UserStatus.SUSPENDED)
        assert dana.get(USERS).status_code == 302

    def test_support_sees_no_tenant_outside_the_admin(self, dana: Client) -> None:
        assert dana.get("/settings/users/")["Location"] == "/admin/"

    def test_the_password_is_changed_where_it_is_recorded(self, dana: Client) -> None:
        assert dana.get("/admin/password_change/")["Location"] == "/account/password/"

    def test_signing_out(self, dana: Client, events) -> None:
        assert dana.post("/admin/logout/").status_code in (200, 302)
        assert events(None, action="log_out")
        assert not events(None, action="end_session")


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
            shows = response.status_code == 200 and re.search("Acme|Bob", _main(response.content.decode()))
            assert told == (1 if shows else 0), url
            shown += bool(shows)
        assert shown == 4 + 4 + 4 + 1  # lists, objects, histories, and the role can be deleted

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

    @pytest.mark.parametrize("url", [USERS, ROLES, TENANTS, EVENTS])
    def test_a_search_with_a_nul_character_fails_nothing(self, dana: Client, url: str) -> None:
        assert dana.get(url, {"q": "\0"}).status_code == 200
        assert dana.get(f"{url}\0/change/").status_code == 302

    def test_an_address_written_otherwise_is_told_as_well(self, dana: Client, cast: Cast, events) -> None:
        written = f"urn_3Auuid_3A{cast.bob.pk}"  # Django admin's own way to quote
        for page in ("change", "history"):
            assert dana.get(f"{USERS}{written}/{page}/").status_code == 200
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


def _main(html: str) -> str:
    return html.split('id="content"')[-1].split("<footer")[0]


class TestLoginEvents:
    def test_all_tenants_newest_first_with_the_columns_of_the_record(self, dana: Client, cast: Cast) -> None:
        sign_in(cast.bob)
        sign_in(cast.charlie)
        Client().post("/sign-in/", {"username": "mallory@nowhere.example", "password": "?"})
        response = dana.get(EVENTS)
        html = response.content.decode()
        headings = re.findall(r'<th scope="col".*?<span>(.*?)</span>', html, re.DOTALL)
        assert headings == [
            "Name", "Date &amp; Time", "IP Address", "Device Type", "Geo Location", "Status", "Action", "Tenant",
        ]  # fmt: skip
        shown = [(event.user_name, event.tenant_id) for event in response.context["cl"].result_list]
        assert shown == [
            ("mallory@nowhere.example", NO_TENANT),
            ("Charlie Clark", cast.globex.pk),
            ("Bob Brown", cast.acme.pk),
            ("Dana Diaz", NO_TENANT),
        ]
        tenants = re.findall(r'class="field-of_tenant">(.*?)</td>', html)
        assert tenants == ["No tenant", "Globex", "Acme", "No tenant"]

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("bob@acme.example", ["Bob Brown"]),
            ("BOB@ACME.example", ["Bob Brown"]),
            ("brown", ["Bob Brown"]),
            ("clark charlie", ["Charlie Clark"]),
            ("192.0.2.7", ["Charlie Clark"]),
            ("192.0.2.0/24", ["Charlie Clark"]),
            ("10.0.0.0/8", []),
            ("nobody", []),
        ],
    )
    def test_search(self, dana: Client, cast: Cast, search: str, found: list[str]) -> None:
        sign_in(cast.bob)
        form = {"username": "charlie@globex.example", "password": PASSWORD}
        Client().post("/sign-in/", form, REMOTE_ADDR="192.0.2.7")
        assert _names(dana.get(EVENTS, {"q": search})) == found

    def test_search_by_request_and_by_event(self, dana: Client, cast: Cast, events) -> None:
        sign_in(cast.bob)
        [event] = events(cast.acme)
        for named in (event.request_id, event.pk, cast.bob.pk):
            assert _names(dana.get(EVENTS, {"q": str(named)})) == ["Bob Brown"]

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"tenant": "acme"}, ["Bob Brown", "Bob Brown"]),
            ({"tenant": "Globe"}, ["Charlie Clark"]),
            ({"tenant": "none"}, ["mallory@nowhere.example", "Dana Diaz"]),
            ({"status": "failure"}, ["mallory@nowhere.example", "Bob Brown"]),
            ({"status": "success", "tenant": "acme"}, ["Bob Brown"]),
            ({"action": "log_out"}, []),
            ({"device": "windows_pc"}, ["Charlie Clark", "Bob Brown", "Dana Diaz"]),
            ({"period": "custom", "from": "2020-01-01", "to": "2020-01-31"}, []),
            ({"from": "2020-01-01", "tenant": "globex"}, ["Charlie Clark"]),
        ],
    )
    def test_filters(self, dana: Client, cast: Cast, filters: dict[str, str], found: list[str]) -> None:
        sign_in(cast.bob)
        sign_in(cast.charlie)
        Client().post("/sign-in/", {"username": "bob@acme.example", "password": "?"})
        Client().post("/sign-in/", {"username": "mallory@nowhere.example", "password": "?"})
        assert _names(dana.get(EVENTS, filters)) == found

    def test_an_unclear_filter_shows_nothing_and_says_why(self, dana: Client, cast: Cast, events) -> None:
        sign_in(cast.bob)
        for filters, said in (
            ({"tenant": "e"}, "Which one? acme, globex, initech"),
            ({"tenant": "umbrella"}, "No tenant has this name."),
            ({"period": "nonsense"}, "Choose a period from the list."),
            ({"period": "custom"}, "Choose the first day."),
            ({"from": "yesterday"}, "Write the date as YYYY-MM-DD."),
        ):
            response = dana.get(EVENTS, filters)
            assert said in response.content.decode()
            assert _names(response) == []
        assert looks(events, cast.acme) == []

    def test_supports_own_looks_are_hidden_unless_asked_for(self, dana: Client, cast: Cast) -> None:
        sign_in(cast.bob)
        dana.get(EVENTS, {"tenant": "acme"})
        assert _names(dana.get(EVENTS, {"tenant": "acme"})) == ["Bob Brown"]
        with_looks = _names(dana.get(EVENTS, {"tenant": "acme", "support": "on"}))
        assert with_looks == ["Dana Diaz (Wisely support)"] * 2 + ["Bob Brown"]

    def test_pages_go_by_keys_there_and_back(self, dana: Client, cast: Cast, monkeypatch) -> None:
        monkeypatch.setattr(login_activity_admin.LoginEventAdmin, "list_per_page", 2)
        for member in (cast.alice, cast.bob, cast.charlie, cast.erin):
            sign_in(member)
        newest = dana.get(EVENTS, {"q": "example", "period": "today"})  # not an address: part of all of them
        assert _names(newest) == ["Erin Evans", "Charlie Clark"]
        assert newest.context["cl"].newer_url is None
        older = dana.get(EVENTS + newest.context["cl"].older_url)
        assert _names(older) == ["Bob Brown", "Alice Adams"]
        assert "q=example" in older.context["cl"].newer_url
        oldest = dana.get(EVENTS + older.context["cl"].older_url)
        assert _names(oldest) == ["Dana Diaz"]
        assert oldest.context["cl"].older_url is None
        assert _names(dana.get(EVENTS + oldest.context["cl"].newer_url)) == _names(older)

    def test_its_queries_are_bounded_and_never_count(
        self, dana: Client, cast: Cast, django_assert_max_num_queries
    ) -> None:
        for _ in range(5):
            sign_in(cast.bob)
        with CaptureQueriesContext(connection) as captured:
            dana.get(EVENTS, {"q": "bob", "o": "1", "all": "", "p": "3", "user_agent__regex": "x"})
        [read] = [query["sql"] for query in captured if 'FROM "login_activity_loginevent"' in query["sql"]]
        assert '"id" >=' in read
        assert '"id" <' in read
        assert "user_agent__regex" not in read
        assert read.endswith('ORDER BY "login_activity_loginevent"."id" DESC LIMIT 51')
        assert not re.search(r"\b(COUNT|OFFSET|DISTINCT)\b", read)
        with django_assert_max_num_queries(14):  # one more for each tenant told
            dana.get(EVENTS, {"tenant": "acme"})

    def test_a_search_that_takes_too_long_is_given_up_with_advice(self, dana: Client, cast: Cast, monkeypatch) -> None:
        def slow(*_: Any) -> Page:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(20)")
            raise AssertionError("nobody stopped it")

        monkeypatch.setattr(login_activity_admin, "read_page", slow)
        monkeypatch.setattr(login_activity_admin, "LONGEST_SEARCH_SECONDS", 0.05)
        response = dana.get(EVENTS, {"tenant": "acme"})
        assert "This search takes too long." in response.content.decode()
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)

    def test_an_event_shows_everything_and_changes_nothing(self, dana: Client, cast: Cast, events) -> None:
        sign_in(cast.bob)
        [event] = events(cast.acme)
        url = f"{EVENTS}{event.pk}/change/"
        html = dana.get(url).content.decode()
        for said in ("Acme", "Bob Brown", "bob@acme.example", "Windows PC", str(event.request_id), "Chrome/129.0.0.0"):
            assert said in html
        assert 'name="_save"' not in html
        assert dana.post(url, {"user_name": "Mallory"}).status_code == 403
        assert dana.get(f"{EVENTS}add/").status_code == dana.post(f"{EVENTS}add/").status_code == 403
        delete = f"{EVENTS}{event.pk}/delete/"
        assert dana.get(delete).status_code == dana.post(delete, {"post": "yes"}).status_code == 403
        dana.post(EVENTS, {"action": "delete_selected", "_selected_action": str(event.pk), "post": "yes"})
        assert events(cast.acme, pk=event.pk)[0].user_name == "Bob Brown"


def _names(response: Any) -> list[str]:
    return [event.user_name for event in response.context["cl"].result_list]


class TestUsers:
    def test_the_page_shows_no_password(self, dana: Client, cast: Cast) -> None:
        html = dana.get(f"{USERS}{cast.bob.pk}/change/").content.decode()
        assert cast.bob.password not in html
        assert "md5" not in html

    def test_an_edit_is_told_before_and_after(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        finance = Role.objects.get(tenant=cast.acme, key="finance")
        response = edit(dana, f"{USERS}{cast.bob.pk}/change/", name="Bob Braun", role=finance.pk)
        assert response.status_code == 302
        bob = User.objects.get(pk=cast.bob.pk)
        assert (bob.name, bob.role) == ("Bob Braun", finance)
        [event] = events(cast.acme, action="edit")
        assert event.user_name == "Dana Diaz (Wisely support)"
        assert event.detail["area"] == "Django admin: users"
        assert event.detail["changes"] == {"Name": ["Bob Brown", "Bob Braun"], "Role": ["Developer", "Finance"]}

    def test_an_edit_that_changes_nothing_is_not_told(self, dana: Client, cast: Cast, events) -> None:
        assert edit(dana, f"{USERS}{cast.bob.pk}/change/").status_code == 302
        assert events(cast.acme, action="edit") == []

    def test_a_time_zone_of_an_old_name_is_kept(self, dana: Client, cast: Cast, seen_by_support) -> None:
        User.objects.filter(pk=cast.bob.pk).update(time_zone="Japan")
        assert edit(dana, f"{USERS}{cast.bob.pk}/change/", name="Bob B.").status_code == 302
        assert User.objects.get(pk=cast.bob.pk).time_zone == "Japan"

    def test_a_refused_edit_is_told_as_such(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        elsewhere = Role.objects.get(tenant=cast.globex, key="admin")
        response = edit(dana, f"{USERS}{cast.bob.pk}/change/", role=elsewhere.pk)
        assert response.status_code == 200
        [event] = events(cast.acme, action="edit")
        assert (event.status, event.reason) == ("failure", "invalid_input")
        assert User.objects.get(pk=cast.bob.pk).role == cast.bob.role

    def test_suspending_ends_the_sessions_and_activating_lets_in_again(self, dana: Client, cast: Cast, events) -> None:
        bob, url = sign_in(cast.bob), f"{USERS}{cast.bob.pk}/change/"
        assert edit(dana, url, status="suspended").status_code == 302
        assert bob.get("/account/profile/").status_code == 302
        [ended] = events(cast.acme, action="end_session")
        assert (ended.user_name, ended.reason) == ("Bob Brown", "account_suspended")
        assert ended.acted_by == "Dana Diaz (Wisely support)"
        assert edit(dana, url, status="active").status_code == 302
        sign_in(cast.bob)
        told = [event.detail["changes"] for event in events(cast.acme, action="edit")]
        assert told == [{"Status": ["Active", "Suspended"]}, {"Status": ["Suspended", "Active"]}]

    def test_the_super_admin_and_oneself_cannot_be_suspended(self, dana: Client, cast: Cast, seen_by_support) -> None:
        for user, why in (
            (cast.alice, "Hand over to somebody else first."),
            (cast.dana, "You cannot suspend yourself."),
        ):
            response = edit(dana, f"{USERS}{user.pk}/change/", status="suspended")
            assert why in response.content.decode()
            assert User.objects.get(pk=user.pk).status == UserStatus.ACTIVE

    def test_inviting(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        role = Role.objects.get(tenant=cast.acme, key="finance")
        url = f"{USERS}add/?tenant={cast.acme.pk}"
        assert edit(dana, url, email="Fay@acme.example", name="Fay Fox", role=role.pk).status_code == 302
        fay = User.objects.get(email="fay@acme.example")
        assert (fay.tenant, fay.role, fay.status, fay.time_zone) == (cast.acme, role, "pending", "Asia/Kolkata")
        assert not fay.has_usable_password()
        [message] = mail.outbox
        assert message.to == ["fay@acme.example"]
        [event] = events(cast.acme, action="edit")
        assert event.detail["changes"]["Role"] == ["", "Finance"]
        response = dana.post(f"{USERS}{fay.pk}/invite-again/")
        assert response.status_code == 302
        assert len(mail.outbox) == 2
        assert events(cast.acme, action="edit")[-1].detail["changes"] == {"Invitation": ["", "Sent again"]}

    def test_a_mail_server_that_refuses_leaves_nobody_behind(
        self, dana: Client, cast: Cast, events, settings, seen_by_support
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 1
        role = Role.objects.get(tenant=cast.acme, key="finance")
        url = f"{USERS}add/?tenant={cast.acme.pk}"
        response = edit(dana, url, email="fay@acme.example", name="Fay Fox", role=role.pk)
        assert response.status_code == 302
        assert "Nothing was added" in dana.get(response["Location"]).content.decode()
        assert not User.objects.filter(email="fay@acme.example").exists()
        assert events(cast.acme, action="edit") == []

    @pytest.mark.parametrize("domain", ["é" * 60 + ".example", "\u00ad.example"])
    def test_nobody_is_invited_where_no_mail_can_go(
        self, dana: Client, cast: Cast, domain: str, seen_by_support
    ) -> None:
        role = Role.objects.get(tenant=cast.acme, key="finance")
        invited = edit(dana, f"{USERS}add/?tenant={cast.acme.pk}", email=f"n@{domain}", name="Fay Fox", role=role.pk)
        created = edit(
            dana, f"{TENANTS}add/", name="Umbrella", slug="umbrella", edition="enterprise",
            super_admin_name="Uma Ullman", super_admin_email=f"n@{domain}",
        )  # fmt: skip
        for response in (invited, created):
            assert response.status_code == 200
            assert "errorlist" in response.content.decode()
        assert mail.outbox == []
        assert not Tenant.objects.filter(slug="umbrella").exists()

    @pytest.mark.parametrize("path", [USERS, ROLES])
    @pytest.mark.parametrize("query", ["", "?tenant=", "?tenant=nonsense", f"?tenant={NO_TENANT}"])
    def test_adding_starts_at_a_tenant(self, dana: Client, path: str, query: str) -> None:
        assert dana.get(f"{path}add/{query}")["Location"] == TENANTS
        assert dana.post(f"{path}add/{query}")["Location"] == TENANTS

    def test_a_session_is_shown_and_ended(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        bob = sign_in(cast.bob)
        session = Session.objects.get(user=cast.bob)
        end = f"{USERS}{cast.bob.pk}/sessions/{session.pk}/end/"
        html = dana.get(f"{USERS}{cast.bob.pk}/change/").content.decode()
        assert f'formaction="{end}"' in html
        assert session.key_hash not in html
        assert dana.get(end).status_code == 405
        assert dana.post(f"{USERS}{cast.alice.pk}/sessions/{session.pk}/end/").status_code == 404
        assert dana.post(end).status_code == 302
        assert bob.get("/account/profile/").status_code == 302
        [ended] = events(cast.acme, action="end_session")
        assert (ended.reason, ended.acted_by) == ("ended_by_admin", "Dana Diaz (Wisely support)")

    def test_nobody_is_deleted(self, dana: Client, cast: Cast, seen_by_support) -> None:
        for url in (f"{USERS}{cast.bob.pk}/delete/", f"{TENANTS}{cast.acme.pk}/delete/"):
            assert dana.post(url, {"post": "yes"}).status_code == 403
        assert User.objects.filter(pk=cast.bob.pk).exists()


class TestTenants:
    def test_a_new_tenant_comes_with_its_super_admin(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        response = edit(
            dana, f"{TENANTS}add/", name="Umbrella", slug="umbrella", edition="enterprise", aggregator=cast.initech.pk,
            super_admin_name="Uma Ullman", super_admin_email="Uma@umbrella.example",
            super_admin_time_zone="Europe/Berlin",
        )  # fmt: skip
        assert response.status_code == 302
        umbrella = Tenant.objects.get(slug="umbrella")
        uma = umbrella.super_admin
        assert (uma.name, uma.email, uma.status) == ("Uma Ullman", "uma@umbrella.example", "pending")
        assert umbrella.roles.count() == 7 - 1  # Super Admin is no role
        assert umbrella.aggregator == cast.initech
        [message] = mail.outbox
        assert message.to == ["uma@umbrella.example"]
        [event] = events(umbrella, action="edit")
        assert event.detail["changes"].items() >= {"Name": ["", "Umbrella"], "Edition": ["", "Enterprise"]}.items()
        link = re.search(r"http://testserver(/invitation/\S+)", str(message.body))
        assert link
        assert Client().get(link[1]).status_code == 200

    def test_bad_input_creates_nothing(self, dana: Client, cast: Cast, seen_by_support) -> None:
        response = edit(
            dana, f"{TENANTS}add/", name="Umbrella", slug="acme", edition="aggregator", aggregator=cast.initech.pk,
            super_admin_name="Alice", super_admin_email="alice@ACME.example",
        )  # fmt: skip
        html = response.content.decode()
        assert "This e-mail address is taken." in html
        assert "Only an enterprise can belong to an aggregator." in html
        assert "Tenant with this Slug already exists." in html
        assert Tenant.objects.count() == 3

    def test_the_super_admin_hands_over_to_an_active_user_of_the_tenant(
        self, dana: Client, cast: Cast, events, seen_by_support
    ) -> None:
        url = f"{TENANTS}{cast.acme.pk}/change/"
        assert edit(dana, url, super_admin=cast.charlie.pk).status_code == 200
        User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.SUSPENDED)
        assert edit(dana, url, super_admin=cast.bob.pk).status_code == 200
        User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.ACTIVE)
        assert edit(dana, url, super_admin=cast.bob.pk).status_code == 302
        assert Tenant.objects.get(pk=cast.acme.pk).super_admin == cast.bob
        assert User.objects.get(pk=cast.bob.pk).role_name == "Super Admin"
        assert User.objects.get(pk=cast.alice.pk).role_name == "Admin"
        [event] = events(cast.acme, action="edit", status="success")
        assert event.detail["changes"] == {"Super Admin": ["Alice Adams", "Bob Brown"]}
        connection.check_constraints()

    def test_edition_is_not_edited(self, dana: Client, cast: Cast, seen_by_support) -> None:
        assert edit(dana, f"{TENANTS}{cast.acme.pk}/change/", edition="aggregator").status_code == 302
        assert Tenant.objects.get(pk=cast.acme.pk).edition == "enterprise"

    def test_search(self, dana: Client, cast: Cast) -> None:
        for search, found in (("glob", [cast.globex]), ("ACME", [cast.acme]), ("nothing", [])):
            assert list(dana.get(TENANTS, {"q": search}).context["cl"].result_list) == found


class TestRoles:
    def test_a_role_is_added_edited_and_deleted(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        given = ["login_activity.view", "login_activity.download"]
        url = f"{ROLES}add/?tenant={cast.acme.pk}"
        assert edit(dana, url, name="Auditor", permissions=given).status_code == 302
        role = Role.objects.get(name="Auditor")
        assert (role.tenant, sorted(role.permissions)) == (cast.acme, sorted(given))
        assert edit(dana, f"{ROLES}{role.pk}/change/", permissions=given[:1]).status_code == 302
        assert Role.objects.get(pk=role.pk).permissions == given[:1]
        assert dana.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not Role.objects.filter(pk=role.pk).exists()
        added, edited, deleted = (event.detail["changes"] for event in events(cast.acme, action="edit"))
        assert added["Name"] == ["", "Auditor"]
        assert edited == {"Permissions": ["View Login Activity, Download Login Activity", "View Login Activity"]}
        assert deleted == {"Deleted": ["No", "Yes"]}

    def test_a_role_that_somebody_has_is_kept(self, dana: Client, cast: Cast, seen_by_support) -> None:
        role = Role.objects.create(tenant=cast.acme, name="Auditor")
        User.objects.filter(pk=cast.bob.pk).update(role=role)
        response = dana.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"})
        assert response.status_code == 200
        assert "Bob Brown" in response.content.decode()
        assert Role.objects.filter(pk=role.pk).exists()

    def test_a_built_in_role_is_only_looked_at(self, dana: Client, cast: Cast, seen_by_support) -> None:
        role = Role.objects.get(tenant=cast.acme, key="admin")
        html = dana.get(f"{ROLES}{role.pk}/change/").content.decode()
        assert "View Login Activity" in html
        assert 'name="_save"' not in html
        assert dana.post(f"{ROLES}{role.pk}/change/", {"name": "Boss"}).status_code == 403
        assert dana.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize("name", ["Admin", "super admin"])
    def test_a_name_that_is_taken_is_refused(self, dana: Client, cast: Cast, name: str, seen_by_support) -> None:
        response = edit(dana, f"{ROLES}add/?tenant={cast.acme.pk}", name=name)
        assert response.status_code == 200
        assert Role.objects.filter(tenant=cast.acme).count() == 6


class TestAtTheSameTime:
    """Two at work: nothing fails, and nobody's work is undone."""

    @pytest.mark.parametrize(
        ("model_admin", "path", "typed", "said", "kept"),
        [
            (
                TenantAdmin,
                f"{TENANTS}add/",
                {
                    "name": "Umbrella",
                    "slug": "umbrella",
                    "edition": "enterprise",
                    "super_admin_name": "Uma Ullman",
                    "super_admin_email": "uma@umbrella.example",
                },
                "Tenant with this Slug already exists.",
                "Uma Ullman",
            ),
            (
                UserAdmin,
                USERS + "add/?tenant={tenant}",
                {"email": "fay@acme.example", "name": "Fay Fox", "role": "{role}"},
                "This e-mail address is taken.",
                "Fay Fox",
            ),
            (
                RoleAdmin,
                ROLES + "add/?tenant={tenant}",
                {"name": "Auditor", "permissions": "login_activity.view"},
                "There is a role with this name already.",
                "Auditor",
            ),
        ],
    )
    def test_what_two_add_is_added_once_and_the_other_is_told(
        self,
        committed_cast: Cast,
        monkeypatch,
        events,
        model_admin: type[Any],
        path: str,
        typed: dict[str, str],
        said: str,
        kept: str,
    ) -> None:
        with acting_as(support=True):
            role = Role.objects.get(tenant=committed_cast.acme, key="finance")
        names = {"tenant": committed_cast.acme.pk, "role": role.pk}
        path, typed = path.format(**names), {name: value.format(**names) for name, value in typed.items()}
        both_are_valid, store = Barrier(2, timeout=10), model_admin.store

        def store_when_both_are_valid(*arguments: Any) -> None:
            both_are_valid.wait()
            store(*arguments)

        monkeypatch.setattr(model_admin, "store", store_when_both_are_valid)

        def add(client: Client) -> Any:
            try:
                return edit(client, path, **typed)
            finally:
                connection.close()

        clients = [sign_in_as_support(), sign_in_as_support()]
        with ThreadPoolExecutor(max_workers=2) as threads:
            slower, faster = sorted(threads.map(add, clients), key=lambda response: response.status_code)
        assert (slower.status_code, faster.status_code) == (200, 302)
        html = slower.content.decode()
        assert said in html
        assert f'value="{kept}"' in html
        assert len(mail.outbox) == (model_admin is not RoleAdmin)
        if model_admin is not TenantAdmin:
            told = [(event.status, event.reason) for event in events(committed_cast.acme, action="edit")]
            assert told == [("success", "")]

    def test_what_happens_to_an_account_while_it_is_edited_stays(
        self, dana: Client, cast: Cast, monkeypatch, seen_by_support
    ) -> None:
        store = UserAdmin.store

        def store_after_others(self: UserAdmin, request: Any, obj: User, form: Any, change: bool) -> None:
            User.objects.filter(pk=obj.pk).update(status=UserStatus.SUSPENDED, password="the new one")
            store(self, request, obj, form, change)

        monkeypatch.setattr(UserAdmin, "store", store_after_others)
        assert edit(dana, f"{USERS}{cast.bob.pk}/change/", name="Bob Braun").status_code == 302
        bob = User.objects.get(pk=cast.bob.pk)
        assert (bob.name, bob.status, bob.password) == ("Bob Braun", UserStatus.SUSPENDED, "the new one")

    def test_what_happens_while_the_page_is_open_stays(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        url = f"{USERS}{cast.bob.pk}/change/"
        form = opened(dana, url)
        User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.SUSPENDED)
        assert dana.post(url, form | {"name": "Bob Braun"}).status_code == 302
        bob = User.objects.get(pk=cast.bob.pk)
        assert (bob.name, bob.status) == ("Bob Braun", UserStatus.SUSPENDED)
        [event] = events(cast.acme, action="edit")
        assert event.detail["changes"] == {"Name": ["Bob Brown", "Bob Braun"]}

    def test_a_tenant_and_a_role_keep_what_others_change(self, dana: Client, cast: Cast, seen_by_support) -> None:
        role = Role.objects.create(tenant=cast.acme, name="Auditor", permissions=["login_activity.view"])
        tenant_url, role_url = f"{TENANTS}{cast.acme.pk}/change/", f"{ROLES}{role.pk}/change/"
        tenant_form, role_form = opened(dana, tenant_url), opened(dana, role_url)
        Tenant.objects.filter(pk=cast.acme.pk).update(session_idle_minutes=10, super_admin=cast.bob)
        Role.objects.filter(pk=role.pk).update(permissions=[])
        assert dana.post(tenant_url, tenant_form | {"name": "Acme Ltd"}).status_code == 302
        assert dana.post(role_url, role_form | {"name": "Inspector"}).status_code == 302
        acme = Tenant.objects.get(pk=cast.acme.pk)
        assert (acme.name, acme.session_idle_minutes, acme.super_admin) == ("Acme Ltd", 10, cast.bob)
        role.refresh_from_db()
        assert (role.name, role.permissions) == ("Inspector", [])


class TestTheAdminsOwnLog:
    def test_it_is_written_and_cannot_be_altered(self, dana: Client, cast: Cast) -> None:
        edit(dana, f"{USERS}{cast.bob.pk}/change/", name="Bob Braun")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_admin_log")
            assert cursor.fetchone() == (1,)
            for statement in ("UPDATE django_admin_log SET object_repr = ''", "DELETE FROM django_admin_log"):
                with pytest.raises(Error, match="permission denied"), transaction.atomic():
                    cursor.execute(statement)


@pytest.mark.parametrize("url", [USERS, TENANTS, ROLES])
def test_lists_take_a_bounded_number_of_queries(
    url: str, dana: Client, cast: Cast, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(16):
        assert dana.get(url).status_code == 200


def test_pages_hold_nothing_that_the_content_security_policy_refuses(dana: Client, cast: Cast) -> None:
    sign_in(cast.bob)
    for url in [*every_url(cast), "/admin/login/", f"{USERS}add/?tenant={cast.acme.pk}"]:
        response = dana.get(url)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            assert not re.search(
                r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)|javascript:", response.content.decode()
            ), url

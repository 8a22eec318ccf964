from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from login_activity.admin import LoginEventAdmin
from login_activity.report.tables import LoginActivityTable
from tests.findings.making import new_country
from tests.support.cast import PASSWORD, Cast, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.findings.engine import store
from wisely_security.ledger.models import NO_TENANT
from wisely_security.reports import support_events
from wisely_security.reports.filtering import support_filters
from wisely_security.reports.pages import reading
from wisely_security.reports.pages.keyset import Page
from wisely_security.reports.table.columns import Shown

from .site import EVENTS, support_views


def _names(response: Any) -> list[str]:
    return [event.user_name for event in response.context["cl"].result_list]


def _offered(response: Any, name: str) -> list[str]:
    boxes = re.findall(rf'<input type="checkbox" name="{name}" value="(.*?)"', response.content.decode())
    return [value for value in boxes if value != "-"]


class TestLoginEvents:
    def test_all_tenants_newest_first_with_the_columns_of_the_record(self, dana: Client, cast: Cast) -> None:
        sign_in(cast.bob)
        sign_in(cast.charlie)
        Client().post("/sign-in/", {"username": "mallory@nowhere.example", "password": "?"})
        response = dana.get(EVENTS)
        html = response.content.decode()
        headings = re.findall(r'<th scope="col".*?<span>(.*?)</span>', html, re.DOTALL)
        assert headings[:7] == [
            "Name", "Date &amp; Time", "IP Address", "Device Type", "Geo Location", "Status", "Action",
        ]  # fmt: skip
        on_page = [column.label for column in LoginActivityTable.columns_of(Shown.ON_PAGE)]
        assert [unescape(heading) for heading in headings] == [*on_page, "Tenant"]
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
            ("192.0.2.7%eth0", ["Charlie Clark"]),
            ("charlie 192.0.2.7", ["Charlie Clark"]),
            ("brown 192.0.2.7", []),
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
            ({"action": ["log_out", "log_in"], "status": "-failure", "tenant": "acme"}, ["Bob Brown"]),
            ({"device": ["-", "windows_pc"]}, ["mallory@nowhere.example", "Bob Brown"]),
            ({"device": "windows_pc"}, ["Charlie Clark", "Bob Brown", "Dana Diaz"]),
            ({"period": "custom", "from": "2020-01-01", "to": "2020-01-31"}, []),
            ({"from": "2020-01-01", "tenant": "globex"}, ["Charlie Clark"]),
        ],
    )
    def test_filters(self, dana: Client, cast: Cast, filters: dict[str, Any], found: list[str]) -> None:
        sign_in(cast.bob)
        sign_in(cast.charlie)
        Client().post("/sign-in/", {"username": "bob@acme.example", "password": "?"})
        Client().post("/sign-in/", {"username": "mallory@nowhere.example", "password": "?"})
        assert _names(dana.get(EVENTS, filters)) == found

    def test_an_unclear_filter_shows_nothing_and_says_why(self, dana: Client, cast: Cast, events) -> None:
        sign_in(cast.bob)
        for filters, shown in (
            ({"tenant": "e"}, "Which one? acme, globex, initech"),
            ({"tenant": "umbrella"}, "No tenant has this name. Enter the tenant’s name or short name."),
            ({"period": "nonsense"}, '"nonsense" isn\'t a period.'),
            ({"to": "2026-11-20"}, '"From" is missing. Choose the first day.'),
            ({"from": "yesterday"}, '"yesterday" isn\'t a date. Enter it as YYYY-MM-DD.'),
            ({"status": "banana"}, '"banana" isn\'t a status. Choose Success or Failure.'),
            ({"status": "success,-failure"}, "Choose what to include or what to leave out, not both."),
            ({"finding": "any"}, "Findings are of one tenant. Enter it, too."),
        ):
            response = dana.get(EVENTS, filters)
            assert shown in unescape(response.content.decode())
            assert _names(response) == []
        assert support_views(events, cast.acme) == []

    def test_custom_dates_without_a_date_are_shown_as_those_that_hold(self, dana: Client, cast: Cast) -> None:
        sign_in(cast.bob)
        response = dana.get(EVENTS, {"period": "custom", "status": "success"})
        assert "Bob Brown" in _names(response)
        form = response.context["cl"].filters.form
        first, last = (date.fromisoformat(form[name].value()) for name in ("from", "to"))
        assert last - first == timedelta(days=6)

    def test_events_of_findings_are_those_of_the_tenant_that_is_chosen(self, dana: Client, cast: Cast) -> None:
        found = new_country(cast.bob)
        with acting_as(tenant_id=cast.acme.pk):
            [expected] = store.events_of(found).values()
        sign_in(cast.bob)
        for value in ("any", str(found.pk)):
            response = dana.get(EVENTS, {"tenant": "acme", "finding": value, "period": "30d"})
            assert [event.pk for event in response.context["cl"].result_list] == expected
        assert _names(dana.get(EVENTS, {"tenant": "globex", "finding": "any", "period": "30d"})) == []

    def test_choices_are_what_occurs_in_the_tenant_that_is_chosen(self, dana: Client, cast: Cast, monkeypatch) -> None:
        rolled_up = {cast.acme.pk: {"action": {"log_in"}, "country": {"IN", ""}}}
        monkeypatch.setattr(support_filters, "occurring", lambda _model, tenant_id: rolled_up[tenant_id])
        response = dana.get(EVENTS, {"tenant": "acme", "action": "edit"})
        assert (_offered(response, "action"), _offered(response, "country")) == (["log_in", "edit"], ["IN", "none"])
        assert len(_offered(dana.get(EVENTS), "action")) > 2

    def test_supports_own_views_are_hidden_by_default(self, dana: Client, cast: Cast) -> None:
        sign_in(cast.bob)
        dana.get(EVENTS, {"tenant": "acme"})
        assert _names(dana.get(EVENTS, {"tenant": "acme"})) == ["Bob Brown"]
        with_looks = _names(dana.get(EVENTS, {"tenant": "acme", "support": "on"}))
        assert with_looks == ["Dana Diaz (Wisely support)"] * 2 + ["Bob Brown"]

    def test_pages_are_keyset_pages_in_both_directions(self, dana: Client, cast: Cast, monkeypatch) -> None:
        monkeypatch.setattr(LoginEventAdmin, "list_per_page", 2)
        for member in (cast.alice, cast.bob, cast.charlie, cast.erin):
            sign_in(member)
        text = "example"  # not an address: part of all of them
        newest = dana.get(EVENTS, {"q": text, "period": "today", "action": ["log_out", "log_in"]})
        assert _names(newest) == ["Erin Evans", "Charlie Clark"]
        assert newest.context["cl"].newer_url is None
        older = dana.get(EVENTS + newest.context["cl"].older_url)
        assert _names(older) == ["Bob Brown", "Alice Adams"]
        assert "q=example" in older.context["cl"].newer_url
        assert "action=log_in%2Clog_out" in older.context["cl"].newer_url
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
        reads = [query["sql"] for query in captured if 'FROM "login_activity_loginevent"' in query["sql"]]
        assert 0 < len(reads) <= 8
        for read in reads:
            assert '"id" >' in read
            assert '"id" <' in read
            assert "user_agent__regex" not in read
            assert re.search(r"LIMIT \d+$", read)
            assert not re.search(r"\b(COUNT|OFFSET|DISTINCT)\b", read)
        with django_assert_max_num_queries(20):  # one more for each tenant that the view is recorded for
            dana.get(EVENTS, {"tenant": "acme"})

    @pytest.mark.real_clock
    def test_a_search_that_takes_too_long_is_aborted_with_advice(self, dana: Client, cast: Cast, monkeypatch) -> None:
        def slow(*_: Any, **__: Any) -> Page:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(20)")
            raise AssertionError("the statement was not stopped")

        monkeypatch.setattr(support_events, "read_page", slow)
        monkeypatch.setattr(reading, "LONGEST_SEARCH_SECONDS", 0.05)
        response = dana.get(EVENTS, {"tenant": "acme"})
        assert "This search took too long." in response.content.decode()
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)

    def test_an_event_shows_everything_and_changes_nothing(self, dana: Client, cast: Cast, events) -> None:
        sign_in(cast.bob)
        [event] = events(cast.acme)
        url = f"{EVENTS}{event.pk}/change/"
        html = dana.get(url).content.decode()
        for shown in ("Acme", "Bob Brown", "bob@acme.example", "Windows PC", str(event.request_id), "Chrome/129.0.0.0"):
            assert shown in html
        assert 'name="_save"' not in html
        assert dana.post(url, {"user_name": "Mallory"}).status_code == 403
        assert dana.get(f"{EVENTS}add/").status_code == dana.post(f"{EVENTS}add/").status_code == 403
        delete = f"{EVENTS}{event.pk}/delete/"
        assert dana.get(delete).status_code == dana.post(delete, {"post": "yes"}).status_code == 403
        dana.post(EVENTS, {"action": "delete_selected", "_selected_action": str(event.pk), "post": "yes"})
        assert events(cast.acme, pk=event.pk)[0].user_name == "Bob Brown"

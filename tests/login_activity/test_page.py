"""The page: its cost, what it offers to whom, and the recorded view."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from login_activity.models import LoginEvent
from tests.support.cast import Cast, add_member, person, sign_in
from tests.support.records import append_many
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as
from wisely_security.reports import views
from wisely_security.reports.pages import reading, time_limit
from wisely_security.reports.pages.keyset import Page
from wisely_security.tenancy.models import Role, Tenant

ENTERPRISE = "/settings/identity-access/login-activity/"
AGGREGATOR = "/settings/users-permissions/login-activity/"
EVERY_FILTER = {
    "period": "30d",
    "status": "success",
    "action": "log_in",
    "device": "windows_pc",
    "country": "IN",
    "q": "p",
}
Events = Callable[..., list[LoginEvent]]


@pytest.fixture
def erin_at_globex(cast: Cast) -> Client:
    """An aggregator's Super Admin who has switched to an enterprise below."""
    erin = sign_in(cast.erin)
    response = erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    assert response.status_code == 302
    return erin


def as_member_with(cast: Cast, *permissions: str) -> Client:
    with acting_as(tenant_id=cast.acme.pk):
        Role.objects.create(tenant=cast.acme, name="Auditor", permissions=list(permissions))
    frank = add_member(cast.acme, "developer", person("Frank Fox", "frank@acme.example"))
    with acting_as(tenant_id=cast.acme.pk):
        frank.role = Role.objects.get(name="Auditor")
        frank.save()
    return sign_in(frank)


@pytest.mark.parametrize("count", [0, 3, 50, 500])
@pytest.mark.parametrize("query", [{}, EVERY_FILTER])
class TestStatements:
    """At most eight, however many events there are."""

    def test_in_ones_own_tenant(self, alice: Client, cast: Cast, count: int, query: dict[str, str]) -> None:
        append_many(cast.acme.pk, count)
        with time_machine.travel(timezone.now() + timedelta(minutes=2)), at_most(8):  # the session is touched, too
            page = alice.get(ENTERPRISE, query)
        assert len(page.context["events"]) == min(count + (not query), 50)  # and the sign-in
        for link in ("older_url", "newer_url"):
            if page.context[link]:
                with at_most(8):
                    page = alice.get(page.context[link])

    def test_for_an_aggregator_in_an_enterprise(
        self, erin_at_globex: Client, cast: Cast, count: int, query: dict[str, str]
    ) -> None:
        append_many(cast.globex.pk, count)
        with acting_as(tenant_id=cast.globex.pk):
            Tenant.objects.filter(pk=cast.globex.pk).update(has_findings=True, has_notes=True)
        with at_most(8 if count or not query else 9):  # one more where nothing was found: the newest match elsewhere
            page = erin_at_globex.get(ENTERPRISE, query)
        assert min(count, 50) <= len(page.context["events"])


def test_an_expired_session_has_a_neutral_badge(alice: Client, cast: Cast) -> None:
    for special in (
        {"action": "end_session", "reason": "expired"},
        {"action": "end_session", "reason": "ended_by_user"},
        {"status": "failure", "reason": "wrong_password"},
    ):
        append_many(cast.acme.pk, 1, **special)
    html = alice.get(ENTERPRISE).content.decode()
    badges = re.findall(r'class="badge badge-(\w+)" href="[^"]*status=\w+', html)
    assert badges[:3] == ["danger", "success", "neutral"]


class TestALookIsRecorded:
    def views(self, events: Events, tenant: Tenant) -> list[LoginEvent]:
        return [event for event in events(tenant, action="view") if event.detail["area"] == "Login Activity"]

    def test_once_with_its_filters_and_rows(self, alice: Client, cast: Cast, events: Events) -> None:
        append_many(cast.acme.pk, 70)
        page = alice.get(ENTERPRISE, {"period": "today", "action": "log_in"})
        alice.get(ENTERPRISE, {"period": "today", "action": "log_in"})
        alice.get(page.context["older_url"])
        [view] = self.views(events, cast.acme)
        assert (view.user_id, view.status, view.acted_by) == (cast.alice.pk, "success", "")
        with timezone.override(cast.alice.time_zone):
            today = f"{timezone.localdate():%-d %b %Y}"
        assert view.detail["filters"] == {"Period": today, "Action": "Log in"}
        assert view.detail["rows"] == 50

    def test_again_with_other_filters(self, alice: Client, cast: Cast, events: Events) -> None:
        alice.get(ENTERPRISE)
        alice.get(ENTERPRISE, {"q": "London"})
        first, second = self.views(events, cast.acme)
        assert set(second.detail["filters"].items()) - set(first.detail["filters"].items()) == {("Search", "London")}

    def test_again_after_ten_minutes(self, alice: Client, cast: Cast, events: Events) -> None:
        alice.get(ENTERPRISE)
        for minutes, count in ((9, 1), (11, 2)):
            with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
                alice.get(ENTERPRISE)
            assert len(self.views(events, cast.acme)) == count

    def test_of_an_enterprises_single_event_is_in_its_record(
        self, erin_at_globex: Client, cast: Cast, events: Events
    ) -> None:
        seen = events(cast.globex)[0]
        for _ in range(2):
            assert erin_at_globex.get(f"{ENTERPRISE}{seen.pk}/").status_code == 200
        [*_, first, second] = events(cast.globex, action="view")
        assert first.detail == second.detail
        assert (second.user_name, second.detail["filters"], second.detail["rows"]) == (
            "Erin Evans (Initech)", {"Event": str(seen.pk)}, 1,
        )  # fmt: skip

    def test_in_the_record_of_the_enterprise_that_was_viewed(
        self, erin_at_globex: Client, cast: Cast, events: Events
    ) -> None:
        erin_at_globex.get(ENTERPRISE)
        [view] = self.views(events, cast.globex)
        assert view.user_name == "Erin Evans (Initech)"
        assert self.views(events, cast.initech) == []

    def test_not_when_the_filters_were_refused(self, alice: Client, cast: Cast, events: Events) -> None:
        assert alice.get(ENTERPRISE, {"status": "?"}).status_code == 400
        assert self.views(events, cast.acme) == []


class TestASearchThatTakesTooLong:
    @pytest.fixture(
        autouse=True,
        params=[
            pytest.param((20, 1), id="in one statement", marks=pytest.mark.real_clock),
            pytest.param((0.01, 500), id="in many short ones"),
        ],
    )
    def slow(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every search takes many seconds, and a twentieth of one is allowed."""
        seconds, statements = request.param

        def read_slowly(*_: object, **__: object) -> Page:
            for _each in range(statements):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(%s)", [seconds])
            raise AssertionError("the statement was not stopped")

        monkeypatch.setattr(views, "read_page", read_slowly)
        monkeypatch.setattr(reading, "LONGEST_SEARCH_SECONDS", 0.05)

    def test_is_aborted_with_advice_and_keeps_the_form(self, alice: Client) -> None:
        response = alice.get(ENTERPRISE, {"q": "nobody at all", "status": "failure"})
        assert response.status_code == 400
        html = response.content.decode()
        assert "This search took too long. Choose a shorter period or fewer filters." in html
        assert 'value="nobody at all"' in html
        assert {chip["label"] for chip in response.context["chips"]} == {"Search", "Status"}

    def test_leaves_no_time_limit_and_records_no_view(self, alice: Client, cast: Cast, events: Events) -> None:
        alice.get(ENTERPRISE)
        assert events(cast.acme, action="view") == []
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)


def test_the_time_limit_travels_with_the_search(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_SEARCH_SECONDS", time_limit.LONGEST_SEARCH_SECONDS)
    with CaptureQueriesContext(connection) as captured:
        assert alice.get(ENTERPRISE).status_code == 200
    [limited, *_] = [query["sql"] for query in captured if "statement_timeout" in query["sql"]]
    assert "set_config('statement_timeout', '5000ms', true)" in limited
    assert 'FROM "login_activity_loginevent"' in limited


class TestWhoMayDoWhat:
    def test_the_download_is_offered_to_those_who_may(self, cast: Cast) -> None:
        may = sign_in(cast.alice).get(ENTERPRISE, {"status": "success"})
        assert may.context["download_url"] == f"{ENTERPRISE}download/?status=success"
        assert f'href="{may.context["download_url"]}"' in unescape(may.content.decode())

        viewer = as_member_with(cast, "login_activity.view")
        may_not = viewer.get(ENTERPRISE)
        assert may_not.context["download_url"] is None
        assert "download/" not in may_not.content.decode()
        assert viewer.get(f"{ENTERPRISE}download/").status_code == 403

    def test_those_who_may_only_download_do_not_see_the_page(self, cast: Cast) -> None:
        assert as_member_with(cast, "login_activity.download").get(ENTERPRISE).status_code == 403

    def test_each_edition_has_its_own_address(self, cast: Cast) -> None:
        alice, erin = sign_in(cast.alice), sign_in(cast.erin)
        for address in ("", "download/"):
            assert alice.get(AGGREGATOR + address).status_code == 404
            assert erin.get(ENTERPRISE + address).status_code == 404
        assert erin.get(AGGREGATOR).status_code == alice.get(ENTERPRISE).status_code == 200


def test_the_page_is_not_cached_and_runs_only_our_scripts(alice: Client) -> None:
    for query in ({}, {"status": "?"}):
        headers = alice.get(ENTERPRISE, query).headers
        assert "no-store" in headers["Cache-Control"]
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy


def test_development_runs_the_same_scripts(alice: Client, settings) -> None:
    """No script that would show an error response, such as that of a filter, in place of the page."""

    def scripts() -> list[str]:
        return re.findall(r'<script[^>]* src="[^"]*/([^/".]+)[^"]*"', alice.get(ENTERPRISE).content.decode())

    served = scripts()
    settings.DEBUG = True
    assert scripts() == served != []


def test_times_are_in_the_readers_zone(cast: Cast, events: Events) -> None:
    """Alice is in Kolkata, Charlie in New York."""
    for user, tenant, zone in (
        (cast.alice, cast.acme, "Asia/Kolkata"),
        (cast.charlie, cast.globex, "America/New_York"),
    ):
        append_many(tenant.pk, 1)
        [event] = events(tenant, user_name="Person 0")
        at = timezone.localtime(event.occurred_at, ZoneInfo(zone))
        page = sign_in(user).get(ENTERPRISE, {"q": "Person 0"}).content.decode()
        assert f"times in {zone}" in page
        assert f"{at:%-d %B %Y, %H:%M:%S %z}" in page  # on hover
        assert f"{at:%H:%M:%S}</span>" in page


def test_event_values_are_escaped(alice: Client, cast: Cast) -> None:
    texts = ["user_name", "user_email", "device", "browser", "system", "place", "session"]
    values = {name: f"{name}<b>'\"&" for name in texts} | {"reason": "", "detail": json.dumps({"area": "area<b>'\"&"})}
    append_many(cast.acme.pk, 1, **values)
    html = alice.get(ENTERPRISE).content.decode()
    assert "<b>" not in html
    assert all(f"{name}<b>'\"&" in unescape(html) for name in [*texts[:1], *texts[2:6], "area"])

"""The chart of a report: what it counts, its cost, who sees it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from login_activity.report.filters import LoginActivityFilterSet
from tests.support.cast import Cast, add_member, person, sign_in
from tests.support.records import append_many, append_rows, put_at
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as
from wisely_security.reports.chart import totals
from wisely_security.tenancy.models import Role

from .truth import various

PAGE = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
BY_A_SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def acme(cast: Cast, alice: Client) -> Client:
    append_rows(cast.acme.pk, [dict(various(number)) for number in range(60)])
    append_many(cast.globex.pk, 7)
    return alice


def chart(client: Client, query: str = "", path: str = PAGE) -> str:
    response = client.get(f"{path}chart/?{query}", headers=BY_A_SCRIPT)
    assert response.status_code == 200
    return unescape(response.content.decode())


def total(body: str) -> tuple[int, int, int]:
    """Events, successes, failures from the chart's header. The bars and the table agree."""
    numbers = re.search(r"<strong>([\d,]+) events?</strong>.*?>([\d,]+) Success<.*?>([\d,]+) Failure<", body, re.DOTALL)
    assert numbers, body
    shown = tuple(int(number.replace(",", "")) for number in numbers.groups())
    rows = re.findall(r"</th><td>([\d,]+)</td><td>([\d,]+)</td><td>([\d,]+)</td>", body)
    assert shown == tuple(sum(int(number.replace(",", "")) for number in column) for column in zip(*rows, strict=True))
    bars = re.findall(r'aria-label="[^"]*: ([\d,]+) event', body)
    assert shown[0] == sum(int(number.replace(",", "")) for number in bars)
    return shown  # type: ignore[return-value]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "period=today",
        "period=30d&status=failure",
        "status=success&action=view",
        "action=-view",
        "action=-view&country=IN&device=mac",
        "action=-view,log_out&country=-IN,none&device=mac,iphone,unknown",
        "country=DE,IN&country=none&status=failure,success",
        "status=-failure&device=-mac",
        "user=-unknown&action=log_in,log_out",
        "device=iphone&country=DE",
        "user=unknown",
        "q=somebody",
        "q=iphone&status=success",
        "country=KE",
        "user=nobody@acme.example&action=-view",
    ],
)
def test_it_counts_what_the_page_and_the_download_select(cast: Cast, acme: Client, query: str) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        filters = LoginActivityFilterSet(QueryDict(query), queryset=LoginEvent.objects.for_tenant(cast.acme.pk))
        assert filters.is_valid()
        chart(acme, query)  # this view is recorded, and so counted from now on
        statuses = list(filters.qs.values_list("status", flat=True))
    assert total(chart(acme, query)) == (len(statuses), statuses.count("success"), statuses.count("failure"))


@pytest.mark.parametrize("query", ["", "module=users", "module=users&sub_module=user&action=edited", "actor=system"])
def test_the_audit_trail_has_one(cast: Cast, acme: Client, query: str) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        add_member(cast.acme, "developer", person("Frank Fox", "frank@acme.example"))
        everything = AuditEvent.objects.for_tenant(cast.acme.pk).count()
    found, _, _ = total(chart(acme, query, AUDIT_TRAIL))
    assert found <= everything
    assert query or found == everything


def test_the_page_draws_what_one_statement_counts(acme: Client) -> None:
    with CaptureQueriesContext(connection) as sent:
        body = unescape(acme.get(PAGE, headers={}).content.decode())
    assert len([each["sql"] for each in sent if "ledger_counts" in each["sql"] or "count(" in each["sql"]]) == 1
    assert f'href="{PAGE}chart/?"' not in body
    assert total(body) == total(chart(acme))


def test_what_the_rollup_cannot_count_comes_after_the_page(acme: Client) -> None:
    body = acme.get(PAGE, {"q": "somebody"}).content.decode()
    assert f'href="{PAGE}chart/?q=somebody"' in body
    assert '<svg class="chart-drawing"' not in body


@pytest.mark.parametrize("query", ["", "period=30d&status=failure&action=-view&country=IN", "q=somebody&user=unknown"])
@pytest.mark.parametrize("path", [PAGE, AUDIT_TRAIL])
def test_it_costs_few_statements(acme: Client, path: str, query: str) -> None:
    query = query if path == PAGE else "actor=system" if "q=" in query else "module=users"
    chart(acme, query, path)
    with at_most(8):
        chart(acme, query, path)


def test_a_bar_links_to_its_day_with_the_other_filters(acme: Client) -> None:
    body = chart(acme, "period=7d&status=failure")
    links = re.findall(r'<a class="bar" href="([^"]*)"', body)
    assert len(links) == 7
    assert all(re.fullmatch(rf"{PAGE}\?period=custom&status=failure&from=([\d-]+)&to=\1", link) for link in links)
    response = acme.get(links[-1])
    assert response.status_code == 200
    assert len(response.context["events"]) == total(body)[0]


def test_a_day_leads_to_its_hours_and_an_hour_to_its_minutes(committed_cast: Cast) -> None:
    day = (timezone.now().astimezone(ZoneInfo("Asia/Kolkata")) - timedelta(days=1)).replace(hour=10, minute=3)
    for moment in (day, day, day + timedelta(minutes=14)):
        put_at(committed_cast.acme.pk, moment)
    alice = sign_in(committed_cast.alice)
    body = chart(alice, f"from={day:%Y-%m-%d}&to={day:%Y-%m-%d}")
    for bars, unit, number in ((24, "hour", 3), (60, "minute", 2)):
        assert f"per {unit}," in body
        links = re.findall(r'<a class="bar" href="([^"]*)"[^>]*aria-label="[^"]*: ([\d,]+) event', body)
        assert len(links) == bars
        [busiest] = [link for link, events in links if events == str(number)]
        assert len(alice.get(busiest).context["events"]) == number
        body = chart(alice, busiest.partition("?")[2])
    assert f"from={day:%Y-%m-%d}T10:03&to={day:%Y-%m-%d}T10:03" in busiest
    assert total(body) == (2, 2, 0)
    assert '<a class="bar"' not in body  # the one minute that it is of


def test_without_a_script_it_is_a_page(acme: Client) -> None:
    body = acme.get(f"{PAGE}chart/?status=failure").content.decode()
    assert "<h1>Login Activity: chart</h1>" in body
    assert "Status: Failure." in body
    assert f'href="{PAGE}?status=failure"' in body
    assert total(unescape(body))[1] == 0


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(totals, "MOST_COUNTED", 20)
    return 20


def test_a_count_beyond_the_limit_is_shown_as_such(acme: Client, few: int) -> None:
    body = chart(acme, "user=unknown")
    assert f"<strong>More than {few} events</strong>" in body
    assert "filter by Device, Status, Action and Country only" in body
    assert re.search(r"More than 20 events, about [\d.,]+ k?B", body) or "bytes" in body
    assert "chart-drawing" not in body
    assert total(chart(acme, ""))[0] > few
    assert total(chart(acme, "user=unknown&country=DE&status=failure&action=view"))[0] <= few


@pytest.mark.real_clock
def test_a_count_that_takes_too_long_is_aborted(acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(10)")

    monkeypatch.setattr(totals, "read_page", slowly)
    monkeypatch.setattr(totals, "LONGEST_COUNT_SECONDS", 0.05)
    body = chart(acme, "q=somebody")
    assert "Too many events to count at once" in body
    assert "chart-drawing" not in body


def test_invalid_filters_are_refused(acme: Client) -> None:
    assert acme.get(f"{PAGE}chart/?status=nonsense", headers=BY_A_SCRIPT).status_code == 400


def test_the_size_is_about_that_of_the_download(committed_cast: Cast) -> None:
    append_rows(committed_cast.acme.pk, [dict(various(number)) for number in range(120)])
    alice = sign_in(committed_cast.alice)
    for path, query in ((PAGE, ""), (PAGE, "status=failure"), (AUDIT_TRAIL, "status=success")):
        chart(alice, query, path)  # the view that it records is counted from now on
        body = chart(alice, query, path)
        [(number, unit)] = re.findall(r">[\d,]+ events?, about ([\d.,]+) (bytes|kB)<", body)
        shown = float(number) * {"bytes": 1, "kB": 1000}[unit]
        download = b"".join(alice.get(f"{path}download/?{query}").streaming_content)  # type: ignore[attr-defined]
        rows = len(download) - download.index(b"\r\n") - 2
        assert shown == pytest.approx(rows, rel=0.1), (path, query)


@pytest.mark.parametrize(
    ("size", "bars"),
    [
        (0, "about 0 bytes"),
        (999, "about 1,000 bytes"),
        (1_234, "about 1.2 kB"),
        (98_765, "about 99 kB"),
        (12_345_678, "about 12 MB"),
        (386_000_000, "about 390 MB"),
        (4_600_000_000, "about 4.6 GB"),
    ],
)
def test_a_size_in_words(size: int, bars: str) -> None:
    assert totals.about(size) == bars


class TestWhoSeesIt:
    def test_the_size_is_for_those_who_may_download(self, cast: Cast) -> None:
        append_many(cast.acme.pk, 5)
        with acting_as(tenant_id=cast.acme.pk):
            role = Role.objects.create(tenant=cast.acme, name="Auditor", permissions=["login_activity.view"])
            frank = add_member(cast.acme, "developer", person("Frank Fox", "frank@acme.example"))
            frank.role = role
            frank.save()
        body = chart(sign_in(frank))
        assert total(body)[0] >= 5
        assert "about" not in body

    def test_another_edition_has_another_address(self, cast: Cast, alice: Client) -> None:
        assert alice.get("/settings/users-permissions/login-activity/chart/").status_code == 404

    def test_an_aggregators_admin_sees_the_enterprise_switched_to(self, cast: Cast) -> None:
        append_many(cast.globex.pk, 7, country="DE")
        erin = sign_in(cast.erin)
        own = total(chart(erin, "country=DE", "/settings/users-permissions/login-activity/"))
        erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
        assert (own[0], total(chart(erin, "country=DE"))[0]) == (0, 7)


class TestTheLook:
    def views(self, events, cast: Cast) -> int:
        return len(events(cast.acme, action="view"))

    def test_the_chart_of_a_recorded_view_is_no_further_view(self, cast: Cast, alice: Client, events) -> None:
        alice.get(f"{PAGE}?status=failure")
        assert self.views(events, cast) == 1
        chart(alice, "status=failure")
        assert self.views(events, cast) == 1

    def test_a_chart_without_its_page_is_a_view(self, cast: Cast, alice: Client, events) -> None:
        chart(alice, "status=failure")
        assert self.views(events, cast) == 1

"""Every query on events at five million of them, in the largest tenant and the smallest: within stated budgets.

Each page is asked for as a person would; what its view sends is explained. Charts are in test_sought.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from audit_trail.models import AuditEvent
from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from benchmarks.measured.filters import derive, vacuum
from benchmarks.measured.large_history import MONTHS, TENANTS, History
from login_activity.models import LoginEvent
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from tests.admin.site import sign_in_as_support
from tests.support import databases
from tests.support.cast import create_cast, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import Event, first_id
from wisely_security.ledger.months.partitions import add_months
from wisely_security.ledger.search.plan import CANDIDATES, RANGES_AT_ONCE
from wisely_security.reports.declaration import Report
from wisely_security.reports.download.export import prepare
from wisely_security.reports.strip import tops
from wisely_security.reports.table.columns import copy_statement
from wisely_security.tenancy.models import Tenant

from .derived import derive_of, find_from_now_on
from .filters import Query, audit_filters, ids, login_filters, support_audit_filters, support_login_filters
from .plans import Read, check, explain, is_count, reads, until_derived
from .unusual import mark_some

pytestmark = [pytest.mark.long, pytest.mark.large]
EVENTS = 5_000_000
A_PAGE_OF_BUFFERS = 200  # what is met among the newest
COUNTS_OF_BUFFERS = 1_500  # the chart, today, the commonest values, and what filters offer: some for each value
QUARTERS = 5_000  # of an hour, in which an action occurred within the days that the page looks back
A_FILTER_OF_BUFFERS = 4_000  # what search segments lead to, read along the wide index
# The same for what the wide index does not have (texts, e-mail addresses, requests): each
# row of the segments that are read at once is fetched, and a small tenant's lie far apart.
A_TEXT_OF_BUFFERS = 260 * RANGES_AT_ONCE
LOGIN, AUDIT = "/settings/identity-access/login-activity/", "/settings/security/audit-trail/"
RESULTS = {"HX-Request": "true"}  # as a script fetches them: the form around them reads no rows
REPORTS = {LOGIN: LOGIN_ACTIVITY, AUDIT: AUDIT_TRAIL}
Filters = Callable[[UUID], list[Query]]
RECORDS = pytest.mark.parametrize(("path", "filters"), [(LOGIN, login_filters), (AUDIT, audit_filters)])


@dataclass(frozen=True)
class Site:
    """Acme has 40 % of the events, Globex less than the others; during the tests only views are recorded."""

    acme: Tenant
    globex: Tenant
    alice: Client
    charlie: Client
    dana: Client
    zone: str  # Alice's

    @property
    def tenants(self) -> list[tuple[Tenant, Client]]:
        return [(self.acme, self.alice), (self.globex, self.charlie)]


@pytest.fixture(scope="module")
def site(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), databases.fresh_database(f"{databases.TEMPLATE}_explain"):
        cast = create_cast()
        History(EVENTS, [cast.acme.pk, *(uuid4() for _ in range(TENANTS - 2)), cast.globex.pk]).load()
        find_from_now_on()
        derive_of([cast.acme.pk, cast.globex.pk])
        derive()
        until_derived()
        for tenant in (cast.acme, cast.globex):
            mark_some(tenant)
        vacuum()
        alice, charlie, dana = sign_in(cast.alice), sign_in(cast.charlie), sign_in_as_support()
        yield Site(cast.acme, cast.globex, alice, charlie, dana, cast.alice.time_zone)


def periods() -> list[Query]:
    """All presets, a single day half a year ago, and all time."""
    presets = [{"period": period} for period in ("today", "7d", "15d", "30d")]
    day = (timezone.now() - timedelta(days=180)).date().isoformat()
    return [*presets, {"period": "custom", "from": day, "to": day}, everything()]


def budget(query: Query) -> int:
    if not query:
        return A_PAGE_OF_BUFFERS
    fetched = "request" in query or any("@" in value for value in query.values())
    return A_TEXT_OF_BUFFERS if fetched else A_FILTER_OF_BUFFERS


def everything() -> Query:
    """From the second day on: the first begins in another month, east of Greenwich."""
    first = add_months(timezone.now().date(), 1 - MONTHS) + timedelta(days=1)
    return {"period": "custom", "from": first.isoformat()}


def pages(client: Client, tenant: Tenant, path: str, query: Query, headers: dict[str, str] | None = None) -> list[Read]:
    """What is read for the rows of a page."""
    return reads(
        lambda: visit(client, path, query, headers), lambda statement: not is_count(statement), tenant_id=tenant.pk
    )


def counts(client: Client, tenant: Tenant, path: str, query: Query) -> list[Read]:
    """What is read for the strip and the chart."""
    return reads(lambda: visit(client, path, query), is_count, tenant_id=tenant.pk)


def visit(client: Client, path: str, query: Query, headers: dict[str, str] | None = None) -> None:
    response = client.get(path, query, headers=headers)
    assert response.status_code == 200, response.content.decode()


class TestTenantsPages:
    @RECORDS
    def test_the_newest_of_every_filter(self, site: Site, path: str, filters: Filters) -> None:
        for tenant, client in site.tenants:
            for query in filters(tenant.pk):
                for period in periods():
                    check(pages(client, tenant, path, query | period, RESULTS), buffers=budget(query))

    @RECORDS
    @pytest.mark.parametrize("direction", ["before", "after"])
    def test_further_pages_of_every_filter(self, site: Site, path: str, filters: Filters, direction: str) -> None:
        for tenant, client in site.tenants:
            for query in filters(tenant.pk):
                for period, days in ((everything(), 200), ({"period": "30d"}, 12)):
                    turned = {direction: str(first_id(timezone.now() - timedelta(days=days)))}
                    found = pages(client, tenant, path, query | period | turned, RESULTS)
                    check(found, buffers=2 * budget(query))

    @pytest.mark.parametrize("path", REPORTS)
    def test_what_the_strip_and_the_chart_count(self, site: Site, path: str) -> None:
        for tenant, client in site.tenants:
            for query in ({}, {"status": "failure"}, {"finding": "any"}, {"action": "-view"} if path == LOGIN else {}):
                for period in periods():
                    found = counts(client, tenant, path, query | period)
                    assert len(found) == 1  # what filters offer, where the rollup has no answer for the chart
                    check(found, buffers=COUNTS_OF_BUFFERS, sorted_rows=4 * tops.MOST_READ)

    @pytest.mark.parametrize("path", REPORTS)
    def test_an_id_in_the_search(self, site: Site, path: str) -> None:
        """Each column that may contain it is searched; then the page is read from there."""
        report = REPORTS[path]
        with acting_as(tenant_id=site.acme.pk):
            events = report.model.objects.for_tenant(site.acme.pk)
            old = events.filter(id__lt=first_id(timezone.now() - timedelta(days=200))).newest_first()[0].pk
        for key in [*ids(report.key, site.acme.pk), old]:
            found = pages(site.alice, site.acme, path, everything() | {"q": f'"{str(key).upper()}",'})
            check(found, buffers=2 * A_TEXT_OF_BUFFERS)

    @pytest.mark.parametrize("path", REPORTS)
    def test_a_period_opens_its_own_months(self, site: Site, path: str) -> None:
        table = REPORTS[path].model._meta.db_table
        for period in periods():
            [read] = pages(site.alice, site.acme, path, period)
            assert read.partitions <= months(table, period, site.zone), period

    @pytest.mark.parametrize("path", REPORTS)
    def test_one_event(self, site: Site, path: str) -> None:
        with acting_as(tenant_id=site.acme.pk):
            events = REPORTS[path].model.objects.for_tenant(site.acme.pk)
            last = first_id(timezone.now() - timedelta(days=200))
            oldest = events.filter(id__lt=last).newest_first().values_list("pk", flat=True)[0]
        check(pages(site.alice, site.acme, f"{path}{oldest}/", {}), buffers=20)
        for copy in ("text/", "json/"):
            check(pages(site.alice, site.acme, f"{path}{oldest}/{copy}", {}), buffers=20)
        proof = f"{path}{oldest}/proof/"  # refused, for nothing is sealed here
        check(reads(lambda: site.alice.get(proof), tenant_id=site.acme.pk), buffers=20)

    def test_what_is_recorded_and_when_it_was_last_seen(self, site: Site) -> None:
        for tenant, client in site.tenants:
            check(pages(client, tenant, f"{AUDIT}coverage/", {}), buffers=1_000, sorted_rows=QUARTERS)

    def test_a_session_a_person_and_a_record(self, site: Site) -> None:
        """By search segments and the wide index, however long ago."""
        long_ago = first_id(timezone.now() - timedelta(days=200))
        for tenant, client in site.tenants:
            with acting_as(tenant_id=tenant.pk):
                signed_in = LoginEvent.objects.for_tenant(tenant.pk).filter(id__lt=long_ago, action="log_in")
                changed = AuditEvent.objects.for_tenant(tenant.pk).filter(id__lt=long_ago)
                person = signed_in.exclude(user_id=None).newest_first()[0]
                record = changed.exclude(resource_id=None).newest_first()[0]
            for name, key in (
                ("session_story", person.session),
                ("person", person.user_id),
                ("resource_history", record.resource_id),
            ):
                found = pages(client, tenant, reverse(name, args=[key]), {})
                check(found, buffers=A_TEXT_OF_BUFFERS, sorted_rows=CANDIDATES)


class TestDownloads:
    @RECORDS
    def test_are_read_in_the_order_of_the_file(self, site: Site, path: str, filters: Filters) -> None:
        report = REPORTS[path]
        for tenant, _ in site.tenants:
            for query in filters(tenant.pk):
                for period in periods():
                    steps = download_steps(report, tenant.pk, query | period)
                    assert steps <= {"Append", "Index Scan", "Subquery Scan", "Result"}, (query, steps)


class TestSupportsLists:
    @pytest.mark.parametrize(
        ("model", "filters"),
        [(LOGIN_ACTIVITY.model, support_login_filters), (AUDIT_TRAIL.model, support_audit_filters)],
    )
    def test_of_every_filter(self, site: Site, model: type[Event], filters: Filters) -> None:
        """Of all tenants: rare values are searched for in each tenant, of which there are three here."""
        for query in filters(site.acme.pk):
            for period in ({"period": "today"}, {"period": "30d"}, everything()):
                for tenant, tenants in (({"tenant": "acme"}, 1), ({"tenant": "globex"}, 1), ({}, 4)):
                    found = reads(lambda: view_as_support(site, model, query | period | tenant), support=True)  # noqa: B023
                    candidates = (CANDIDATES + 1) * tenants  # whose ids are put in order, to know up to where to read
                    check(found, buffers=A_TEXT_OF_BUFFERS * tenants, sorted_rows=candidates)

    @pytest.mark.parametrize("model", [LOGIN_ACTIVITY.model, AUDIT_TRAIL.model])
    def test_one_event(self, site: Site, model: type[Event]) -> None:
        with acting_as(support=True):
            last = first_id(timezone.now() - timedelta(days=200))
            oldest = model.objects.for_tenant(site.acme.pk).filter(id__lt=last).newest_first()[0]
        found = reads(lambda: site.dana.get(f"{admin(model)}{oldest.pk}/change/"), support=True)
        check(found, buffers=4 * TENANTS)  # one descent of its month's index for each, at most


def test_guesses_at_a_password_are_counted(site: Site) -> None:
    guess = {"username": "charlie@globex.example", "password": "wrong"}
    check(reads(lambda: Client().post("/sign-in/", guess)), buffers=100)


def test_every_url_of_the_records_is_tried() -> None:
    names = {name for name in get_resolver().reverse_dict if str(name).startswith(("login_activity", "audit_trail"))}
    # The chart: test_sought.py. Choosing columns reads no events.
    tried = {"", "_event", "_proof", "_text", "_json", "_download", "_chart", "_columns", "_people"}
    of_both = {f"{record}{of}" for record in ("login_activity", "audit_trail") for of in tried}
    assert names == of_both | {"audit_trail_coverage"}


def view_as_support(site: Site, model: type[Event], query: Query) -> None:
    response = site.dana.get(admin(model), query)
    assert response.status_code == 200, response.content.decode()


def admin(model: type[Event]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def months(table: str, query: Query, zone: str) -> set[str]:
    """The partitions of a period, whose days are those of the reader's time zone."""
    with timezone.override(zone):
        filters = LOGIN_ACTIVITY.filter_set(QueryDict(urlencode(query)), queryset=LOGIN_ACTIVITY.model.objects.all())
        assert filters.is_valid()
    during = filters.form.cleaned_data["during"]
    first, last = during.start.astimezone(UTC).date(), (during.end.astimezone(UTC) - timedelta(microseconds=1)).date()
    return {f"{table}_{first + timedelta(days=day):%Y_%m}" for day in range((last - first).days + 1)}


def download_steps(report: Report, tenant: UUID, query: Query) -> set[str]:
    """The kinds of plan nodes that read the file, without those of expressions."""

    def below(node: dict[str, Any]) -> Iterator[str]:
        yield node["Node Type"]
        for each in node.get("Plans", ()):
            if each["Parent Relationship"] not in {"SubPlan", "InitPlan"}:
                yield from below(each)

    with acting_as(tenant_id=tenant), transaction.atomic(), connection.cursor() as cursor:
        prepare(cursor)
        filters = report.filter_set(QueryDict(urlencode(query)), queryset=report.model.objects.for_tenant(tenant))
        assert filters.is_valid()
        copy = copy_statement(report.table, filters.qs, filters.form.cleaned_data["during"])
        statement = copy[copy.index("(") + 1 : copy.rindex(") TO STDOUT")]
        return set(below(explain(cursor, statement)))

"""What PostgreSQL reads for a page among five million events of twenty tenants and thirteen months: little more than it
shows, whatever is filtered by, common, rare or absent, in whatever period."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from audit_trail.report import REPORT as AUDIT_TRAIL
from benchmarks import large_history as history
from login_activity.report import REPORT as LOGIN_ACTIVITY
from wisely_security.ledger.models import first_id
from wisely_security.reports.columns import copy_statement
from wisely_security.reports.export import prepare
from wisely_security.reports.keyset import read_page
from wisely_security.reports.periods import Period
from wisely_security.reports.views import Report
from wisely_security.request_context import acting_as

from . import databases
from .cast import Cast, create_cast, sign_in

pytestmark = pytest.mark.long

EVENTS = 5_000_000
MOST_BUFFERS = 200  # 8 kB each
EVENT_TABLES = (history.LOGIN, history.AUDIT)


def days_ago(days: int) -> str:
    return (timezone.now() - timedelta(days=days)).date().isoformat()


PERIODS: dict[str, dict[str, str]] = {
    **{period: {"period": period} for period in ("today", "7d", "15d", "30d")},
    "a fortnight in spring": {"from": days_ago(200), "to": days_ago(186)},
    "thirteen months": {"from": days_ago(380)},
}
COMMON_PERSON = "a person with many events"  # known when the history is loaded
LOGIN_FILTERS: list[dict[str, str]] = [
    {},
    {"status": "success"},
    {"status": "failure"},
    *({"action": action} for action in ("log_in", "view", "edit", "reset_password", "-view", history.RARE_ACTION)),
    *({"device": device} for device in ("windows_pc", "ipad", "smart_tv", history.RARE_DEVICE)),
    *({"country": code} for code in ("IN", "JP", history.RARE_COUNTRY, history.RARE_ONCE, history.ABSENT_COUNTRY)),
    *({"user": who} for who in (COMMON_PERSON, "unknown", str(history.RARE_USER), history.RARE_EMAIL, "x@y.example")),
    *({"q": address} for address in (history.RARE_ADDRESS, "10.17.17.3", "192.0.2.1")),
]
AUDIT_FILTERS: list[dict[str, str]] = [
    {},
    {"status": "success"},
    {"status": "failure"},
    *({"module": module} for module in ("business_group", "templates", "roles")),
    *({"sub_module": area} for area in ("group", "settings", "role")),
    *({"action": action} for action in ("add", "edit", "delete", "suspend")),
    *({"actor": who} for who in (COMMON_PERSON, str(history.RARE_USER), history.RARE_EMAIL, "x@y.example")),
    *({"actor": kind} for kind in ("system", "api", "database")),
    *({"record": key} for key in (str(history.RARE_RECORD), str(uuid4()))),
    *({"request": key} for key in (str(history.RARE_REQUEST), str(uuid4()))),
]
FILTERS = [(LOGIN_ACTIVITY, each) for each in LOGIN_FILTERS] + [(AUDIT_TRAIL, each) for each in AUDIT_FILTERS]


@dataclass
class Scene:
    """``large`` and ``small``: tenants with 40 % and about 1 % of all events."""

    cast: Cast
    common_person: UUID

    @property
    def tenants(self) -> list[UUID]:
        return [self.cast.acme.pk, self.cast.globex.pk]

    def query(self, filters: dict[str, str], period: str) -> dict[str, str]:
        said = {name: str(self.common_person) if value is COMMON_PERSON else value for name, value in filters.items()}
        return PERIODS[period] | said


@pytest.fixture(scope="module")
def scene(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), databases.fresh_database(f"{databases.TEMPLATE}_explain"):
        cast = create_cast()
        others = [uuid4() for _ in range(history.TENANTS - 2)]
        history.History(EVENTS, [cast.acme.pk, *others, cast.globex.pk]).load()
        with acting_as(tenant_id=cast.acme.pk), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT user_id FROM {history.LOGIN} WHERE id >= %s AND user_id IS NOT NULL "
                "GROUP BY user_id ORDER BY count(*) DESC LIMIT 1",
                [first_id(timezone.now() - timedelta(days=1))],
            )
            [person] = cursor.fetchone()
        yield Scene(cast, person)


@dataclass
class Plan:
    """What a statement did, as the app role with row-level security."""

    root: dict[str, Any]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
            yield node
            for each in node.get("Plans", ()):
                if each["Parent Relationship"] != "SubPlan":  # how a value is put into words, row by row
                    yield from below(each)

        return list(below(self.root))

    @property
    def scans(self) -> list[dict[str, Any]]:
        return [node for node in self.nodes if "Relation Name" in node]

    @property
    def buffers(self) -> int:
        return int(self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"])

    def reads_in_order(self, direction: str) -> bool:
        """Nothing but index scans in the order that is asked for, one after the other."""
        kinds = {node["Node Type"] for node in self.nodes}
        directions = {node["Scan Direction"] for node in self.scans}
        return kinds <= {"Limit", "Append", "Index Scan", "Subquery Scan", "Result"} and directions <= {direction}

    def reads_little(self) -> bool:
        kinds = {node["Node Type"] for node in self.nodes}
        sorted_rows = [node["Actual Rows"] for node in self.nodes if "Sort" in node["Node Type"]]
        return "Seq Scan" not in kinds and max(sorted_rows, default=0) <= 51 and self.buffers <= MOST_BUFFERS


def explain(statement: str, *, before: str = "", analyze: bool = True, download: bool = False) -> Plan:
    """``before``: what is sent in front of the statement, in the same message."""
    with transaction.atomic(), connection.cursor() as cursor:
        if download:
            prepare(cursor, "UTC")
        cursor.execute(before or "SELECT 1")
        cursor.execute("SELECT current_setting('is_superuser'), row_security_active(%s)", [history.LOGIN])
        assert cursor.fetchone() == ("off", True)
        cursor.cursor.execute(f"EXPLAIN ({'ANALYZE, ' if analyze else ''}BUFFERS, FORMAT JSON) {statement}")
        [[[answer]]] = cursor.fetchall()
    return Plan(answer["Plan"] if isinstance(answer, dict) else json.loads(answer)["Plan"])


def selected(report: Report, tenant: UUID, query: dict[str, str]) -> Any:
    filters = report.filter_set(QueryDict(urlencode(query)), queryset=report.model.objects.for_tenant(tenant))
    assert filters.is_valid()
    return filters.qs, filters.form.cleaned_data["during"]


def middle(during: Period) -> UUID:
    """A cursor in the middle of what is there of a period."""
    end = min(during.end, timezone.now())
    return first_id(during.start + (end - during.start) / 2)


def page_plan(report: Report, tenant: UUID, query: dict[str, str], cursor: str = "") -> Plan:
    """The plan of the statement that the page sends."""
    with acting_as(tenant_id=tenant):
        events, during = selected(report, tenant, query)
        paging = QueryDict(f"{cursor}={middle(during)}") if cursor else QueryDict()
        with transaction.atomic(), CaptureQueriesContext(connection) as sent:
            read_page(events, paging)
        return explain_sent(next(each["sql"] for each in sent if is_about_events(each["sql"])))


def is_about_events(statement: str) -> bool:
    return ";SELECT" in f";{statement}" and any(f'FROM "{table}"' in statement for table in EVENT_TABLES)


def explain_sent(statement: str) -> Plan:
    """Of what was sent in one message, the last statement; the others set its stage."""
    before, _, last = statement.rpartition(";SELECT")
    return explain(f"SELECT{last}" if before else statement, before=before)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize(("report", "filters"), FILTERS, ids=lambda each: str(getattr(each, "key", each)))
def test_a_page_reads_little_more_than_it_shows(
    scene: Scene, report: Report, filters: dict[str, str], period: str
) -> None:
    for tenant in scene.tenants:
        for cursor, direction in (("", "Backward"), ("before", "Backward"), ("after", "Forward")):
            plan = page_plan(report, tenant, scene.query(filters, period), cursor)
            assert plan.reads_in_order(direction), plan.nodes
            assert plan.reads_little(), (tenant, cursor, plan.buffers, plan.nodes)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize(
    ("report", "filters"), FILTERS[:6] + FILTERS[-6:], ids=lambda each: str(getattr(each, "key", each))
)
def test_a_download_is_read_in_order_from_its_first_row(
    scene: Scene, report: Report, filters: dict[str, str], period: str
) -> None:
    for tenant in scene.tenants:
        with acting_as(tenant_id=tenant):
            events, _ = selected(report, tenant, scene.query(filters, period))
            copy = copy_statement(report.table, events).removeprefix("COPY (").removesuffix(") TO STDOUT (FORMAT csv)")
            plan = explain(copy, analyze=False, download=True)
        assert plan.reads_in_order("Backward"), plan.nodes


@pytest.mark.parametrize("period", ["today", "30d", "thirteen months"])
@pytest.mark.parametrize("report", [LOGIN_ACTIVITY, AUDIT_TRAIL], ids=lambda report: report.key)
def test_only_the_months_of_the_period_are_opened(scene: Scene, report: Report, period: str) -> None:
    with acting_as(tenant_id=scene.cast.acme.pk):
        events, during = selected(report, scene.cast.acme.pk, PERIODS[period])
        plan = explain(str(connection.cursor().cursor.mogrify(*events.query.sql_with_params()), "utf-8"), analyze=False)
    first, last = during.start.astimezone(UTC).date(), (during.end.astimezone(UTC) - timedelta(microseconds=1)).date()
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    assert {node["Relation Name"] for node in plan.scans} == {
        f"{report.model._meta.db_table}_{day:%Y_%m}" for day in days
    }


def test_every_statement_of_the_pages_themselves(scene: Scene) -> None:
    """Whatever the views send about events: rows, one event, other lists."""
    client = sign_in(scene.cast.alice)
    seen = 0
    for path in ("/settings/identity-access/login-activity/", "/settings/security/audit-trail/"):
        with CaptureQueriesContext(connection) as sent:
            page = client.get(path, {"period": "30d"})
            older = page.context["older_url"]
            assert client.get(older).status_code == 200
            assert client.get(page.context["events"][0]["url"]).status_code == 200
        with acting_as(tenant_id=scene.cast.acme.pk):
            for each in sent:
                if is_about_events(each["sql"]):
                    plan = explain_sent(each["sql"])
                    assert plan.reads_little(), (each["sql"], plan.buffers)
                    seen += 1
    assert seen >= 6


@pytest.mark.parametrize("path", ["login_activity/loginevent", "audit_trail/auditevent"])
@pytest.mark.parametrize(
    "query", [{}, {"tenant": "acme"}, {"q": history.RARE_EMAIL}, {"tenant": "acme", "status": "failure"}]
)
def test_what_support_sees_of_all_tenants(scene: Scene, path: str, query: dict[str, str]) -> None:
    client = sign_in(scene.cast.dana)
    with CaptureQueriesContext(connection) as sent:
        assert client.get(f"/admin/{path}/", {"period": "30d", **query}).status_code == 200
    statements = [each["sql"] for each in sent if is_about_events(each["sql"])]
    assert statements
    with acting_as(support=True):
        for statement in statements:
            plan = explain_sent(statement)
            assert plan.reads_little(), (statement, plan.buffers)


def test_an_index_that_is_missing_is_noticed(scene: Scene) -> None:
    """The limit bites."""
    rare = {"country": history.RARE_COUNTRY}
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index "
            "WHERE indrelid = %s::regclass AND pg_get_indexdef(indexrelid) LIKE '%%(tenant_id, country, %%'",
            [history.LOGIN],
        )
        [[name]] = cursor.fetchall()
        cursor.execute(f"BEGIN; DROP INDEX {name}")
        cursor.execute(f"SELECT set_config('wisely.tenant_id', '{scene.cast.acme.pk}', true)")
        with acting_as(tenant_id=scene.cast.acme.pk):
            events, _ = selected(LOGIN_ACTIVITY, scene.cast.acme.pk, PERIODS["30d"] | rare)
            sql, params = events.order_by("-id")[:51].query.sql_with_params()
            cursor.execute(f"SET enable_sort = off; EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        [[[answer]]] = cursor.fetchall()
        cursor.execute("ROLLBACK")
    assert not Plan(answer["Plan"]).reads_little()

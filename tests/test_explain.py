"""How PostgreSQL reads a page and a download among the events of many tenants: along the primary key, no further."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from audit_trail.coverage import LAST_SEEN
from audit_trail.report import REPORT as AUDIT_TRAIL
from login_activity.report import REPORT as LOGIN_ACTIVITY
from wisely_security.ledger.models import first_id
from wisely_security.reports.columns import copy_statement
from wisely_security.reports.export import prepare
from wisely_security.reports.keyset import READ_IN_ORDER, read_page
from wisely_security.reports.periods import Period
from wisely_security.reports.views import Report
from wisely_security.request_context import acting_as

from . import databases, records
from .audit_trail import records as audit_records

DAYS = 80
LARGE, SMALL, TINY, SILENT = (uuid4() for _ in range(4))
COUNTS = {LARGE: 40_000, SMALL: 3_000, TINY: 300, **{uuid4(): 3_000 for _ in range(24)}}


def days_ago(days: int) -> str:
    return (timezone.now() - timedelta(days=days)).date().isoformat()


PERIODS: list[dict[str, str]] = [
    *({"period": period} for period in ("today", "7d", "15d", "30d")),
    {"from": days_ago(40), "to": days_ago(40)},
    {"from": days_ago(50), "to": days_ago(36)},
    {"from": days_ago(DAYS - 1)},
]
FILTERS: list[tuple[Report, dict[str, str]]] = [
    (LOGIN_ACTIVITY, {}),
    (LOGIN_ACTIVITY, {"status": "success"}),
    (LOGIN_ACTIVITY, {"device": "windows_pc", "country": "IN"}),
    (AUDIT_TRAIL, {}),
    (AUDIT_TRAIL, {"module": "business_group", "action": "edit", "status": "success"}),
    (AUDIT_TRAIL, {"record": str(uuid4())}),
]


@pytest.fixture(scope="module", autouse=True)
def many_events(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), databases.fresh_database(f"{databases.TEMPLATE}_explain"):
        for tenant, count in COUNTS.items():
            records.load(tenant, count, days=DAYS)
            audit_records.load(tenant, count, days=DAYS)
        records.tidy()
        records.tidy(audit_records.TABLE)
        yield


@dataclass
class Plan:
    """What a statement does, as the app role with row-level security."""

    nodes: list[dict[str, Any]]

    @property
    def partitions(self) -> set[str]:
        return {node["Relation Name"] for node in self.scans}

    @property
    def scans(self) -> list[dict[str, Any]]:
        return [node for node in self.nodes if "Relation Name" in node]

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"].removeprefix(f"{node['Relation Name']}_") for node in self.scans}

    def reads_in_order(self, direction: str) -> bool:
        """Nothing but index scans in the order that is asked for, one after the other."""
        kinds = {node["Node Type"] for node in self.nodes}
        directions = {node["Scan Direction"] for node in self.scans}
        return kinds <= {"Limit", "Append", "Index Scan", "Subquery Scan", "Result"} and directions == {direction}


def explain(report: Report, statement: str, *, before: str = "", download: bool = False) -> Plan:
    """``before``: what is sent in front of the statement, in the same message."""
    with transaction.atomic(), connection.cursor() as cursor:
        if download:
            prepare(cursor, "UTC")
        if before:
            cursor.execute(before)
        cursor.execute("SELECT current_setting('is_superuser'), row_security_active(%s)", [table_of(report)])
        assert cursor.fetchone() == ("off", True)
        cursor.cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        [[[answer]]] = cursor.fetchall()

    def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for each in node.get("Plans", ()):
            if each["Parent Relationship"] != "SubPlan":  # how a value is put into words, row by row
                yield from below(each)

    return Plan(list(below(answer["Plan"] if isinstance(answer, dict) else json.loads(answer)["Plan"])))


def table_of(report: Report) -> str:
    return report.model._meta.db_table


def selected(report: Report, tenant: UUID, query: dict[str, str]) -> Any:
    filters = report.filter_set(QueryDict(urlencode(query)), queryset=report.model.objects.for_tenant(tenant))
    assert filters.is_valid()
    return filters.qs, filters.form.cleaned_data["during"]


def months(report: Report, during: Period) -> set[str]:
    """The partitions of a period."""
    first = during.start.astimezone(UTC).date()
    last = (during.end.astimezone(UTC) - timedelta(microseconds=1)).date()
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {f"{table_of(report)}_{day:%Y_%m}" for day in days}


def middle(during: Period) -> UUID:
    """A cursor in the middle of what is there of a period."""
    end = min(during.end, timezone.now())
    return first_id(during.start + (end - during.start) / 2)


def page_plan(report: Report, tenant: UUID, query: dict[str, str], cursor: str = "") -> tuple[Plan, Period]:
    """The plan of the statement that the page sends."""
    with acting_as(tenant_id=tenant):
        events, during = selected(report, tenant, query)
        paging = QueryDict(f"{cursor}={middle(during)}") if cursor else QueryDict()
        with transaction.atomic(), CaptureQueriesContext(connection) as sent:
            read_page(events, paging)
        statement = next(each["sql"] for each in sent if table_of(report) in each["sql"])
        start = statement.index(f'SELECT "{table_of(report)}"')
        return explain(report, statement[start:], before=statement[:start]), during


def download_plan(report: Report, tenant: UUID, query: dict[str, str]) -> tuple[Plan, Period]:
    with acting_as(tenant_id=tenant):
        events, during = selected(report, tenant, query)
        copy = copy_statement(report.table, events)
        statement = copy.removeprefix("COPY (").removesuffix(") TO STDOUT (FORMAT csv)")
        return explain(report, statement, download=True), during


@pytest.mark.parametrize(("report", "filters"), FILTERS)
@pytest.mark.parametrize("period", PERIODS)
class TestInOrder:
    """One tenant of many: silent, small, or with a third of all events."""

    @pytest.mark.parametrize("tenant", [SMALL, TINY, SILENT, LARGE], ids=["small", "tiny", "silent", "large"])
    def test_along_one_index(
        self, tenant: UUID, period: dict[str, str], report: Report, filters: dict[str, str]
    ) -> None:
        query = period | filters
        for plan, during in (page_plan(report, tenant, query), download_plan(report, tenant, query)):
            assert plan.reads_in_order("Backward"), plan.nodes
            assert plan.partitions == months(report, during)
            assert plan.indexes == {"pkey"}
        for cursor, direction in (("before", "Backward"), ("after", "Forward")):
            plan, during = page_plan(report, tenant, query, cursor)
            assert plan.reads_in_order(direction), plan.nodes
            assert plan.partitions <= months(report, during)
            assert plan.indexes == {"pkey"}


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("report", [LOGIN_ACTIVITY, AUDIT_TRAIL])
def test_free_text_is_looked_for_in_the_partitions_of_the_period_alone(report: Report, period: dict[str, str]) -> None:
    query = period | {"q": "pune"}
    for tenant in (SMALL, LARGE):
        for plan, during in (page_plan(report, tenant, query), download_plan(report, tenant, query)):
            assert plan.partitions == months(report, during)
            assert "Seq Scan" not in {node["Node Type"] for node in plan.nodes}


@pytest.mark.parametrize("report", [LOGIN_ACTIVITY, AUDIT_TRAIL])
def test_the_events_lie_in_several_partitions(report: Report) -> None:
    [plan, _] = page_plan(report, LARGE, {"from": days_ago(DAYS - 1)})
    assert len(plan.partitions) >= 3


def test_when_an_action_was_last_seen_is_read_along_the_index() -> None:
    now = timezone.now()
    bounds = first_id(now - timedelta(days=30)), first_id(now)
    with connection.cursor() as cursor, acting_as(tenant_id=LARGE):
        statement = cursor.cursor.mogrify(LAST_SEEN, [LARGE, *bounds, 1000]).decode()
        plan = explain(AUDIT_TRAIL, statement, before=READ_IN_ORDER)
    assert plan.indexes == {"pkey"}
    assert "Sort" not in {node["Node Type"] for node in plan.nodes}
    assert 1 <= len(plan.partitions) <= 2

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

from login_activity.filters import LoginActivityFilterSet
from login_activity.models import LoginEvent
from login_activity.tables import LoginActivityTable
from wisely_security.ledger.models import first_id
from wisely_security.reports.columns import copy_statement
from wisely_security.reports.export import prepare
from wisely_security.reports.keyset import read_page
from wisely_security.reports.periods import Period
from wisely_security.request_context import acting_as

from . import databases
from .records import TABLE, load, tidy

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
FILTERS: list[dict[str, str]] = [{}, {"status": "success"}, {"device": "windows_pc", "country": "IN"}]


@pytest.fixture(scope="module", autouse=True)
def many_events(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), databases.fresh_database(f"{databases.TEMPLATE}_explain"):
        for tenant, count in COUNTS.items():
            load(tenant, count, days=DAYS)
        tidy()
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


def explain(statement: str, *, before: str = "", download: bool = False) -> Plan:
    """``before``: what is sent in front of the statement, in the same message."""
    with transaction.atomic(), connection.cursor() as cursor:
        if download:
            prepare(cursor, "UTC")
        if before:
            cursor.execute(before)
        cursor.execute("SELECT current_setting('is_superuser'), row_security_active(%s)", [TABLE])
        assert cursor.fetchone() == ("off", True)
        cursor.cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        [[[answer]]] = cursor.fetchall()

    def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for each in node.get("Plans", ()):
            yield from below(each)

    return Plan(list(below(answer["Plan"] if isinstance(answer, dict) else json.loads(answer)["Plan"])))


def selected(tenant: UUID, query: dict[str, str]) -> Any:
    filters = LoginActivityFilterSet(QueryDict(urlencode(query)), queryset=LoginEvent.objects.for_tenant(tenant))
    assert filters.is_valid()
    return filters.qs, filters.form.cleaned_data["during"]


def months(during: Period) -> set[str]:
    """The partitions of a period."""
    first = during.start.astimezone(UTC).date()
    last = (during.end.astimezone(UTC) - timedelta(microseconds=1)).date()
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {f"{TABLE}_{day:%Y_%m}" for day in days}


def middle(during: Period) -> UUID:
    """A cursor in the middle of what is there of a period."""
    end = min(during.end, timezone.now())
    return first_id(during.start + (end - during.start) / 2)


def page_plan(tenant: UUID, query: dict[str, str], cursor: str = "") -> tuple[Plan, Period]:
    """The plan of the statement that the page sends."""
    with acting_as(tenant_id=tenant):
        events, during = selected(tenant, query)
        paging = QueryDict(f"{cursor}={middle(during)}") if cursor else QueryDict()
        with transaction.atomic(), CaptureQueriesContext(connection) as sent:
            read_page(events, paging)
        statement = next(each["sql"] for each in sent if TABLE in each["sql"])
        start = statement.index('SELECT "login_')
        return explain(statement[start:], before=statement[:start]), during


def download_plan(tenant: UUID, query: dict[str, str]) -> tuple[Plan, Period]:
    with acting_as(tenant_id=tenant):
        events, during = selected(tenant, query)
        copy = copy_statement(LoginActivityTable, events)
        return explain(copy.removeprefix("COPY (").removesuffix(") TO STDOUT (FORMAT csv)"), download=True), during


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("period", PERIODS)
class TestInOrder:
    """One tenant of many: silent, small, or with a third of all events."""

    @pytest.mark.parametrize("tenant", [SMALL, TINY, SILENT, LARGE], ids=["small", "tiny", "silent", "large"])
    def test_along_one_index(self, tenant: UUID, period: dict[str, str], filters: dict[str, str]) -> None:
        query = period | filters
        for plan, during in (page_plan(tenant, query), download_plan(tenant, query)):
            assert plan.reads_in_order("Backward"), plan.nodes
            assert plan.partitions == months(during)
            assert plan.indexes == {"pkey"}
        for cursor, direction in (("before", "Backward"), ("after", "Forward")):
            plan, during = page_plan(tenant, query, cursor)
            assert plan.reads_in_order(direction), plan.nodes
            assert plan.partitions <= months(during)
            assert plan.indexes == {"pkey"}


@pytest.mark.parametrize("period", PERIODS)
def test_free_text_is_looked_for_in_the_partitions_of_the_period_alone(period: dict[str, str]) -> None:
    for tenant in (SMALL, LARGE):
        for plan, during in (page_plan(tenant, period | {"q": "pune"}), download_plan(tenant, period | {"q": "pune"})):
            assert plan.partitions == months(during)
            assert "Seq Scan" not in {node["Node Type"] for node in plan.nodes}


def test_the_events_lie_in_several_partitions() -> None:
    [plan, _] = page_plan(LARGE, {"from": days_ago(DAYS - 1)})
    assert len(plan.partitions) >= 3

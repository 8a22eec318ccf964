"""A database of former migrations that has events is migrated, and shows the same pages and the same files."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.http import QueryDict
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from audit_trail.models import AuditEvent
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.projectors import project
from wisely_security.reports.pages.keyset import read_page
from wisely_security.reports.table.columns import copy_statement

from .ledger.search.history import a_row
from .ledger.search.truth import RECORDS, ids_of
from .support import databases, records

# Before events had two indexes.
FORMER = [("login_activity", "0002"), ("audit_trail", "0002"), ("ledger", "0008")]
QUERIES: list[dict[str, str]] = [
    {},
    {"status": "failure"},
    {"q": "10.1.2.3"},
    {"q": "ann"},
    {"action": "view"},
    {"action": "edit"},
]


@pytest.fixture
def former(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    name = f"{databases.TEMPLATE}_former"
    with django_db_blocker.unblock(), databases.empty_database(name):
        for app, migration in FORMER:
            call_command("migrate", app, migration, verbosity=0)
        call_command("create_partitions", since=2, verbosity=0)
        yield


def test_the_same_pages_and_files(former: None) -> None:
    tenant, chance, now = records.a_tenant(), random.Random(1), timezone.now()
    run("ALTER TABLE audit_trail_auditevent ADD session text NOT NULL DEFAULT ''")  # today's code reads it
    for name, record in RECORDS.items():
        rows = [a_row(name, tenant, chance, now - timedelta(hours=number)) for number in range(900, 0, -1)]
        as_then = [{**row, "session": ""} for row in rows] if record.report.model is AuditEvent else rows
        record.put(as_then)
    before = shown(tenant)
    run("ALTER TABLE audit_trail_auditevent DROP session")
    call_command("migrate", verbosity=0)
    assert shown(tenant) == before
    project()
    assert shown(tenant) == before
    call_command("check", databases=["default"])


def run(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def shown(tenant: UUID) -> list[tuple[dict[str, str], list[UUID], bytes]]:
    found: list[tuple[dict[str, str], list[UUID], bytes]] = []
    with acting_as(tenant_id=tenant), transaction.atomic():
        for record in RECORDS.values():
            for query in QUERIES:
                asked = QueryDict(mutable=True)
                asked.update({"period": "30d", **query})
                events = record.report.model.objects.for_tenant(tenant)
                filters = record.report.filter_set(asked, queryset=events)
                if not filters.is_valid():  # an action of the other record
                    continue
                file = io.BytesIO()
                with connection.cursor() as cursor:
                    during = filters.form.cleaned_data["during"]
                    cursor.cursor.copy_expert(copy_statement(record.report.table, filters.qs, during), file)
                ids = ids_of(filters.qs)[:50]
                with connections["owner"].cursor() as cursor:
                    cursor.execute("SELECT to_regclass('ledger_search_segment') IS NOT NULL")
                    if cursor.fetchone() == (True,):
                        assert [event.id for event in read_page(filters.qs, QueryDict()).rows] == ids
                found.append((query, ids, file.getvalue()))
    return found

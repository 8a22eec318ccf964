"""A chart reads the rollup and what is not projected yet, not all events."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from login_activity.models import LoginEvent
from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.rollup import Asked, statement

from .truth import until_summed

TABLE = LoginEvent._meta.db_table
EVENTS, DAYS, MOST_BUFFERS = 20_000, 80, 200


@pytest.mark.usefixtures("database")
def test_a_chart_of_many_events_reads_few_pages() -> None:
    tenant = records.a_tenant()
    records.load(tenant, EVENTS, days=DAYS)
    until_summed(tenant, EVENTS)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {TABLE}")
    records.append_many(tenant, 10)
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    bounds = [midnight + timedelta(days=number) for number in range(-DAYS, 2)]
    sql, values = statement(LoginEvent, tenant, [Asked(bounds)])
    with acting_as(tenant_id=tenant), transaction.atomic(), connection.cursor() as cursor:
        for _ in range(2):  # the first also reads the catalogue
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", values)
            [[answer]] = cursor.fetchall()
    [explained] = answer if isinstance(answer, list) else json.loads(answer)
    assert explained["Plan"]["Shared Hit Blocks"] + explained["Plan"]["Shared Read Blocks"] < MOST_BUFFERS

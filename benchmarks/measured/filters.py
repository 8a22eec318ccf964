"""The filters that ``benchmarks.filters`` measures, and what a page of each costs. Django is set up by then."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection, connections, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.months.partitions import add_months
from wisely_security.reports.declaration import Report
from wisely_security.reports.pages.keyset import read_page

from .large_history import (
    ABSENT_COUNTRY,
    AUDIT,
    LOGIN,
    MONTHS,
    RARE_ACTION,
    RARE_ADDRESS,
    RARE_COUNTRY,
    RARE_DEVICE,
    RARE_EMAIL,
    RARE_ONCE,
    RARE_RECORD,
    RARE_REQUEST,
    RARE_USER,
    RARE_WORD,
    commonest,
)

Query = dict[str, str]
SEGMENTS_INDEX = "ledger_search_segment_content"
COMMON_ADDRESS = "10.1.1.8"
NOBODY = "00000000-0000-7000-8000-ffffffffffff"
BUSY = "the person who does most, and the record that most is done to"
RECORDS: dict[str, tuple[Report, dict[str, Query]]] = {
    "Login Activity": (
        LOGIN_ACTIVITY,
        {
            "no filter": {},
            "user, busy": {"user": BUSY},
            "user, rare": {"user": str(RARE_USER)},
            "user by e-mail, rare": {"user": RARE_EMAIL},
            "user, none": {"user": NOBODY},
            "status: failure": {"status": "failure"},
            "action, common": {"action": "view"},
            "action, rare": {"action": RARE_ACTION},
            "device, common": {"device": "windows_pc"},
            "device, rare": {"device": RARE_DEVICE},
            "country, common": {"country": "IN"},
            "country, rare": {"country": RARE_COUNTRY},
            "country, a year ago": {"country": RARE_ONCE},
            "country, none": {"country": ABSENT_COUNTRY},
            "country, rare, and status: failure": {"country": RARE_COUNTRY, "status": "failure"},
            "country, device and action": {"country": "BR", "device": "mac", "action": "reset_password"},
            "user, busy, with a device never used": {"user": BUSY, "device": "ipad"},
            "user, busy, with device and country never used": {"user": BUSY, "device": "ipad", "country": "BR"},
            "text, common": {"q": "mumbai"},
            "text, rare": {"q": RARE_WORD},
            "text, two words": {"q": "mumbai failure"},
            "text, a rare address": {"q": RARE_ADDRESS},
            "text, part of an address": {"q": "10.1.1."},
            "text, none": {"q": "nowhere-to-be-found"},
            "address, common, and status: failure": {"q": COMMON_ADDRESS, "status": "failure"},
            "address, rare, and user, busy": {"q": RARE_ADDRESS, "user": BUSY},
            "network, none": {"q": "10.77.*.*"},
            "ID, busy": {"q": BUSY},
            "ID, rare": {"q": str(RARE_USER)},
            "ID, none": {"q": NOBODY},
        },
    ),
    "Audit Trail": (
        AUDIT_TRAIL,
        {
            "no filter": {},
            "actor, busy": {"actor": BUSY},
            "actor, rare": {"actor": str(RARE_USER)},
            "actor, none": {"actor": NOBODY},
            "actor: system": {"actor": "system"},
            "module, common": {"module": "business_group"},
            "module and action, rare": {"module": "roles", "action": "add"},
            "status: failure": {"status": "failure"},
            "record, busy": {"record": BUSY},
            "record, rare": {"record": str(RARE_RECORD)},
            "record, none": {"record": NOBODY},
            "request": {"request": str(RARE_REQUEST)},
            "actor, rare, and status: failure": {"actor": str(RARE_USER), "status": "failure"},
            "text, common": {"q": "person"},
            "text, rare": {"q": RARE_WORD},
            "text, a rare address": {"q": RARE_ADDRESS},
            "text, none": {"q": "nowhere-to-be-found"},
            "record, rare, and actor, busy": {"record": str(RARE_RECORD), "actor": BUSY},
            "network, none": {"q": "10.77.7.*"},
            "ID, busy": {"q": BUSY},
            "ID, rare": {"q": str(RARE_RECORD)},
            "ID of a request": {"q": str(RARE_REQUEST)},
            "ID, none": {"q": NOBODY},
        },
    ),
}
OF_EVENTS = re.compile(rf"{LOGIN}|{AUDIT}|ledger_")
# Sent in front, in the same message.
SETTINGS = re.compile(r"^(?:\s*(?:SET LOCAL \S+ = E?'(?:''|[^'])*'|SELECT set_config\(.*?\));)+", re.DOTALL)


def periods() -> dict[str, Query]:
    first = add_months(timezone.now().date(), 1 - MONTHS)
    return {"30 days": {"period": "30d"}, "13 months": {"from": first.isoformat()}}


@dataclass(frozen=True, slots=True)
class Cost:
    milliseconds: float
    buffers: int


def derive() -> None:
    """As two web processes do: one takes what the other is not at. The index of segments is made when all are there:
    most of a projector's time goes into it otherwise."""

    def work(_: int) -> None:
        project()
        connection.close()

    with connections["owner"].cursor() as owner:
        owner.execute("SELECT pg_get_indexdef(%s::regclass)", [SEGMENTS_INDEX])
        [index] = owner.fetchone()
        owner.execute(f"DROP INDEX {SEGMENTS_INDEX}")
        with ThreadPoolExecutor(2) as two:
            list(two.map(work, range(2)))
        project()
        owner.execute("SELECT set_config('maintenance_work_mem', '1GB', false)")
        owner.execute(index)


def vacuum() -> None:
    """As after a while: nothing waits for the vacuum or is still to be written."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def size() -> int:
    """Bytes of the database on disk."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def costs(report: Report, tenant: UUID, query: Query) -> dict[str, Cost]:
    """What the first page costs, by period."""
    named = {key: commonest(tenant) if value == BUSY else value for key, value in query.items()}
    return {name: _first_page(report, tenant, period | named) for name, period in periods().items()}


def _first_page(report: Report, tenant: UUID, query: Query) -> Cost:
    with acting_as(tenant_id=tenant):
        statements = _sent(report, tenant, query)
        measured = [_explained(statements) for _ in range(3)]
    return Cost(median(cost.milliseconds for cost in measured), measured[-1].buffers)


def _sent(report: Report, tenant: UUID, query: Query) -> list[str]:
    """The statements with which a page reads events."""
    filters = report.filter_set(QueryDict(urlencode(query)), queryset=report.model.objects.for_tenant(tenant))
    assert filters.is_valid(), (query, filters.errors)
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        read_page(filters.qs, QueryDict())
    return [each["sql"] for each in captured if OF_EVENTS.search(each["sql"])]


def _explained(statements: list[str]) -> Cost:
    milliseconds, buffers = 0.0, 0
    for statement in statements:
        before = match[0] if (match := SETTINGS.match(statement)) else ""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")  # sets the session context
            cursor.cursor.execute(
                f"{before} EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON) {statement[len(before) :]}"
            )
            [[[answer]]] = cursor.fetchall()
        plan: Any = answer if isinstance(answer, dict) else json.loads(answer)
        milliseconds += plan["Execution Time"]
        buffers += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    return Cost(milliseconds, buffers)

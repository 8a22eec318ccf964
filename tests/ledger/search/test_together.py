"""Every filter, and combinations, give the same pages as reading all events: of a tenant, and of all.

However far the projector is: the history is read without it, behind it, and after it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import first_id
from wisely_security.ledger.search import plan
from wisely_security.reports.pages.keyset import read_page

from .history import History
from .truth import RECORDS, ids_of, page_of

SEVEN, NOBODY = "00000000-0000-0000-0000-000000000007", "00000000-0000-7000-8000-ffffffffffff"
SELDOM = "00000000-0000-0000-0000-000000000021"
LOGIN: list[dict[str, str]] = [
    *({name: value} for name, value in [("action", "log_in"), ("action", "-view"), ("action", "lock_out")]),
    *({"user": user} for user in (SEVEN, NOBODY, "unknown", "x@example.com", "nobody@example.com")),
    *({"status": "failure"}, {"device": "ipad"}, {"country": "DE"}, {"country": "FR"}),
    *(
        {"q": typed}
        for typed in (SEVEN, SELDOM, NOBODY, "10.1.2.3", "10.1.2.0/24", "10.0.0.0/7", "::1", f"{SELDOM} on")
    ),
    {"country": "IN", "action": "view"},
    {"country": "IN", "status": "failure"},
    {"country": "DE", "action": "log_in", "status": "success"},
    {"country": "DE", "action": "log_in", "status": "success", "device": "mac", "user": SEVEN},
    {"country": "FR", "action": "log_in"},
    {"user": "unknown", "device": "ipad", "q": "10.1.2.3"},
    {"status": "failure", "q": "10.1.2.3"},
]
AUDIT: list[dict[str, str]] = [
    *({"actor": actor} for actor in (SEVEN, NOBODY, "system", "database", "alice@acme.example")),
    *({"module": "templates"}, {"action": "add"}, {"status": "failure"}, {"sub_module": "group"}),
    *({name: key} for name in ("record", "request") for key in (SELDOM, NOBODY)),
    *({"q": typed} for typed in (SEVEN, SELDOM, NOBODY, "192.0.2.128/25", "2001:db8::1", "ann on")),
    {"actor": SEVEN, "module": "templates", "action": "edit", "status": "failure"},
    {"actor": "system", "status": "failure"},
    {"record": SELDOM, "actor": SEVEN},
]
CASES = [*(("login", query) for query in LOGIN), *(("audit", query) for query in AUDIT)]


@pytest.mark.parametrize(("name", "query"), CASES)
def test_of_a_tenant(history: History, name: str, query: dict[str, str]) -> None:
    beyond = [first_id(timezone.now() - timedelta(days=days)) for days in (1, 40, 199)]
    RECORDS[name].agree(history.tenant, query, beyond=beyond)


def test_an_event_by_its_id(history: History) -> None:
    for name, record in RECORDS.items():
        with acting_as(tenant_id=history.tenant):
            ids = ids_of(record.report.model.objects.for_tenant(history.tenant))
        for key in (ids[0], ids[150], ids[-1]):
            assert record.agree(history.tenant, {"q": str(key)}, beyond=[]) == 1, name


OF_ALL: list[tuple[str, dict[str, Any]]] = [
    *(("login", values) for values in ({}, {"country": "DE"}, {"action": "view", "status": "failure"})),
    *(("login", values) for values in ({"user_id": UUID(SEVEN)}, {"user_id": None}, {"request_id": UUID(SELDOM)})),
    *(("audit", values) for values in ({"resource_id": UUID(SELDOM)}, {"ip": "10.1.2.34"}, {"actor_kind": "api"})),
]


@pytest.mark.parametrize(("name", "conditions"), OF_ALL)
def test_of_all_tenants(
    history: History, monkeypatch: pytest.MonkeyPatch, name: str, conditions: dict[str, Any]
) -> None:
    """As visible to support; the nil tenant has none here."""
    monkeypatch.setattr(plan, "every_tenant", lambda using: [history.tenant, history.other, UUID(int=0)])
    model = RECORDS[name].report.model
    with acting_as(support=True), transaction.atomic():
        events = model.objects.filter(**conditions).during(timezone.now() - timedelta(days=190), timezone.now())
        ids = ids_of(events)
        cursors = [first_id(timezone.now() - timedelta(days=days)) for days in (1, 40, 189)]
        for side, cursor in [("", ""), *((side, cursor) for cursor in cursors for side in ("before", "after"))]:
            for size in (3, 40):
                page = read_page(events, QueryDict(f"{side}={cursor}" if side else ""), size)
                found = [event.id for event in page.rows], page.older, page.newer
                assert found == page_of(ids, side, cursor, size), (side, cursor, size)

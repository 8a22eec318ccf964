"""The rollup's counts and a plain count of the events, in one snapshot."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction
from django.db.models import Q
from django.utils import timezone

from login_activity.models import LoginEvent
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.derived.rollup import Count, counts

FILTERS: list[dict[str, list[str]]] = [
    {},
    {"action": ["log_in"]},
    {"action": ["log_in"], "country": ["DE"]},
    {"action": ["log_in", "log_out"], "country": ["DE", "IN", "XX"]},
    {"action": ["log_out"], "device_kind": ["mac"], "country": ["IN"]},
    {"country": ["XX"]},
]
ALL_BUT: list[dict[str, list[str]]] = [
    {},
    {"action": ["log_out"]},
    {"action": ["log_out", "log_in"], "device_kind": ["mac"]},
]


def agree(tenant_id: UUID, *, days: int = 100) -> int:
    """Rollup and events agree, with all filters. Returns the number of events."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    bounds = [midnight + timedelta(days=number) for number in range(1 - days, 2)]
    with transaction.atomic(), connection.cursor() as cursor, acting_as(tenant_id=tenant_id):
        cursor.cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # by itself: nothing may precede it
        for chosen in FILTERS:
            for without in [{}] if "action" in chosen else ALL_BUT:
                counted = counts(LoginEvent, tenant_id, bounds, chosen, without)
                events = LoginEvent.objects.for_tenant(tenant_id).filter(
                    *(Q(**{f"{name}__in": values}) for name, values in chosen.items()),
                    *(~Q(**{f"{name}__in": values}) for name, values in without.items()),
                )
                assert counted == _count(events, bounds), (chosen, without)
        return LoginEvent.objects.for_tenant(tenant_id).count()


def _count(events: Any, bounds: list[Any]) -> list[Count]:
    found = list(events.values_list("occurred_at", "status"))
    return [
        Count(
            sum(start <= moment < end and status == "success" for moment, status in found),
            sum(start <= moment < end and status == "failure" for moment, status in found),
        )
        for start, end in pairwise(bounds)
    ]


def as_owner(statement: str, *values: Any) -> Any:
    """The first value of the first row, over all tenants."""
    with acting_as(support=True), connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0] if cursor.description else None


def summed(tenant_id: UUID) -> int:
    """How many events of a tenant the rollup has counted."""
    total = as_owner(
        "SELECT sum(s + f) FROM ledger_rollup, unnest(successes, failures) AS each (s, f) "
        "WHERE series = '*|*|*' AND tenant_id = %s",
        tenant_id,
    )
    return int(total or 0)


def until_summed(tenant_id: UUID, events: int, work: Callable[[], object] = project) -> None:
    """Project until then: a transaction anywhere on the server, even of another test, delays it."""
    deadline = time.monotonic() + 60
    while summed(tenant_id) != events:
        assert time.monotonic() < deadline
        work()


def months_and_days(tenant_id: UUID) -> int:
    """The number of rollup rows that hold them."""
    return int(as_owner("SELECT count(*) FROM ledger_rollup WHERE series = '*|*|*' AND tenant_id = %s", tenant_id))


def various(number: int) -> Mapping[str, str]:
    """An event of one of several kinds."""
    failed = number % 5 == 0
    return {
        "action": ("log_in", "log_out", "view")[number % 3],
        "device_kind": ("mac", "iphone")[number % 2],
        "country": ("IN", "DE", "")[number % 7 % 3],
        "status": "failure" if failed else "success",
        "reason": "wrong_password" if failed else "",
    }

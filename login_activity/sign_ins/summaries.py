"""What floods.py has counted becomes events: for each kind of event one a minute, or a few where many are about it.

Rows are taken and events written in one transaction: a process that is killed has done neither. If no projectors run
for an hour, the counting goes on, and one event covers the hour.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from wisely_security.core.request_context import Client, RequestContext, acting_as, using
from wisely_security.ledger.writing import append
from wisely_security.tenancy.models import Tenant

from ..models import LoginEvent
from ..vocabulary import Action, Reason, Status
from .recorder import HIDDEN_NAME, event_values

AFTER = timedelta(minutes=1)
AT_ONCE = 10_000  # rows in a transaction
ACCOUNTS_WITH_EVENTS_OF_THEIR_OWN = 20  # of one kind of event, in a minute
MANY_TIMES = 10
IN_ONE_EVENT = 200  # rows: each is an account and an address


@dataclass(frozen=True, slots=True)
class Counted:
    """A row of login_activity_counted."""

    tenant_id: UUID | None
    action: str
    status: str
    reason: str
    user_id: UUID | None
    account: str
    ip: str | None
    name: str
    client: str  # JSON of a Client, and of the event's ``detail``: of the first of them
    request: UUID | None
    agents: bool
    times: int
    first_at: datetime
    last_at: datetime

    @property
    def whose(self) -> tuple[UUID | None, str]:
        return self.user_id, self.account


def write(before: datetime | None = None) -> bool:
    """Write what began to be counted more than a minute ago (``before`` a moment). Whether more is due."""
    with transaction.atomic():
        rows = _take(before or timezone.now() - AFTER)
        kinds: defaultdict[tuple[Any, ...], list[Counted]] = defaultdict(list)
        for row in _of_existing(rows):
            kinds[row.tenant_id, row.action, row.status, row.reason].append(row)
        for same in kinds.values():
            for part in parts(same):
                _append(part)
    return len(rows) == AT_ONCE


def waiting_since() -> datetime | None:
    """Since when something should have become an event."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT login_activity_counted_since()")
        [since] = cursor.fetchone()
    return since + AFTER if since and since + AFTER < timezone.now() else None


def _take(before: datetime) -> list[Counted]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tenant_id, action, status, reason, user_id, account, host(ip), name, client::text, request, "
            "agents, times, first_at, last_at FROM login_activity_take_counted(%s, %s)",
            [before, AT_ONCE],
        )
        return [Counted(*row) for row in cursor.fetchall()]


def _of_existing(rows: Sequence[Counted]) -> Iterable[Counted]:
    """A tenant that was deleted meanwhile has no record any more."""
    with acting_as(support=True):
        wanted = Tenant.objects.filter(pk__in={row.tenant_id for row in rows if row.tenant_id})
        tenants = set(wanted.values_list("pk", flat=True))
    return [row for row in rows if row.tenant_id is None or row.tenant_id in tenants]


def parts(rows: Sequence[Counted]) -> Iterator[Sequence[Counted]]:
    """What becomes one event each, of rows that are alike in all but account and address. Accounts that were tried
    often have events of their own, and so has each where they are few; the others are together, by network."""
    accounts: defaultdict[tuple[UUID | None, str], list[Counted]] = defaultdict(list)
    for row in rows:
        accounts[row.whose].append(row)
    often = sorted(accounts.values(), key=lambda its: -sum(row.times for row in its))
    alone = often[:ACCOUNTS_WITH_EVENTS_OF_THEIR_OWN]
    if len(often) > len(alone):
        alone = [its for its in alone if sum(row.times for row in its) >= MANY_TIMES]
    for its in alone:
        yield from _batches(its, IN_ONE_EVENT)
    rest = [row for its in often[len(alone) :] for row in its]
    yield from _batches(sorted(rest, key=lambda row: (row.ip or "", row.account)), IN_ONE_EVENT)


def _batches(rows: Sequence[Counted], size: int) -> Iterator[Sequence[Counted]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _append(rows: Sequence[Counted]) -> None:
    first = min(rows, key=lambda row: row.first_at)
    is_one_account = len({row.whose for row in rows}) == 1
    client = Client.from_data(json.loads(first.client))
    if len({row.ip for row in rows}) > 1:
        client = replace(client, address=None)
    if any(row.agents for row in rows) or len({json.loads(row.client)["agent"] for row in rows}) > 1:
        client = replace(client, user_agent="", hints={}, touch_points=None)
    reason = Reason(first.reason)
    outcome: dict[str, Reason] = {"failed" if first.status == Status.FAILURE else "note": reason}
    with using(RequestContext(client=client, request_id=first.request)):
        detail = {**json.loads(first.client)["detail"], **_detail(rows)}
        values = event_values(Action(first.action), None, first.tenant_id, detail=detail, **outcome)
        who: dict[str, Any] = {"user_id": None, "user_name": HIDDEN_NAME, "user_email": ""}
        if is_one_account:
            who = {"user_id": first.user_id, "user_name": first.name, "user_email": first.account}
        elif any(row.user_id for row in rows):
            who["user_name"] = f"{len({row.whose for row in rows}):,} people"
        append(LoginEvent, tenant_id=first.tenant_id, values=values | who)


def _detail(rows: Sequence[Counted]) -> dict[str, Any]:
    """How often, when, and (``each``) how often at which account and from where, unless the event's columns say it."""
    first, last = min(row.first_at for row in rows), max(row.last_at for row in rows)
    moment = partial(datetime.isoformat, timespec="milliseconds")
    detail: dict[str, Any] = {"times": sum(row.times for row in rows), "first": moment(first), "last": moment(last)}
    if len(rows) > 1:
        detail["each"] = [_entry(row) for row in rows]
    return detail


def _entry(row: Counted) -> dict[str, Any]:
    entry = {"user": row.user_id and str(row.user_id), "name": row.name, "e-mail": row.account, "ip": row.ip}
    return {key: value for key, value in entry.items() if value} | {"times": row.times}

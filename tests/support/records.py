"""Events for tests of what is read: many at once, at exact times, of any tenant."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, connections, transaction
from psycopg2.extras import execute_values

from login_activity.models import LoginEvent
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import first_id

from .residence import let_live

TABLE = LoginEvent._meta.db_table
AN_EVENT: dict[str, Any] = {
    "request_id": None,
    "user_id": None,
    "user_name": "Somebody",
    "user_email": "somebody@acme.example",
    "acted_by": "",
    "action": "log_in",
    "status": "success",
    "reason": "",
    "ip": "203.0.113.7",
    "device_kind": "windows_pc",
    "device": "Windows PC",
    "browser": "Chrome 129",
    "system": "Windows 11",
    "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
    "user_agent_cut": False,
    "country": "IN",
    "place": "Mumbai, Maharashtra, India",
    "latitude": 19.076,
    "longitude": 72.878,
    "session": "0123456789abcdef",
    "detail": "{}",
}
_numbers = itertools.count()


def append_rows(tenant_id: UUID, rows: Iterable[dict[str, Any]]) -> None:
    """Events of this moment, one after another, as the app role writes them: each row says what is special to it."""
    columns = ["tenant_id", *AN_EVENT]
    values = [[tenant_id, *{**AN_EVENT, **row}.values()] for row in rows]
    with acting_as(tenant_id=tenant_id), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # sets the session context, which execute_values knows nothing of
        execute_values(cursor.cursor, f"INSERT INTO {TABLE} ({', '.join(columns)}) VALUES %s", values)


def append_many(tenant_id: UUID, count: int, **special: Any) -> None:
    append_rows(tenant_id, [{"user_name": f"Person {number}", **special} for number in range(count)])


def put_at(tenant_id: UUID, moment: datetime, **special: Any) -> UUID:
    """One event of any moment, as only the owner can put it there. For tests with a database of their own."""
    event_id = UUID(int=first_id(moment).int | 7 << 76 | 2 << 62 | next(_numbers))
    row = {"id": event_id, "tenant_id": tenant_id, **AN_EVENT, **special}
    with acting_as(tenant_id=tenant_id), connections["owner"].cursor() as cursor:
        places = ", ".join(["%s"] * len(row))
        cursor.execute(f"INSERT INTO {TABLE} ({', '.join(row)}) VALUES ({places})", list(row.values()))
    return event_id


def load(tenant_id: UUID, count: int, *, days: float, **special: Any) -> None:
    """Very many events, evenly over the last ``days``. For tests with a database of their own: the owner loads them."""
    row = {"tenant_id": tenant_id, **AN_EVENT, **special}
    seconds = days * 86_400 / count
    with acting_as(tenant_id=tenant_id), connections["owner"].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} (id, {', '.join(row)}) SELECT uuidv7(make_interval(secs => -number * %s)), "
            f"{', '.join(['%s'] * len(row))} FROM generate_series({count}, 1, -1) AS number",
            [seconds, *row.values()],
        )


def tidy(table: str = TABLE) -> None:
    """Puts the rows in the order of time, as if the tenants had lived side by side, and tells the planner of them."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"CREATE INDEX by_time ON {table} (id)")
        cursor.execute(f"CLUSTER {table} USING by_time")
        cursor.execute("DROP INDEX by_time")
        cursor.execute(f"VACUUM ANALYZE {table}")


def a_tenant() -> UUID:
    """The key of some tenant that lives here: events need no more of it."""
    tenant = uuid4()
    let_live(tenant)
    return tenant


def in_utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]

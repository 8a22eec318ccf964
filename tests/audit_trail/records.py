"""Events for tests of what is read: at exact times, of any tenant, many at once. The owner puts them there."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, connections
from psycopg2.extras import execute_values

from audit_trail.models import AuditEvent
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import first_id

TABLE = AuditEvent._meta.db_table
AN_EVENT: dict[str, Any] = {
    "request_id": None,
    "actor_kind": "person",
    "actor_id": None,
    "actor_name": "Somebody",
    "actor_email": "somebody@acme.example",
    "module": "business_group",
    "sub_module": "group",
    "action": "edit",
    "status": "success",
    "reason_code": "",
    "reason": "",
    "resource_type": "businessgroup",
    "resource_id": None,
    "resource_name": "Sales",
    "changes": [{"field": "name", "label": "Name", "before": "Sale", "after": "Sales"}],
    "ip": "203.0.113.7",
    "session": "",
}
_numbers = itertools.count()


def row(**special: Any) -> dict[str, Any]:
    """All columns but id and tenant; ``changes`` as JSON."""
    values = {**AN_EVENT, **special}
    return values | {"changes": json.dumps(values["changes"], ensure_ascii=False)}


def put(tenant_id: UUID, rows: Iterable[dict[str, Any]]) -> None:
    """Events of this moment, in order, as the recorder writes them: each row gives what differs from the defaults."""
    rows = [row(**special) for special in rows]
    columns = ("module", "sub_module", "action", "status", "reason_code", "reason", "resource_type", "resource_id",
               "resource_name", "changes")  # fmt: skip
    with acting_as(tenant_id=tenant_id), connection.cursor() as cursor:
        for each in rows:
            cursor.execute(
                f"SELECT audit_trail_record(%s, {', '.join(['%s'] * len(columns))})",
                [tenant_id, *(each[column] for column in columns)],
            )


def put_at(tenant_id: UUID, moment: datetime, **special: Any) -> UUID:
    """One event of any moment. For tests with a database of their own."""
    event_id = UUID(int=first_id(moment).int | 7 << 76 | 2 << 62 | next(_numbers))
    put_rows([{"id": event_id, "tenant_id": tenant_id, **row(**special)}])
    return event_id


def put_rows(rows: list[dict[str, Any]]) -> None:
    with connections["owner"].cursor() as cursor:
        execute_values(
            cursor.cursor,
            f"INSERT INTO {TABLE} ({', '.join(rows[0])}) VALUES %s",
            [[str(value) if isinstance(value, UUID) else value for value in each.values()] for each in rows],
        )


def load(tenant_id: UUID, count: int, *, days: float, **special: Any) -> None:
    """Very many events, evenly over the last ``days``."""
    values = {"tenant_id": tenant_id, **row(**special)}
    seconds = days * 86_400 / count
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} (id, {', '.join(values)}) SELECT uuidv7(make_interval(secs => -number * %s)), "
            f"{', '.join(['%s'] * len(values))} FROM generate_series({count}, 1, -1) AS number",
            [seconds, *values.values()],
        )


def a_request() -> UUID:
    return uuid4()

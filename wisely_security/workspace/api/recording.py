"""Writing a batch: one statement, whatever its size."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection
from psycopg2.extras import Json

from audit_trail.registry import modules
from wisely_security.core.text.folding import one_line

RECORD_ALL = """
    SELECT audit_trail_record(%s, module, sub_module, action, status, reason_code, reason,
                              resource_type, resource_id, resource_name, changes)
    FROM ROWS FROM (jsonb_to_recordset(%s) AS (
        module text, sub_module text, action text, status text, reason_code text, reason text,
        resource_type text, resource_id uuid, resource_name text, changes jsonb
    )) WITH ORDINALITY
    ORDER BY ordinality
"""


def record_all(tenant_id: UUID, events: list[dict[str, Any]]) -> list[UUID]:
    """Write valid events in their order, and return their ids."""
    kinds_of_record = {module.key: module.record[0] for module in modules()}
    rows = [_row(event, kinds_of_record) for event in events]
    with connection.cursor() as cursor:
        values: list[Any] = [tenant_id, Json(rows)]
        cursor.execute(RECORD_ALL, values)
        return [UUID(str(event_id)) for (event_id,) in cursor.fetchall()]


def _row(event: dict[str, Any], kinds_of_record: dict[str, str]) -> dict[str, Any]:
    resource = event["resource"]
    return {
        "module": event["module"],
        "sub_module": event.get("sub_module", kinds_of_record[event["module"]]),
        "action": event["action"],
        "status": event["status"],
        "reason_code": event.get("reason_code", ""),
        "reason": one_line(event.get("reason", "")),
        "resource_type": resource.get("type", ""),
        "resource_id": resource.get("id"),
        "resource_name": one_line(resource["name"]),
        "changes": [_change(each) for each in event.get("changes", [])],
    }


def _change(change: dict[str, Any]) -> dict[str, Any]:
    lists: dict[str, Any] = {name: list(map(one_line, change[name])) for name in ("added", "removed") if name in change}
    return {**change, "label": one_line(change["label"]), **lists}

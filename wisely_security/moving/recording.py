"""What the tenant's Audit Trail has of a move."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from audit_trail.recording.recorder import Resource, record
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.retention import MODULE

AREA = ("database", "Database")
MOVED = MODULE.action("move", "Move", "The company’s data was moved to another database.", area=AREA, direct=True)


def record_move(tenant: UUID, details: Mapping[str, str]) -> None:
    changes = [{"field": label.lower(), "label": label, "after": value} for label, value in details.items()]
    with acting_as(tenant_id=tenant):
        record(MOVED, tenant_id=tenant, resource=Resource(type=AREA[0], id=None, name="Database"), changes=changes)

"""Records: events whose time is over. No page moves them; the operator's command does (docs/operating/retention.md)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from audit_trail.recording.recorder import Resource
from audit_trail.recording.recorder import record as record_event
from audit_trail.registry import Module
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.archive.signals import events_left
from wisely_security.ledger.models import NO_TENANT
from wisely_security.ledger.sealing.logs.published.contradictions import Contradiction
from wisely_security.ledger.sealing.signals import log_continued

RECORDS = {"login_activity": "Login Activity", "audit_trail": "Audit Trail"}

MODULE = Module("records", "Records", record=next(iter(RECORDS.items())))
ARCHIVED = {
    area[0]: MODULE.action(
        "archive",
        "Archive",
        "A month’s events were moved to an archive at the end of their retention period.",
        area=area,
        direct=True,
    )
    for area in RECORDS.items()
}
ERASED = {
    area[0]: MODULE.action(
        "erase",
        "Erase",
        "A month’s events were erased at the end of the company’s own retention period.",
        area=area,
        direct=True,
    )
    for area in RECORDS.items()
}
CONTINUED = {
    area[0]: MODULE.action(
        "continue_log",
        "Continue log",
        "The log that proves a record was continued after a restore from a backup; later events may be lost.",
        area=area,
        direct=True,
    )
    for area in RECORDS.items()
}


def record_continuation(record: str, log: Contradiction, reason: str, **_: Any) -> None:
    """In the Audit Trail of the tenant whose log it is."""
    changes = [
        {"field": "events", "label": "Sealed events", "before": f"{log.entry.size:,}", "after": f"{log.size:,}"},
        {"field": "reason", "label": "Reason", "after": reason},
    ]
    with acting_as(support=log.tenant_id == NO_TENANT):
        its_log = Resource(type="log", name=log.origin)
        record_event(CONTINUED[record], tenant_id=log.tenant_id, resource=its_log, changes=changes)


def record_removal(record: str, month: date, tenants: dict[UUID, int], rule: str, archive: str, **_: Any) -> None:
    """One event in the Audit Trail of each tenant whose events have left."""
    action = (ARCHIVED if archive else ERASED)[record]
    for tenant_id, rows in tenants.items():
        changes = [
            {"field": "events", "label": "Events", "before": f"{rows:,}", "after": "0"},
            {"field": "rule", "label": "Rule", "after": rule},
        ]
        if archive:
            changes.append({"field": "archive", "label": "Archive", "after": archive})
        with acting_as(support=tenant_id == NO_TENANT):
            month_left = Resource(type="month", name=f"{month:%B %Y}")
            record_event(action, tenant_id=tenant_id, resource=month_left, changes=changes)


log_continued.connect(record_continuation, dispatch_uid="workspace.retention.log")
events_left.connect(record_removal, dispatch_uid="workspace.retention")

"""What the Audit Trail says of erasures, and what verify reads there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from audit_trail.models import AuditEvent
from audit_trail.recording.recorder import Resource, record
from wisely_security.core.actor_names import ERASED_PERSON
from wisely_security.core.request_context import acting_as, current, using
from wisely_security.ledger.archive.retention import record_of
from wisely_security.ledger.erasure.recorded import Recorded, Touched
from wisely_security.ledger.models import NO_TENANT, Event
from wisely_security.workspace.modules.retention import MODULE, RECORDS

AREA = ("person", "Person")
REQUEST = MODULE.action(
    "request_erasure", "Request erasure", "Support asked to erase a person.", area=AREA, direct=True
)
CONFIRM = MODULE.action(
    "confirm_erasure", "Confirm erasure", "Another member of support confirmed the request.", area=AREA, direct=True
)
WITHDRAW = MODULE.action(
    "withdraw_erasure", "Withdraw erasure", "A request to erase a person was withdrawn.", area=AREA, direct=True
)
ERASE = MODULE.action("erase_person", "Erase person", "A person was erased from events.", area=AREA, direct=True)
REFERENCE, HASH = "reference", "sha256"


def is_of_records(event: Event) -> bool:
    """Whether an event is of this module. Of such events, nothing goes when a tenant is erased."""
    return getattr(event, "module", "") == MODULE.key


def record_erasure(tenant_id: UUID, reference: str, touched: Mapping[str, Touched]) -> UUID:
    changes = [{"field": REFERENCE, "label": "Reference", "after": reference}]
    for table, its in touched.items():
        name = record_of(table)
        changes.append({"field": name, "label": f"Events of {RECORDS[name]}", "after": f"{its.events:,}"})
        if its.digest:
            changes.append({"field": f"{name} {HASH}", "label": "SHA-256 of what was erased", "after": its.digest})
    return record_step(ERASE, tenant_id, ERASED_PERSON, changes)


def record_step(
    action: Any, tenant_id: UUID, name: str, changes: list[dict[str, Any]], person: UUID | None = None
) -> UUID:
    with using(current()), acting_as(tenant_id=tenant_id, support=tenant_id == NO_TENANT):
        resource = Resource(type="user" if person else AREA[0], id=person, name=name)
        return record(action, tenant_id=tenant_id, resource=resource, changes=changes)


def look_up(tenant_id: UUID, erasures: Collection[UUID]) -> Mapping[UUID, Recorded]:
    """In support's scope, as verify is."""
    its = AuditEvent.objects.filter(tenant_id=tenant_id, pk__in=list(erasures), module=MODULE.key, action=ERASE.key)
    found = {event.pk: _read(event.changes) for event in its}
    gone = [key for key in erasures if key not in found]
    return found | {key: Recorded("an erasure whose event is archived", None) for key in _archived(tenant_id, gone)}


def _read(changes: list[dict[str, Any]]) -> Recorded:
    values = {each.get("field"): str(each.get("after", "")) for each in changes}
    digests = {
        model._meta.db_table: values[key]
        for model in Event.__subclasses__()
        if (key := f"{record_of(model._meta.db_table)} {HASH}") in values
    }
    return Recorded(values.get(REFERENCE, ""), digests)


def _archived(tenant_id: UUID, erasures: Collection[UUID]) -> list[UUID]:
    """Those whose month has left the Audit Trail by the rules, and whose events were sealed."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [list(erasures), tenant_id, AuditEvent._meta.db_table])
        return [key for (key,) in cursor.fetchall()]


_LEFT = """
    SELECT DISTINCT it FROM unnest(%s::uuid[]) AS it JOIN ledger_removal
        ON month = date_trunc('month', uuid_extract_timestamp(it) AT TIME ZONE 'UTC')::date
    WHERE tenant_id = %s AND events = %s::regclass AND kind IN ('archived', 'erased')
"""

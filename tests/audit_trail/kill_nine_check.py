"""Whether events and records agree: every event is replayed, and what comes out is what the tables hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from audit_trail.models import AuditEvent
from wisely_security.request_context import acting_as
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.waba_numbers import WabaNumber

FIELDS = {
    WabaNumber: ("number", "display_name", "about", "website"),
    BusinessGroup: ("name", "description"),
}
CREATED, DELETED = {"activate", "add"}, {"delete"}

State = dict[str, Any]


def check(tenant_id: UUID, notes: Path) -> str:
    """Raises AssertionError where they do not; else says how much was compared, in one snapshot."""
    lines = [line for file in notes.iterdir() for line in file.read_text().splitlines(keepends=True)]
    noted = dict(line.split() for line in lines if line.endswith("\n"))  # half a line: its writer was killed
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_isolation TO 'repeatable read'")
    with acting_as(tenant_id=tenant_id), transaction.atomic():
        types = [model._meta.model_name for model in FIELDS]
        events = list(AuditEvent.objects.filter(resource_type__in=types).order_by("id"))
        rows = {row.pk: state_of(row) for model in FIELDS for row in model._default_manager.all()}
    assert replay(events) == rows
    times = Counter(change["after"] for event in events for change in event.changes if "after" in change)
    wrong = {value: (expected, times[value]) for value, expected in noted.items() if times[value] != int(expected)}
    assert not wrong, f"value: (events expected, found): {wrong}"
    return f"{len(events):,} events, {len(rows)} records and {len(noted):,} noted values agree"


def state_of(row: Any) -> State:
    state: State = {name: getattr(row, name) for name in FIELDS[type(row)]}
    if isinstance(row, BusinessGroup):
        state["users"] = {user.name for user in row.users.all()}
    return state


def replay(events: Iterable[AuditEvent]) -> dict[UUID, State]:
    """Each change starts from what the one before has left."""
    records: dict[UUID, State] = {}
    for event in events:
        assert event.resource_id
        if event.action in CREATED:
            assert event.resource_id not in records, f"added twice: {event.pk}"
            [model] = [model for model in FIELDS if model._meta.model_name == event.resource_type]
            records[event.resource_id] = dict.fromkeys(FIELDS[model], "")
            if model is BusinessGroup:
                records[event.resource_id]["users"] = set()
        state = records[event.resource_id]
        for change in event.changes:
            apply(change, state, event)
        if event.action in DELETED:
            del records[event.resource_id]
    return records


def apply(change: dict[str, Any], state: State, event: AuditEvent) -> None:
    name = {"user": "users"}.get(change["field"], change["field"])
    if name not in state:
        return
    if "added" in change:
        added, removed = set(change["added"]), set(change["removed"])
        assert removed <= state[name] and not added & state[name], f"{event.pk}: {change} does not fit {state}"
        state[name] = state[name] - removed | added
        return
    assert change.get("before", "") == state[name], f"{event.pk}: {change} does not fit {state}"
    state[name] = change.get("after", "")

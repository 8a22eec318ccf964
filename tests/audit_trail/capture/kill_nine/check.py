"""Whether events and rows agree: replaying every event gives the contents of the tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from audit_trail.models import AuditEvent
from audit_trail.vocabulary import ActorKind, Status
from login_activity.models import LoginEvent
from login_activity.vocabulary import Action
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Session
from wisely_security.workspace.modules.business_groups import NOTIFY_OWNER, NOTIFY_USERS, BusinessGroup
from wisely_security.workspace.modules.templates import Template
from wisely_security.workspace.modules.waba_numbers import WabaNumber
from wisely_security.workspace.outbox.models import Kind, Notification

from .notes import Notes

FIELDS = {
    WabaNumber: ("number", "display_name", "about", "website"),
    BusinessGroup: ("name", "description"),
    Template: ("name", "body"),
}
CREATED, DELETED = {"activate", "add", "create"}, {"delete"}
NOTIFICATIONS = {NOTIFY_OWNER.key: Kind.OWNER, NOTIFY_USERS.key: Kind.USERS}

State = dict[str, Any]


def check(tenant_id: UUID, notes: Notes) -> str:
    """Raises AssertionError if they do not; returns how much was compared, in one snapshot."""
    values, answers = dict(Notes.read(notes.values)), dict(Notes.read(notes.answers))
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_isolation TO 'repeatable read'")
    with acting_as(tenant_id=tenant_id), transaction.atomic():
        types = [model._meta.model_name for model in FIELDS]
        events = list(AuditEvent.objects.filter(resource_type__in=types).order_by("id"))
        rows = {row.pk: state_of(row) for model in FIELDS for row in model._default_manager.all()}
        waiting = list(Notification.objects.all())
        sign_ins = list(LoginEvent.objects.filter(action__in=[Action.LOG_IN, Action.LOG_OUT]))
        sessions = {session.name for session in Session.objects.all()}
    notifications = [event for event in events if event.action in NOTIFICATIONS]
    changes = [event for event in events if event.action not in NOTIFICATIONS]
    done = [event for event in changes if event.status == Status.SUCCESS]
    assert replay(done) == rows
    check_values(values, changes)
    check_answers(answers, changes, sign_ins)
    check_notifications(done, notifications, waiting)
    check_sessions(sign_ins, sessions)
    return (
        f"{len(changes):,} events of {len(rows)} records, {len(values):,} noted values, {len(answers):,} answers, "
        f"{len(notifications):,} notifications and {len(sign_ins):,} sign-ins and sign-outs agree"
    )


def check_values(noted: dict[str, str], changes: Iterable[AuditEvent]) -> None:
    times = Counter(change["after"] for event in changes for change in event.changes if "after" in change)
    wrong = {value: (expected, times[value]) for value, expected in noted.items() if times[value] != int(expected)}
    assert not wrong, f"value: (events expected, found): {wrong}"


def check_answers(answers: dict[str, str], changes: Iterable[AuditEvent], sign_ins: Iterable[LoginEvent]) -> None:
    """One event for each."""
    found = defaultdict(list)
    for change in changes:
        found[str(change.request_id)].append(change.status)
    for sign_in in sign_ins:
        found[str(sign_in.request_id)].append(sign_in.action)
    wrong = {
        request: (response, found[request]) for request, response in answers.items() if found[request] != [response]
    }
    assert not wrong, f"request: (event expected, events found): {wrong}"


def check_notifications(
    done: Iterable[AuditEvent], notifications: Iterable[AuditEvent], waiting: Iterable[Notification]
) -> None:
    """Each change of a group has one notification event, or still waits in the outbox."""
    due = Counter((event.request_id, kind) for event in done for kind in notifications_of(event))
    known = Counter([(event.request_id, NOTIFICATIONS[event.action]) for event in notifications])
    known.update((each.request_id, Kind(each.kind)) for each in waiting)
    assert due == known, f"too few: {due - known}; too many: {known - due}"


def notifications_of(event: AuditEvent) -> Iterator[Kind]:
    if event.actor_kind != ActorKind.PERSON or event.resource_type != BusinessGroup._meta.model_name:
        return
    yield Kind.OWNER
    if {name for change in event.changes for name in members_in(change)} - {event.actor_name}:
        yield Kind.USERS


def members_in(change: dict[str, Any]) -> list[str]:
    return [*change.get("added", []), *change.get("removed", [])]


def check_sessions(sign_ins: Iterable[LoginEvent], sessions: set[str]) -> None:
    """Exactly those who have signed in, and not out again, have a session."""
    opened = Counter(event.session for event in sign_ins if event.action == Action.LOG_IN)
    closed = Counter(event.session for event in sign_ins if event.action == Action.LOG_OUT)
    assert opened - closed == Counter(sessions) and not closed - opened


def state_of(row: Any) -> State:
    state: State = {name: getattr(row, name) for name in FIELDS[type(row)]}
    if isinstance(row, BusinessGroup):
        state["users"] = {user.name for user in row.users.all()}
    return state


def replay(events: Iterable[AuditEvent]) -> dict[UUID, State]:
    """Each change starts from the result of the one before."""
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

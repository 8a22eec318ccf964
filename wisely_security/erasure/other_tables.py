"""What else the database has of a person: account, sessions, e-mails on their way, recent failures, Django admin's log.

As the owner. What a tenant's current records say of them is the tenant's to change: it is listed, and stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import connection
from django.db.models import Q

from audit_trail.registry import all_audited
from wisely_security.core.actor_names import ERASED_PERSON
from wisely_security.core.request_context import acting_as
from wisely_security.findings.models import Finding, FindingException
from wisely_security.ledger.erasure.person import Person
from wisely_security.notes.models import Note
from wisely_security.notes.views import REPORTS
from wisely_security.scheduled_reports.models import ReportRun
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.sign_in.authentication import end_sessions
from wisely_security.tenancy.sign_in.signals import SessionEnd
from wisely_security.workspace.api.models import KeptAnswer
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.outbox.models import Notification, Recipient

from .models import ErasureRequest

ERASED_NOTE = "Erased with the person whom the event is about."


def accounts(person: Person, tenant: Tenant | None) -> list[User]:
    with acting_as(support=True):
        theirs = Q(pk__in=person.ids) | Q(email__in=person.emails)
        return list(User.objects.filter(theirs, tenant=tenant).select_related("tenant", "role"))


def obstacles(person: Person, tenant: Tenant | None) -> list[str]:
    """Why the account cannot go yet, as sentences."""
    found = []
    for user in accounts(person, tenant):
        if user.is_super_admin:
            found.append(f"{user} is the Super Admin. Someone else must become Super Admin first.")
        with acting_as(support=True):
            found += [
                f"{user} owns the business group “{group}”. Choose another owner first."
                for group in BusinessGroup.objects.filter(owner=user)
            ]
    return found


def mentions(person: Person, tenant: Tenant | None) -> list[str]:
    """Current records of the tenant that name the person: which, and where."""
    found = []
    with acting_as(support=True):
        for audited in all_audited():
            if tenant is None or audited.model in (User, Tenant):
                continue
            for record in audited.model._default_manager.filter(**{audited.tenant_column: tenant.pk}):
                fields = [each for each in audited.fields if person.names_in(_texts(getattr(record, each.attname)))]
                if fields:
                    names = ", ".join(str(each.verbose_name) for each in fields)
                    found.append(f"{audited.model._meta.verbose_name} “{record}”: {names}")
    return found


def erase_account(person: Person, tenant: Tenant | None) -> None:
    """In one transaction. Its deletion is recorded as any other, and erased from the record after that."""
    for user in accounts(person, tenant):
        with acting_as(**user.own_scope):
            end_sessions(user, SessionEnd.BY_ADMIN)
            with acting_as(support=True):
                LogEntry.objects.filter(user=user).delete()
            user.delete()


def erase_elsewhere(person: Person, tenant: Tenant | None) -> None:
    with connection.cursor() as cursor:
        for table in ("login_activity_guess", "login_activity_admitted", "login_activity_counted"):
            cursor.execute(f"DELETE FROM {table} WHERE account = ANY (%s)", [sorted(person.emails)])  # noqa: S608
    with acting_as(support=True):
        _redact(person, LogEntry.objects.all(), ["object_repr", "change_message"])
        _redact(person, ErasureRequest.objects.all(), ["reference", "requested_by_name", "confirmed_by_name"])
        if tenant:
            _erase_findings(person, tenant)
            _erase_notes(person, tenant)
            _erase_runs(person, tenant)
            Recipient.objects.filter(tenant=tenant, email__in=person.emails).delete()
            _redact(person, Recipient.objects.filter(tenant=tenant), ["name", "error"])
            fields = ["resource_name", "changed", "added", "removed", "details", "actor"]
            _redact(person, Notification.objects.filter(tenant=tenant), fields)
            for answer in KeptAnswer.objects.filter(tenant=tenant):
                if person.names_in([answer.key]):
                    answer.delete()


def _erase_findings(person: Person, tenant: Tenant) -> None:
    """Those about the person, and what rules remember of them, which is derived from events. Of others, the name."""
    with connection.cursor() as cursor:
        keys = {*map(str, person.ids), *person.emails}
        for tenant_id, kind, subject, data in _memories(cursor, tenant):
            texts = list(_texts(json.loads(data)))
            if not keys.isdisjoint([subject, *texts]) or person.names_in(texts):
                cursor.execute(
                    "DELETE FROM findings_memory WHERE (tenant_id, kind, subject) = (%s, %s, %s)",
                    [tenant_id, kind, subject],
                )
    Finding.objects.filter(tenant=tenant, person__in=person.ids).delete()
    FindingException.objects.filter(tenant=tenant, value__in=map(str, person.ids)).delete()
    texts = ["subject", "title", "name", "facts", "evidence", "reason", "decided_by"]
    _redact(person, Finding.objects.filter(tenant=tenant), texts)
    _redact(person, FindingException.objects.filter(tenant=tenant), ["value", "label", "reason", "created_by"])


def _erase_notes(person: Person, tenant: Tenant) -> None:
    """Of a note on an event of the person, all that it says; of others, their name. What they wrote has no author."""
    notes = Note.objects.filter(tenant=tenant)
    for note in notes.iterator():
        event = REPORTS[note.record].model.objects.for_tenant(tenant.pk).filter(pk=note.event).first()
        if event is not None and person.redacted(event):
            notes.filter(pk=note.pk).update(text=ERASED_NOTE, former=[])
    _redact(person, notes, ["about", "text", "former", "author_name"])
    notes.filter(author__in=person.ids).update(author=None, author_name=ERASED_PERSON)


def _erase_runs(person: Person, tenant: Tenant) -> None:
    """Links of reports that name the person, in their filters or in a summary: they end."""
    for run in ReportRun.objects.filter(tenant=tenant):
        if person.names_in(_texts([run.title, run.parameters, run.summary])):
            run.delete()


def _memories(cursor: Any, tenant: Tenant) -> list[tuple[Any, ...]]:
    cursor.execute("SELECT tenant_id, kind, subject, data::text FROM findings_memory WHERE tenant_id = %s", [tenant.pk])
    return list(cursor.fetchall())


def _redact(person: Person, rows: Any, fields: Sequence[str]) -> None:
    for row in rows.iterator():
        changed = {name: left for name in fields if (left := person.without(getattr(row, name))) != getattr(row, name)}
        if changed:
            rows.filter(pk=row.pk).update(**changed)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list() | tuple():
            for each in value:
                yield from _texts(each)
        case dict():
            for each in value.values():
                yield from _texts(each)

"""Changes of a business group that people are notified of, and the state of the notifications."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from audit_trail.models import AuditEvent
from tests.support.cast import Cast, add_member, person
from wisely_security.core.request_context import Client, RequestContext, acting_as, using
from wisely_security.tenancy.models import Tenant, User
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.outbox.delivery import deliver_next
from wisely_security.workspace.outbox.models import Notification
from wisely_security.workspace.outbox.notifications import group_changed

REQUEST_ID = UUID("7b5be4b4-40a4-4dd5-9c5c-0a4a2a3b8f10")


def context_of(actor: User) -> RequestContext:
    client = Client(address=ip_address("203.0.113.7"))
    return RequestContext(**actor.own_scope, actor=actor.as_actor(), client=client, request_id=REQUEST_ID)


def group_of(owner: User, name: str = "Sales") -> BusinessGroup:
    assert owner.tenant is not None
    with acting_as(tenant_id=owner.tenant.pk):
        return BusinessGroup.objects.create(tenant=owner.tenant, name=name, owner=owner)


def colleague(cast: Cast, name: str) -> User:
    return add_member(cast.acme, "developer", person(name, f"{name.split()[0].lower()}@acme.example"))


def change(group: BusinessGroup, actor: User, **details: Any) -> None:
    """Notify of a change by ``actor``, in a transaction as for a real change."""
    with using(context_of(actor)), transaction.atomic():
        nothing: dict[str, Any] = {"owner": group.owner, "created": False, "changed": [], "added": [], "removed": []}
        group_changed(group, **nothing | details)


def deliver_all() -> None:
    while deliver_next():
        pass


def waiting(tenant: Tenant) -> list[Notification]:
    with acting_as(tenant_id=tenant.pk):
        return list(Notification.objects.order_by("pk"))


def time_passes(tenant: Tenant) -> None:
    """Until everything in the outbox is due."""
    with acting_as(tenant_id=tenant.pk):
        Notification.objects.update(next_attempt_at=Now() - timedelta(seconds=1))


def outcomes(tenant: Tenant) -> list[AuditEvent]:
    with acting_as(tenant_id=tenant.pk):
        return list(AuditEvent.objects.filter(action__startswith="notify_").order_by("id"))


def lists(event: AuditEvent) -> dict[str, list[str]]:
    return {change["label"]: change["added"] for change in event.changes}

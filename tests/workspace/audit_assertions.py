"""What comes into the Audit Trail of a tenant while somebody works."""

from __future__ import annotations

from typing import Any

from django.db import connection

from audit_trail.models import AuditEvent
from audit_trail.registry import all_audited
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.business_groups import BusinessGroupUser
from wisely_security.workspace.outbox.models import Notification


class Trail:
    """The events of a tenant since the last time one looked."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.known: set[Any] = set()
        self.new()

    def new(self) -> list[AuditEvent]:
        if connection.in_atomic_block:  # a test that rolls back: what would be written at the commit is written now
            with acting_as(tenant_id=self.tenant.pk), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        with acting_as(tenant_id=self.tenant.pk):
            events = AuditEvent.objects.for_tenant(self.tenant.pk).exclude(pk__in=self.known).order_by("id")
            found = list(events)
        self.known |= {event.pk for event in found}
        return found


def said(event: AuditEvent) -> list[dict[str, Any]]:
    """The diff as people read it: without the names that fields have in the code."""
    return [{name: value for name, value in change.items() if name != "field"} for change in event.changes]


def state_of(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    """Every row that a tenant has in the workspace and among its people."""
    models: list[Any] = [*(each.model for each in all_audited()), BusinessGroupUser, Notification]
    own = {"password", "last_login"}  # a sign-in changes them
    with acting_as(tenant_id=tenant.pk):
        return {
            model._meta.label: [
                {name: value for name, value in row.items() if name not in own}
                for row in model._default_manager.order_by("pk").values()
            ]
            for model in models
        }

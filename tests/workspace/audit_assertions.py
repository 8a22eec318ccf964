"""Assertions on what a tenant's Audit Trail records during a test."""

from __future__ import annotations

from typing import Any

from django.db import connection

from audit_trail.models import AuditEvent
from audit_trail.registry import all_audited
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.business_groups import BusinessGroupUser
from wisely_security.workspace.outbox.models import Notification


class AuditTrail:
    """The events of a tenant since the last call of ``new``."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.known: set[Any] = set()
        self.new()

    def new(self) -> list[AuditEvent]:
        if connection.in_atomic_block:  # the test rolls back: write now what would be written at the commit
            with acting_as(tenant_id=self.tenant.pk), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        with acting_as(tenant_id=self.tenant.pk):
            events = AuditEvent.objects.for_tenant(self.tenant.pk).exclude(pk__in=self.known).order_by("id")
            found = list(events)
        self.known |= {event.pk for event in found}
        return found


def displayed_changes(event: AuditEvent) -> list[dict[str, Any]]:
    """The changes as displayed: without the field names of the code."""
    return [{name: value for name, value in change.items() if name != "field"} for change in event.changes]


def state_of(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    """All rows of a tenant in the workspace and among its users."""
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

"""What the cells hold after support has worked in them."""

from __future__ import annotations

from typing import Any

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.tenancy.models import Tenant, User


def views(cell: str, tenant: Tenant | None = None) -> list[dict[str, Any]]:
    """By Dana, as recorded in a cell: of one tenant, or of all."""
    with in_cell(cell), acting_as(support=True):
        found: Any = LoginEvent.objects.filter(user_email="dana@wisely.example", action="view").order_by("id")
        return [event.detail for event in (found.filter(tenant_id=tenant.pk) if tenant else found)]


def changes(cell: str, tenant: Tenant) -> list[tuple[str, str]]:
    """What was done to a tenant's records, and by whom."""
    with in_cell(cell), acting_as(support=True):
        events = AuditEvent.objects.filter(tenant_id=tenant.pk).order_by("id")
        return [(event.action, event.actor_name) for event in events]


def row_of(person: User, cell: str) -> User | None:
    with in_cell(cell), acting_as(support=True):
        return User.objects.filter(pk=person.pk).first()


def rename(cast: Cast, **fields: str) -> None:
    with acting_as(support=True):
        User.objects.filter(pk=cast.dana.pk).update(**fields)

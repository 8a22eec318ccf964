from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.management import call_command

from audit_trail.models import AuditEvent
from audit_trail.registry import actions
from login_activity.models import LoginEvent
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.vocabulary import Status
from wisely_security.tenancy.models import Tenant

EVENTS = 4_200  # of the demo that is kept
SIGN_IN = "/sign-in/"
LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
ENTERPRISES = ("acme", "globex")


@dataclass(frozen=True)
class KeptDemo:
    """A database with the demo, and what was seen of its making. ``until``: the midnight that it ends at."""

    database: str
    until: datetime
    output: str
    errors: str
    mails: int


def seed(**options: Any) -> str:
    output = io.StringIO()
    call_command("seed_demo", stdout=output, **options)
    return output.getvalue()


def all_events() -> list[LoginEvent]:
    with acting_as(support=True):
        return list(LoginEvent.objects.order_by("id"))


def of_tenant(trail: Iterable[AuditEvent], slug: str) -> list[AuditEvent]:
    with acting_as(support=True):
        tenant = Tenant.objects.get(slug=slug)
    return [event for event in trail if event.tenant_id == tenant.pk]


def possible() -> set[tuple[str, str, str]]:
    """The actions that people can do."""
    return {action.name for action in actions() if not action.direct}


def not_done(events: Iterable[AuditEvent]) -> set[tuple[str, str, str]]:
    return possible() - {(it.module, it.sub_module, it.action) for it in events if it.status == Status.SUCCESS}


def midnight() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

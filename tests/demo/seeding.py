from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.management import call_command

from login_activity.models import LoginEvent
from wisely_security.core.request_context import acting_as

EVENTS = 4_200  # of the demo that is kept
SIGN_IN = "/sign-in/"
LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"


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


def midnight() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

"""The life of a session: its key, its limits, its end."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from wisely_security.core.request_context import acting_as

from ..models import Session, Tenant
from .signals import SessionEnd, session_ended

TENANT_KEY = "tenant_id"  # in the session: the user's own tenant, "" for support staff
LIMITS_KEY = "limits"  # in the session: minutes of idleness, minutes in all
NAME_KEY = "name"  # in the session: what events call it, for as long as it lasts; the key changes, and is a secret
RIGHTS_KEY = "rights"  # in the session: what its owner might do when its key was made (User.rights_token)
CLIENT_KEY = "client"  # in the session: where it was opened (Client.as_data)
VIEWED_TENANT_KEY = "viewed_tenant_id"  # in the session: the enterprise an aggregator's admin looks at
SUPPORT_LIMITS = (60, 12 * 60)
SECONDS_OF_GRACE = 60  # for requests that were under way with the key that another request has replaced


def hash_key(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()


def limits(tenant: Tenant | None) -> tuple[int, int]:
    """After how many minutes a session ends: not used, and in all."""
    if tenant is None:
        return SUPPORT_LIMITS
    return tenant.session_idle_minutes, tenant.session_max_hours * 60


def expiry(limits: tuple[int, int], created_at: datetime, now: datetime) -> datetime:
    """When a session that is used at ``now`` ends, if it is not used again."""
    idle, longest = limits
    return min(now + timedelta(minutes=idle), created_at + timedelta(minutes=longest))


def end_session(session: Session, cause: SessionEnd | None) -> bool:
    """End a session and record it, both or neither. No cause: its owner signed out.

    False: it had ended already, or was to end by time and has been used meanwhile.
    """
    tenant_id, ended = session.tenant_id, Session.objects.filter(pk=session.pk)
    if cause == SessionEnd.EXPIRED:
        ended = ended.filter(expires_at__lte=timezone.now())
    with acting_as(tenant_id=tenant_id, support=tenant_id is None), transaction.atomic():
        deleted, _ = ended.delete()
        if deleted and cause:
            session_ended.send(Session, session=session, cause=cause)
    return bool(deleted)


def end_expired_sessions() -> int:
    """End sessions whose time is over, of all tenants, 10,000 at the most. Returns how many."""
    with acting_as(support=True):
        expired = list(Session.objects.filter(expires_at__lte=timezone.now()).select_related("user")[:10_000])
    return sum(end_session(session, SessionEnd.EXPIRED) for session in expired)

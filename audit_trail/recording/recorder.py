"""The writer of what triggers cannot see: failures, notifications, events reported by other services.

Who acts, and from where, is the current request context, as for the hook.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg2.extras import Json

from wisely_security.core.request_context import acting_as, current

from ..registry import Action
from ..vocabulary import Code, Status
from .failures import Failure, on_one_line

RECORD = "SELECT audit_trail_record(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """The resource of an action. ``id``: if known; it need not exist (a guessed URL)."""

    type: str = ""
    id: UUID | None = None
    name: str = ""


NO_RESOURCE = Resource()


def record(
    action: Action,
    *,
    tenant_id: UUID,
    resource: Resource = NO_RESOURCE,
    failed: Code | None = None,
    reason: str = "",
    changes: list[dict[str, Any]] | None = None,
) -> UUID:
    """Write one event into a tenant's record in the current transaction, and return its id.

    ``failed`` and ``reason``: why, as a code and as a sentence for people; both, or neither. ``changes``: as in
    AuditEvent. Raises DatabaseError if it cannot be written.
    """
    if bool(failed) != bool(reason):
        raise ValueError("A failure has a code and a sentence.")
    status = Status.FAILURE if failed else Status.SUCCESS
    values: list[Any] = [
        *(tenant_id, *action.name, status.value, failed.value if failed else "", on_one_line(reason)[:LONGEST_REASON]),
        *(resource.type, resource.id, resource.name, Json(changes or [])),
    ]
    with acting_as(tenant_id=tenant_id, support=current().support), connection.cursor() as cursor:
        cursor.execute(RECORD, values)
        [(event_id,)] = cursor.fetchall()
    return UUID(str(event_id))


def record_failure(action: Action, failure: Failure, *, tenant_id: UUID, resource: Resource = NO_RESOURCE) -> None:
    """One event in a transaction of its own, on a new connection where the old one has broken."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    with transaction.atomic():
        record(action, tenant_id=tenant_id, resource=resource, failed=failure.code, reason=failure.reason)

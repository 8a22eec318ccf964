"""How far a tenant's logs are sealed, and what the verification that counts found."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from ...models import Event
from .lookup import COSIGNED_NOTE


class LogStatus(NamedTuple):
    """``events``, ``note`` (with its cosignatures) and ``signed_at``: of the newest published checkpoint, if any.
    ``findings`` and what follows: of the newest verification that covered the whole log or found something."""

    origin: str
    events: int
    note: str | None
    signed_at: datetime | None
    verified_at: datetime | None
    checked: int | None
    findings: int | None
    first_finding: str | None


def log_status(model: type[Event], tenant_id: UUID) -> LogStatus | None:
    """None where nothing of this tenant has been sealed or verified yet."""
    with connection.cursor() as cursor:
        cursor.execute(_STATUS, [tenant_id, model._meta.db_table])
        found = cursor.fetchone()
    return LogStatus(*found) if found else None


def has_findings(tenant_id: UUID) -> bool:
    """Whether the verification that counts found something in one of this tenant's logs."""
    with connection.cursor() as cursor:
        cursor.execute(_FINDINGS, [tenant_id])
        return bool(cursor.fetchone()[0])


_STATUS = f"""
    SELECT origin, published, {COSIGNED_NOTE}, signed_at, verified_at, checked, findings, first_finding
    FROM ledger_log AS log
    LEFT JOIN ledger_checkpoint AS checkpoint
        ON (checkpoint.tenant_id, checkpoint.events, checkpoint.size) = (log.tenant_id, log.events, published)
    LEFT JOIN LATERAL (
        SELECT verified_at, checked, findings, first_finding FROM ledger_verification AS it
        WHERE (it.tenant_id, it.events) = (log.tenant_id, log.events) AND (months IS NULL OR findings > 0)
        ORDER BY verified_at DESC LIMIT 1
    ) AS verification ON true
    WHERE log.tenant_id = %s AND log.events = %s::regclass
"""  # noqa: S608
_FINDINGS = """
    SELECT coalesce(bool_or(findings > 0), false) FROM (
        SELECT DISTINCT ON (events) findings FROM ledger_verification
        WHERE tenant_id = %s AND (months IS NULL OR findings > 0) ORDER BY events, verified_at DESC
    ) AS latest
"""

"""A note goes with its event: when a month is erased at the end of its retention, so are the notes on it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from wisely_security.core.request_context import acting_as
from wisely_security.ledger.archive.signals import events_left
from wisely_security.ledger.models import NO_TENANT, first_id
from wisely_security.ledger.months.partitions import add_months

from .models import Note


def delete_notes(record: str, month: date, tenants: dict[UUID, int], archive: str, **_: Any) -> None:
    """What is archived can be restored: its notes stay."""
    if archive:
        return
    first, after = (first_id(datetime(it.year, it.month, it.day, tzinfo=UTC)) for it in (month, add_months(month, 1)))
    for tenant_id in tenants.keys() - {NO_TENANT}:
        with acting_as(tenant_id=tenant_id):
            key = record.replace("_", "-")
            Note.objects.filter(tenant=tenant_id, record=key, event__gte=first, event__lt=after).delete()


events_left.connect(delete_notes, dispatch_uid="notes.retention")

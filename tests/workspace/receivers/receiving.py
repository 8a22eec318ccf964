"""What the tests of deliveries share: events that are sealed, receivers, time that passes."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from django.db.models import F

from audit_trail.models import AuditEvent
from tests.support import records
from tests.support.cast import Cast
from tests.support.records import TABLE
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.sealing.logs import sealer
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.receivers.delivery import deliver_next
from wisely_security.workspace.receivers.receiver import CheckpointReceiver


def record_and_seal(tenant: Tenant, number: int = 5) -> int:
    """So many sign-ins; the size of their log."""
    records.append_many(tenant.pk, number)
    return seal(tenant)


def seal(tenant: Tenant, table: str = TABLE) -> int:
    while sealer.seal(table):
        pass
    with acting_as(tenant_id=tenant.pk):
        [(size,)] = sealer._ask(
            "SELECT published FROM ledger_log WHERE tenant_id = %s AND events = %s::regclass", tenant.pk, table
        )
    return int(size)


def receiver(cast: Cast, tenant: Tenant | None = None, **fields: Any) -> CheckpointReceiver:
    return make(CheckpointReceiver, tenant or cast.acme, **fields)


def deliver_all() -> int:
    """To all that are due; how many those were."""
    tried = 0
    while deliver_next():
        tried += 1
    return tried


def time_passes(**interval: float) -> None:
    with acting_as(support=True):
        CheckpointReceiver.objects.update(next_attempt_at=F("next_attempt_at") - timedelta(**interval))


def state(it: CheckpointReceiver) -> CheckpointReceiver:
    with acting_as(tenant_id=it.tenant_id):
        return CheckpointReceiver.objects.get(pk=it.pk)


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part
    return str(part.get_content())


def failures(tenant: Tenant) -> list[AuditEvent]:
    with acting_as(tenant_id=tenant.pk):
        return list(AuditEvent.objects.filter(tenant_id=tenant.pk, action="deliver").order_by("id"))

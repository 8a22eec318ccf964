"""Calls by access accounts, and their answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.test import Client
from django.utils import timezone

from audit_trail.models import AuditEvent
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant, User
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.records.api_keys import make_key

URL = "/api/v1/audit-events"


@dataclass(frozen=True, slots=True)
class Caller:
    account: AccessAccount
    key: str

    def post(
        self, body: object, *, idempotency_key: str = "", client: Client | None = None, url: str = URL, **more: Any
    ) -> Any:
        """``body``: bytes as they are, anything else as JSON."""
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Idempotency-Key": idempotency_key or str(uuid4()),
            **more.pop("headers", {}),
        }
        content = body if isinstance(body, bytes) else json.dumps(body)
        return (client or Client()).post(
            url, content, **{"content_type": "application/json", "headers": headers, **more}
        )

    def report(self, *events: dict[str, Any], **more: Any) -> Any:
        return self.post({"events": list(events)}, **more)


def add_account(tenant: Tenant, owner: User, **fields: object) -> Caller:
    key, key_hash, key_start = make_key()
    with acting_as(tenant_id=tenant.pk), transaction.atomic():
        group = BusinessGroup.objects.create(tenant=tenant, name=f"Group {key_start}", owner=owner)
        account = AccessAccount.objects.create(
            tenant=tenant,
            business_group=group,
            key_hash=key_hash,
            key_start=key_start,
            key_made_at=timezone.now(),
            **{"label": "Billing", "communication": "outgoing", "traffic": "otp", "channels": ["sms"], **fields},
        )
    return Caller(account, key)


def event(**fields: Any) -> dict[str, Any]:
    """A valid event."""
    return {
        "module": "templates",
        "action": "create",
        "status": "success",
        "resource": {"name": "order_shipped (en)"},
        **fields,
    }


def reported(tenant: Tenant) -> list[AuditEvent]:
    """What access accounts have reported, oldest first."""
    with acting_as(tenant_id=tenant.pk):
        return list(AuditEvent.objects.for_tenant(tenant.pk).filter(actor_kind="api").order_by("id"))


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The content of the problem, which must be this one."""
    assert response["Content-Type"] == "application/problem+json"
    answer: dict[str, Any] = json.loads(response.content)
    assert (response.status_code, answer["status"], answer["code"]) == (status, status, code), answer
    assert answer["instance"] == f"urn:uuid:{response['X-Request-ID']}"
    return answer

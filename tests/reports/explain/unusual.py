"""Findings in a large history, stored rather than found: in events drawn at random the rules hardly find any, and
following everybody through millions of events takes minutes."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from wisely_security.core.request_context import acting_as
from wisely_security.findings.engine.observations import TABLES
from wisely_security.findings.models import Finding
from wisely_security.reports.pages.keyset import PAGE_SIZE
from wisely_security.tenancy.models import Tenant


def mark_some(tenant: Tenant) -> None:
    """One finding, with a page of events of each record from all months."""
    with acting_as(tenant_id=tenant.pk), connection.cursor() as cursor:
        finding = Finding.objects.create(
            tenant=tenant,
            rule="new_country",
            subject="everybody",
            title="New country: everybody",
            severity="medium",
            name="Everybody",
            evidence={"place": "São Paulo, Brazil", "country": "BR", "known": ["IN"]},
            number=1,
            first_at=timezone.now(),
            last_at=timezone.now(),
        )
        for record, table in TABLES.items():
            cursor.execute(
                "INSERT INTO findings_event (tenant_id, event_id, finding_id, record) "
                f"SELECT tenant_id, id, %s, %s FROM {table} WHERE tenant_id = %s ORDER BY md5(id::text) LIMIT %s",
                [finding.pk, record, tenant.pk, PAGE_SIZE],
            )
            assert cursor.rowcount == PAGE_SIZE

"""Findings, as the pages of this package show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import UUIDField
from django.db.models.expressions import RawSQL
from django.urls import reverse

from wisely_security.findings import permissions
from wisely_security.findings.engine.incidents import STRENGTH
from wisely_security.findings.models import Finding, State
from wisely_security.findings.rules.rule import Severity
from wisely_security.reports.extensions.unusual import Mark
from wisely_security.tenancy.models import Tenant, User

MOST = 20
SLACK = timedelta(minutes=1)
MARKED = (
    "ARRAY(SELECT it.event_id FROM findings_event AS it WHERE it.tenant_id = findings_finding.tenant_id "
    "AND it.finding_id = findings_finding.id AND it.event_id = ANY (%s))"
)


def of_events(tenant: Tenant, reader: User, events: Sequence[Any]) -> tuple[list[Finding], dict[UUID, Mark]]:
    """Findings that rest on some of these events, and the marks of those events. At most one statement."""
    if not tenant.has_findings or not reader.may(permissions.VIEW):
        return [], {}
    found, marked = resting_on(tenant.pk, events)
    return found, {key: Mark(it.title, reverse("finding", args=[it.pk])) for key, it in marked.items()}


def resting_on(tenant_id: UUID, events: Sequence[Any]) -> tuple[list[Finding], dict[UUID, Finding]]:
    """Findings that rest on some of these events, and which event has which: of several, the strongest."""
    if not events:
        return [], {}
    times = [event.occurred_at for event in events]
    period = min(times) - SLACK, max(times) + SLACK
    marked = RawSQL(MARKED, [[event.pk for event in events]], output_field=ArrayField(UUIDField()))  # noqa: S611  # nosec B611
    findings = Finding.objects.filter(tenant=tenant_id).exclude(state=State.EXPECTED).during(*period)
    found: list[Any] = list(
        findings.annotate(marked=marked).filter(marked__len__gt=0).order_by("first_at", "id")[:MOST]
    )
    found.sort(key=lambda it: STRENGTH[Severity(it.severity)])
    return found[::-1], {key: it for it in found for key in it.marked}


def of_person(tenant: Tenant, reader: User, person: UUID) -> list[Finding]:
    if not reader.may(permissions.VIEW):
        return []
    return list(Finding.objects.filter(tenant=tenant, person=person).latest_first()[:MOST])

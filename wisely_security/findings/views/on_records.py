"""What the pages of both records show of findings: the strip, the marks of rows, and the filter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.urls import reverse

from wisely_security.ledger.models import Event, first_id
from wisely_security.reports.declaration import Report
from wisely_security.reports.extensions.unusual import Mark, Notice, OnPage, Strip, Unusual
from wisely_security.reports.pages.beside import Rows, Statement
from wisely_security.tenancy.models import Tenant, User

from .. import permissions
from ..engine.observations import TABLES
from ..models import Finding, State
from ..rules.rule import Severity
from .evidence import records_url

MOST_NOTICES, MOST_READ = 4, 200
STRONGEST_FIRST = [severity.value for severity in reversed(Severity)]
ON_PAGE = """
    SELECT to_jsonb(finding)::text, array_to_string(marked, ',')
    FROM findings_finding AS finding, LATERAL (SELECT ARRAY(
        SELECT event_id FROM findings_event AS it
        WHERE (it.tenant_id, it.finding_id) = (finding.tenant_id, finding.id) AND event_id = ANY (%s)
    ) AS marked) AS on_page
    WHERE finding.tenant_id = %s AND state <> 'expected' AND last_at >= %s AND first_at < %s AND EXISTS (
        SELECT FROM findings_event AS it
        WHERE (it.tenant_id, it.finding_id) = (finding.tenant_id, finding.id) AND it.record = %s
    )
    ORDER BY cardinality(marked) DESC, last_at DESC, id DESC LIMIT %s
"""
IDS = """
    SELECT event_id FROM findings_event AS it
    JOIN findings_finding AS finding ON (finding.tenant_id, finding.id) = (it.tenant_id, it.finding_id)
    WHERE it.tenant_id = %s AND event_id >= %s AND event_id < %s AND record = %s
"""
RECORDS = {table: record for record, table in TABLES.items()}
MOST_IDS = 1_000
NO_EVENT = UUID(int=0)


class FindingsOnRecords(Unusual):
    def on_page(
        self, report: Report, tenant: Tenant, start: datetime, end: datetime, ids: Sequence[UUID]
    ) -> Statement | None:
        """Rows of a finding, and the IDs of its events among these."""
        if not tenant.has_findings:
            return None
        return ON_PAGE, [list(ids), tenant.pk, start, end, report.key, MOST_READ]

    def shown(self, report: Report, tenant: Tenant, rows: Rows) -> OnPage:
        found = [(_finding(json.loads(values)), marked) for values, marked in rows]
        marks = {
            UUID(key): Mark(it.title, reverse("finding", args=[it.pk]))
            for it, marked in found
            for key in filter(None, marked.split(","))
        }
        return OnPage(_strip(report, tenant, [it for it, _ in found if it.state == State.OPEN]), marks)

    def condition(
        self, model: type[Event], tenant_id: UUID, finding: UUID | None, start: datetime, end: datetime
    ) -> Any:
        """The ids themselves, which the search plan goes to directly. So many that they are everywhere: a subquery."""
        values: list[Any]
        query, values = IDS, [tenant_id, first_id(start), first_id(end), RECORDS[model._meta.db_table]]
        if finding:
            query, values = f"{query} AND finding_id = %s", [*values, finding]
        else:
            query = f"{query} AND state <> 'expected'"
        with connection.cursor() as cursor:
            cursor.execute(f"{query} LIMIT %s", [*values, MOST_IDS + 1])
            ids = [event_id for (event_id,) in cursor.fetchall()]
        if len(ids) > MOST_IDS:
            return RawSQL(f"id IN ({query})", values, output_field=BooleanField())  # noqa: S611  # nosec B611
        return Q(id__in=ids) if ids else Q(id=NO_EVENT)

    def title_of(self, finding: UUID) -> str:
        found = Finding.objects.filter(pk=finding).first()
        return found.title if found else ""

    def may_see(self, reader: User) -> bool:
        return reader.may(permissions.VIEW)


def _finding(values: dict[str, Any]) -> Finding:
    return Finding(**{field.attname: field.to_python(values[field.attname]) for field in Finding._meta.concrete_fields})


def _strip(report: Report, tenant: Tenant, findings: list[Finding]) -> Strip:
    latest = sorted(findings, key=lambda it: it.last_at, reverse=True)
    strongest = sorted(latest, key=lambda it: STRONGEST_FIRST.index(it.severity))[:MOST_NOTICES]
    notices = [
        Notice(it.sentence, it.severity, reverse("finding", args=[it.pk]), records_url(report, it, tenant))
        for it in strongest
    ]
    return Strip(notices, len(findings) - len(notices), reverse("findings"))

"""Incidents become findings. Storing the same ones again changes nothing, so that a rule may be run over history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from wisely_security.tenancy.models import Tenant

from ..models import Finding, FindingException, RuleSettings, State, limits_in_force
from ..rules import RULES
from ..rules.rule import Severity
from .incidents import STRENGTH, Incident, merged, together
from .trial import PAUSES

Limits = dict[str, dict[str, int]]


def existing(tenants: Iterable[str]) -> set[str]:
    return set(map(str, Tenant.objects.filter(pk__in=list(map(UUID, tenants))).values_list("pk", flat=True)))


def limits_of(tenants: Iterable[str]) -> dict[str, Limits]:
    """By tenant: the thresholds of the rules that run."""
    decided: defaultdict[str, dict[str, RuleSettings]] = defaultdict(dict)
    wanted = list(tenants)
    for each in RuleSettings.objects.filter(tenant__in=list(map(UUID, wanted))):
        decided[str(each.tenant_id)][each.rule] = each
    return {tenant: limits_in_force(decided[tenant]) for tenant in wanted}


def save(incidents: Iterable[Incident]) -> list[Finding]:
    """Store incidents, in the current transaction; those that a finding has begun go on in it."""
    found = together(incidents, PAUSES)
    if not found:
        return []
    excepted = _exceptions({each.tenant for each in found})
    stored = [_save(each, excepted) for each in found]
    count_open({each.tenant for each in found})
    return stored


def count_open(tenants: Iterable[str | UUID]) -> None:
    """What there is, in the row of the tenant, which every page reads: most need no statement more."""
    still_open = Finding.objects.still_open().filter(tenant=OuterRef("pk")).order_by().values("tenant")
    number = Coalesce(Subquery(still_open.annotate(number=Count("pk")).values("number")), 0)
    has = Exists(Finding.objects.filter(tenant=OuterRef("pk")).exclude(state=State.EXPECTED))
    for tenant in sorted(map(str, tenants)):
        Tenant.objects.filter(pk=tenant).update(open_findings=number, has_findings=has)


def _exceptions(tenants: Iterable[str]) -> dict[tuple[str, str, str, str], FindingException]:
    found = FindingException.objects.filter(tenant__in=list(map(UUID, tenants)))
    return {(str(each.tenant_id), each.rule, each.kind, each.value): each for each in found}


def _save(incident: Incident, excepted: dict[tuple[str, str, str, str], FindingException]) -> Finding:
    pause = timedelta(seconds=PAUSES[incident.rule])
    first_at, last_at = (datetime.fromtimestamp(at, UTC) for at in (incident.first_at, incident.last_at))
    near = Q(first_at__lte=last_at + pause, last_at__gte=first_at - pause)
    tenant = UUID(incident.tenant)
    of_subject = Finding.objects.filter(tenant=tenant, rule=incident.rule, subject=incident.subject)
    finding = of_subject.filter(near).latest_first().first()
    if finding is None:
        finding = _new(incident, first_at, last_at, excepted)
        finding.save(force_insert=True)
        _link(finding, incident)
        finding.is_news = finding.state == State.OPEN
        return finding
    new = _link(finding, incident)
    finding.number += new and new + incident.number - sum(incident.events.values())  # those that are not kept as well
    finding.evidence = merged(finding.evidence, incident.evidence)
    before, finding.severity = finding.severity, _worst(Severity(finding.severity), incident.severity)
    finding.is_news = finding.state == State.OPEN and finding.severity != before
    finding.first_at, finding.last_at = min(finding.first_at, first_at), max(finding.last_at, last_at)
    finding.save(update_fields=["number", "evidence", "severity", "first_at", "last_at"])
    return finding


def _worst(*severities: Severity) -> Severity:
    return max(severities, key=STRENGTH.__getitem__)


def _new(
    incident: Incident,
    first_at: datetime,
    last_at: datetime,
    excepted: dict[tuple[str, str, str, str], FindingException],
) -> Finding:
    known = [(incident.tenant, incident.rule, kind, value) for kind, value in incident.facts.items() if value]
    exception = next((excepted[key] for key in known if key in excepted), None)
    is_of_network = incident.subject == incident.facts["network"]
    name = incident.subject if is_of_network else incident.name
    return Finding(
        tenant_id=UUID(incident.tenant),
        rule=incident.rule,
        subject=incident.subject,
        title=f"{RULES[incident.rule].title}: {name}"[:300],
        severity=incident.severity,
        person=UUID(incident.person) if incident.person and not is_of_network else None,
        name=name[:300],
        facts=incident.facts,
        evidence=incident.evidence,
        number=incident.number,
        first_at=first_at,
        last_at=last_at,
        state=State.EXPECTED if exception else State.OPEN,
        reason=exception.reason if exception else "",
        decided_by=f"Exception: {exception.label}"[:300] if exception else "",
    )


def _link(finding: Finding, incident: Incident) -> int:
    """Returns how many attempts the events stand for that are new to the finding."""
    records, ids = zip(*incident.events, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO findings_event (tenant_id, event_id, finding_id, record) "
            "SELECT %s, event_id, %s, record FROM unnest(%s::uuid[], %s::text[]) AS it (event_id, record) "
            "ON CONFLICT DO NOTHING RETURNING record, event_id::text",
            [finding.tenant_id, finding.pk, list(ids), list(records)],
        )
        return sum(incident.events[event] for event in cursor.fetchall())


def findings_on(tenant: UUID, event: UUID) -> list[UUID]:
    """The ids of the findings that rest on an event."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT finding_id FROM findings_event WHERE tenant_id = %s AND event_id = %s", [tenant, event])
        return [finding_id for (finding_id,) in cursor.fetchall()]


def events_of(finding: Finding) -> dict[str, list[UUID]]:
    """The ids of the events that a finding rests on, by record, the oldest first."""
    found: dict[str, list[UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record, event_id FROM findings_event WHERE tenant_id = %s AND finding_id = %s ORDER BY event_id",
            [finding.tenant_id, finding.pk],
        )
        for record, event_id in cursor.fetchall():
            found.setdefault(record, []).append(event_id)
    return found

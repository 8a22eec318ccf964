"""Findings for tests of pages: as the engine stores them, without events being projected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from login_activity.models import LoginEvent
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action
from wisely_security.core.request_context import acting_as
from wisely_security.findings.engine import store
from wisely_security.findings.engine.incidents import Incident
from wisely_security.findings.engine.observations import LOGIN_ACTIVITY
from wisely_security.findings.models import Finding, FindingException
from wisely_security.findings.rules.rule import Severity
from wisely_security.tenancy.models import User


def new_country(user: User, country: str = "BR", **changed: Any) -> Finding:
    """Somebody has signed in from Brazil, now; it rests on an event of theirs."""
    record(Action.LOG_IN, user)
    assert user.tenant_id
    with acting_as(tenant_id=user.tenant_id):
        event = LoginEvent.objects.for_tenant(user.tenant_id).filter(user_id=user.pk).latest("id")
        at = (timezone.now() - timedelta(seconds=1)).timestamp()
        facts = {"person": str(user.pk), "network": "177.32.8.0/24", "device": "linux_pc · Firefox · Linux"}
        incident = Incident(
            rule="new_country",
            tenant=str(user.tenant_id),
            subject=f"{user.pk} {country}",
            person=str(user.pk),
            name=user.name,
            facts=facts,
            severity=Severity.MEDIUM,
            evidence={"place": "São Paulo, Brazil", "country": country, "known": ["IN"]},
            first_at=at,
            last_at=at,
            number=1,
            events={(LOGIN_ACTIVITY, str(event.pk)): 1},
        )
        for name, value in changed.items():
            setattr(incident, name, value)
        [finding] = store.save([incident])
    return finding


def exception(finding: Finding) -> FindingException:
    with acting_as(tenant_id=finding.tenant_id):
        return FindingException.objects.create(
            tenant_id=finding.tenant_id,
            rule=finding.rule,
            kind="network",
            value="177.32.8.0/24",
            label="New country: 177.32.8.0/24",
            reason="Our office there.",
            created_by="Alice Adams",
        )

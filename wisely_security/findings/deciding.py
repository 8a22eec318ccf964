"""What people decide about findings. The triggers record each decision in the Audit Trail."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from wisely_security.tenancy.models import User

from .engine import store
from .models import Finding, FindingException, State
from .rules.texts import device_label


def decide(finding: Finding, user: User, state: State, reason: str = "", excepted: Iterable[str] = ()) -> None:
    """In the current transaction. ``excepted``: kinds of facts of which the rule is to be silent from now on."""
    finding.state, finding.reason = state, reason
    finding.decided_by = "" if state == State.OPEN else user.name
    finding.decided_at = None if state == State.OPEN else timezone.now()
    finding.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    add_exceptions(finding, user, reason, excepted)
    store.count_open([finding.tenant_id])


def add_exceptions(finding: Finding, user: User, reason: str, kinds: Iterable[str]) -> None:
    for kind in kinds:
        FindingException.objects.get_or_create(
            tenant=finding.tenant,
            rule=finding.rule,
            kind=kind,
            value=finding.facts[kind],
            defaults={"label": exception_label(finding, kind), "reason": reason, "created_by": user.name},
        )


def exception_label(finding: Finding, kind: str) -> str:
    """``Impossible travel: Priya Nair``, as lists and the Audit Trail call an exception."""
    return f"{finding.rule_title}: {fact_label(finding, kind)}"[:300]


def fact_label(finding: Finding, kind: str) -> str:
    if kind == FindingException.Kind.PERSON:
        return finding.name
    if kind == FindingException.Kind.DEVICE:
        return device_label(finding.facts[kind])
    return str(finding.facts[kind])


def choices(finding: Finding) -> list[tuple[str, str]]:
    """What may be excepted: ``[(kind, "This network (213.136.8.0/24)")]``."""
    known = [kind for kind in FindingException.Kind if finding.facts.get(kind)]
    if finding.person is None:
        known = [kind for kind in known if kind == FindingException.Kind.NETWORK]
    return [(kind.value, f"{kind.label} ({fact_label(finding, kind)})") for kind in known]

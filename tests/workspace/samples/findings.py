"""What the tests know of findings, which the system makes and people decide about (their pages: ``tests/findings``)."""

from __future__ import annotations

from django.utils import timezone

from wisely_security.findings.models import Finding, FindingException

from .declaration import ModuleData, Sample

FINDING = Sample(
    model=Finding,
    valid=lambda tenant, number: {
        "rule": "impossible_travel",
        "subject": f"subject {number}",
        "title": f"Impossible travel: Person {number}",
        "severity": "high",
        "name": f"Person {number}",
        "number": 1,
        "first_at": timezone.now(),
        "last_at": timezone.now(),
    },
    edit=("state", "confirmed"),
    edit_in_sql="reason",
)

EXCEPTION = Sample(
    model=FindingException,
    valid=lambda tenant, number: {
        "rule": "impossible_travel",
        "kind": "person",
        "value": f"{number}",
        "label": f"Person {number}",
        "reason": "Travels by night.",
        "created_by": "Alice Adams",
    },
    edit=("reason", "Has two telephones."),
    edit_in_sql="label",
)

DATA = ModuleData(samples=[FINDING, EXCEPTION])

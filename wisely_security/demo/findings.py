"""Findings of the demo's 45 days, and what its admins have decided about some of them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from operator import attrgetter

from wisely_security.core.request_context import acting_as
from wisely_security.findings.deciding import decide
from wisely_security.findings.engine import history, store
from wisely_security.findings.models import Finding, FindingException, State
from wisely_security.findings.rules import RULES

from . import backdating
from .patterns import moment_of, working_day
from .people import Demo, acting

PERSON = [FindingException.Kind.PERSON]
# Of a tenant: whose decision, about the findings of which rule, on what, why, and what is excepted. In this order.
DECISIONS: dict[str, list[tuple[str, str, State, str, list[FindingException.Kind]]]] = {
    "acme": [
        ("alice@acme.example", "new_country", State.EXPECTED, "Priya is travelling, says her calendar.", PERSON),
        ("alice@acme.example", "new_device", State.CONFIRMED, "Not Priya’s. Her sessions have been ended.", []),
        ("alice@acme.example", "new_country", State.OPEN, "She was in Bengaluru all the time.", []),
    ],
    "globex": [
        ("charlie@globex.example", "spraying", State.CONFIRMED, "The network is blocked at our proxy.", []),
        ("grace@globex.example", "success_after_failures", State.EXPECTED, "Jamal had a new keyboard.", PERSON),
        ("grace@globex.example", "success_after_failures", State.OPEN, "He says that it was not him.", []),
        ("grace@globex.example", "unlocked_by_email", State.EXPECTED, "Jamal asked for the link, by phone.", []),
    ],
}
FIRST, BETWEEN = time(10, 20), timedelta(minutes=7)


def load(demo: Demo) -> None:
    """In the owner's transaction. The projector, which reads the same events later, finds the same incidents."""
    limits = {key: rule.defaults for key, rule in RULES.items()}
    for slug, tenant in demo.tenants.items():
        with acting_as(tenant_id=tenant.pk):
            found, _ = history.find(tenant.pk, demo.since, demo.until, limits)
            for incident in sorted(found, key=attrgetter("last_at")):
                backdating.record_as_of(datetime.fromtimestamp(incident.last_at, UTC))
                store.save([incident])
        for number, (email, rule, state, reason, excepted) in enumerate(DECISIONS.get(slug, [])):
            person = demo.people[email]
            day = working_day(demo.until.date() - timedelta(days=1), -1)
            moment = moment_of(day, FIRST, person.user.time_zone) + number * BETWEEN
            with acting(person.user, moment, person.stations[0].client):
                finding = Finding.objects.filter(tenant=tenant, rule=rule).latest_first()[0]
                decide(finding, person.user, state, reason, excepted)
                Finding.objects.filter(pk=finding.pk, decided_at__isnull=False).update(decided_at=moment)
                if state == State.OPEN:
                    backdating.record_as_of(moment + timedelta(seconds=40))
                    for exception in FindingException.objects.filter(tenant=tenant, rule=rule):
                        exception.delete()

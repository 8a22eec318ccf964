"""Findings of the demo's 45 days, and what its admins have decided about some of them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from operator import attrgetter

from audit_trail.recording import recorder
from wisely_security.core.request_context import acting_as
from wisely_security.findings.audited import ANSWER_NO, ANSWER_YES
from wisely_security.findings.deciding import decide
from wisely_security.findings.engine import history, store
from wisely_security.findings.models import Answer, Finding, FindingException, Question, State
from wisely_security.findings.notifications.questions import VALID, sign_in_of
from wisely_security.findings.rules import RULES
from wisely_security.findings.rules.rule import Severity
from wisely_security.tenancy.models import Tenant

from . import backdating
from .patterns import moment_of
from .people import Demo, acting

PERSON = [FindingException.Kind.PERSON]
# Of a tenant: whose decision, about the findings of which rule, on what, why, and what is excepted. In this order, on
# the last day, even of a weekend: the latest of them was found the day before.
DECISIONS: dict[str, list[tuple[str, str, State, str, list[FindingException.Kind]]]] = {
    "acme": [
        ("alice@acme.example", "impossible_travel", State.EXPECTED, "Priya is travelling, says her calendar.", PERSON),
        ("alice@acme.example", "impossible_travel", State.CONFIRMED, "She was in Bengaluru all the time.", []),
        ("alice@acme.example", "impossible_travel", State.OPEN, "Until the report about it is written.", []),
    ],
    "globex": [
        ("charlie@globex.example", "spraying", State.CONFIRMED, "The network is blocked at our proxy.", []),
        ("grace@globex.example", "success_after_failures", State.EXPECTED, "Jamal had a new keyboard.", PERSON),
        ("grace@globex.example", "success_after_failures", State.OPEN, "He says that it was not him.", []),
        ("grace@globex.example", "unlocked_by_email", State.EXPECTED, "Jamal asked for the link, by phone.", []),
    ],
}
FIRST, BETWEEN = time(10, 20), timedelta(minutes=7)
# Of a tenant: the rule about whose sign-in somebody was asked, who said yes in a hurry, and then no.
ANSWERED = {"acme": "impossible_travel", "globex": "success_after_failures"}
ASKED_AFTER = timedelta(seconds=40)
ANSWERS = {Answer.YES: timedelta(minutes=31), Answer.NO: timedelta(minutes=52)}


def load(demo: Demo) -> None:
    """In the owner's transaction. The projector, which reads the same events later, finds the same incidents."""
    limits = {key: rule.defaults for key, rule in RULES.items()}
    for slug, tenant in demo.tenants.items():
        with acting_as(tenant_id=tenant.pk):
            found, _ = history.find(tenant.pk, demo.since, demo.until, limits)
            for incident in sorted(found, key=attrgetter("last_at")):
                backdating.record_as_of(datetime.fromtimestamp(incident.last_at, UTC))
                store.save([incident])
            if answered := _latest(tenant, ANSWERED.get(slug, ""), demo.until - ANSWERS[Answer.NO]):
                _answer(demo, answered)
        for number, (email, rule, state, reason, excepted) in enumerate(DECISIONS.get(slug, [])):
            person = demo.people[email]
            first = moment_of(demo.until.date() - timedelta(days=1), FIRST, person.user.time_zone)
            moment = first + number * BETWEEN
            with acting(person.user, moment, person.stations[0].client):
                finding = _latest(tenant, rule, first)
                if finding is None:
                    continue
                decide(finding, person.user, state, reason, excepted)
                Finding.objects.filter(pk=finding.pk, decided_at__isnull=False).update(decided_at=moment)
                if state == State.OPEN:
                    backdating.record_as_of(moment + timedelta(seconds=40))
                    for exception in FindingException.objects.filter(tenant=tenant, rule=rule):
                        exception.delete()


def _latest(tenant: Tenant, rule: str, before: datetime) -> Finding | None:
    """None: without a database of places, or with one that has other places, not all of the demo's rules fire."""
    return Finding.objects.filter(tenant=tenant, rule=rule, last_at__lt=before).latest_first().first()


def _answer(demo: Demo, finding: Finding) -> None:
    """The person's password stays as it is, so that everybody can sign in."""
    person = next(each for each in demo.people.values() if each.user.pk == finding.person)
    event = sign_in_of(finding)
    if event is None:  # it has none about whom somebody could be asked
        return
    question = Question.objects.create(
        tenant=finding.tenant,
        user=person.user,
        finding=finding,
        event_id=event.pk,
        created_at=finding.last_at + ASKED_AFTER,
        expires_at=finding.last_at + VALID,
    )
    for answer, after in ANSWERS.items():
        with acting(person.user, finding.last_at + after, person.stations[0].client):
            Question.objects.filter(pk=question.pk).update(answer=answer, answered_at=finding.last_at + after)
            recorder.record(
                ANSWER_NO if answer == Answer.NO else ANSWER_YES,
                tenant_id=finding.tenant_id,
                resource=recorder.Resource(type="finding", id=finding.pk, name=finding.title),
            )
    Finding.objects.filter(pk=finding.pk).update(answer=Answer.NO, severity=Severity.HIGH)

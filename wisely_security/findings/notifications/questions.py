"""Whom to ask "Was this you?", and the links in that e-mail.

A token is the signed id of a question, so one that somebody makes up never reaches the database. It expires with the
question, and ends with its answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from login_activity.models import LoginEvent
from login_activity.vocabulary import Action, Status
from wisely_security.cells import moved
from wisely_security.core.request_context import acting_as
from wisely_security.core.site_url import absolute
from wisely_security.core.text.characters import without_links
from wisely_security.tenancy.models import User, UserStatus
from wisely_security.tenancy.models.time_zones import zone_named
from wisely_security.workspace.outbox.kinds import NotWantedError
from wisely_security.workspace.outbox.models import Notification, Recipient
from wisely_security.workspace.outbox.wake_event import wake_event

from ..engine import store
from ..engine.incidents import STRENGTH
from ..engine.observations import LOGIN_ACTIVITY, network_of
from ..models import AskSettings, Finding, Question
from ..rules import RULES
from ..rules.rule import Severity

KIND = "findings_question"
RECENT = timedelta(days=1)  # nobody remembers older sign-ins
VALID = timedelta(days=7)
MOST_A_DAY = 5  # to one person
_signer = signing.Signer(salt="wisely_security.was_this_you", sep=".")


def ask(findings: Iterable[Finding]) -> None:
    """Ask the people whose sign-ins these findings are about, in the current transaction."""
    about_people = [each for each in findings if each.person and each.rule in RULES and RULES[each.rule].asks]
    if not about_people:
        return
    tenants = {each.tenant_id for each in about_people}
    silent = set(AskSettings.objects.filter(tenant__in=tenants, is_on=False).values_list("tenant_id", flat=True))
    ids = [each.person for each in about_people if each.person and each.tenant_id not in silent]
    people = {each.pk: each for each in User.objects.filter(pk__in=ids, status=UserStatus.ACTIVE)}
    for finding in sorted(about_people, key=lambda it: STRENGTH[Severity(it.severity)], reverse=True):
        person = people.get(finding.person) if finding.person else None
        if person and person.tenant_id == finding.tenant_id and finding.tenant_id not in silent:
            _ask(person, finding)


def _ask(person: User, finding: Finding) -> None:
    event = sign_in_of(finding)
    now = timezone.now()
    if event is None or event.occurred_at < now - RECENT:
        return
    lately = list(Question.objects.filter(tenant=finding.tenant_id, user=person, created_at__gt=now - RECENT))
    if len(lately) >= MOST_A_DAY or any(_is_alike(event, other) for other in _sign_ins(lately)):
        return
    question, is_new = Question.objects.get_or_create(
        tenant_id=finding.tenant_id,
        event_id=event.pk,
        defaults={"user": person, "finding": finding, "expires_at": now + VALID},
    )
    if is_new:
        Notification.objects.put(
            [Recipient(name=person.name, email=person.email)],
            tenant_id=finding.tenant_id,
            kind=KIND,
            resource_id=finding.pk,
            resource_name=finding.title,
            link="",  # a link that answers is made when it is sent, and stored nowhere
            details={"question": str(question.pk)},
        )
        transaction.on_commit(wake_event.set)


def sign_in_of(finding: Finding) -> LoginEvent | None:
    """The sign-in to ask about: the first one that the rule objected to, and that nobody has been asked about yet. Of
    two that are too far apart, the later one; the e-mail names the other as well."""
    ids = store.events_of(finding).get(LOGIN_ACTIVITY, [])
    events = LoginEvent.objects.for_tenant(finding.tenant_id).filter(id__in=ids, user_id=finding.person)
    sign_ins = list(events.filter(action=Action.LOG_IN, status=Status.SUCCESS).order_by("id"))
    if sign_ins and "to" in finding.evidence:
        [_, arrived] = finding.evidence["to"]
        sign_ins = [min(sign_ins, key=lambda it: abs(it.occurred_at.timestamp() - arrived))]
    asked = Question.objects.filter(event_id__in=[it.pk for it in sign_ins]).values_list("event_id", flat=True)
    return next((it for it in sign_ins if it.pk not in set(asked)), None)


def _sign_ins(questions: list[Question]) -> list[LoginEvent]:
    if not questions:
        return []
    ids = [each.event_id for each in questions]
    return list(LoginEvent.objects.for_tenant(questions[0].tenant_id).filter(id__in=ids))


def _is_alike(one: LoginEvent, other: LoginEvent) -> bool:
    """The same device in the same network, as far as can be seen: one answer is enough."""
    of = attrgetter("device_kind", "device", "browser", "system")
    return network_of(str(one.ip or "")) == network_of(str(other.ip or "")) and of(one) == of(other)


def make_token(question: Question) -> str:
    return _signer.sign(question.pk.hex)


def question_of(token: str) -> Question | None:
    """The question that a link names and that can be answered, with its person: an active one. Raises MovedError."""
    try:
        key = UUID(_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    question = _answerable(key)
    moved.follow(question, lambda: _answerable(key))
    if question is None:
        return None
    with acting_as(tenant_id=question.tenant_id):
        found = Question.objects.select_related("user", "user__tenant", "tenant", "finding").get(pk=key)
    return found if found.user.status == UserStatus.ACTIVE else None


def _answerable(key: UUID) -> Question | None:
    with acting_as(credential=str(key)):
        return Question.objects.answerable().filter(pk=key).first()


def facts(question: Question) -> dict[str, Any]:
    """What the e-mail and the page say of the sign-in, and no more. In the scope of its tenant."""
    event = LoginEvent.objects.for_tenant(question.tenant_id).filter(id=question.event_id).first()
    if event is None:
        raise NotWantedError("the sign-in is no longer in the record")
    zone = zone_named(question.user.time_zone)
    rule = RULES.get(question.finding.rule)
    before = question.finding.evidence.get("from")
    return {
        "why": rule.asks if rule else "",
        "facts": [
            ("When", f"{event.occurred_at.astimezone(zone):%A, %-d %B %Y, %H:%M} ({question.user.time_zone})"),
            ("Device", without_links(" · ".join(filter(None, [event.device, event.browser, event.system])))),
            ("Place", event.place),
            ("Address", str(event.ip or "")),
            ("Before it", f"{datetime.fromtimestamp(before[1], zone):%H:%M}, {before[0]}" if before else ""),
        ],
    }


def context(notification: Notification, recipient: Recipient) -> dict[str, Any]:
    key = notification.details["question"]
    found = Question.objects.answerable().select_related("user", "tenant", "finding").filter(pk=key, answer="")
    question = found.first()
    if question is None or question.user.status != UserStatus.ACTIVE:
        raise NotWantedError("the question can no longer be answered")
    link = partial(_link, make_token(question))
    return {"tenant": question.tenant, "yes_url": link("yes"), "no_url": link("no"), **facts(question)}


def _link(token: str, answer: str) -> str:
    return absolute(reverse("was_this_you", args=[token, answer]))

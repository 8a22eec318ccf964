"""What an answer to "Was this you?" does. It is recorded as the person's own, in the same transaction.

"Yes" closes nothing: whoever has the password may read the mail as well, so the admins see the answer and decide.
"No" secures the account: its sessions end, its password opens nothing any more, and a link to choose another one goes
to its owner's mailbox, not to whoever has pressed the button.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.db import transaction
from django.db.models.functions import Now
from django.utils.crypto import get_random_string

from audit_trail.recording import recorder
from wisely_security.core.request_context import acting_as, using
from wisely_security.tenancy.sign_in import signals
from wisely_security.tenancy.sign_in.accounts import set_password
from wisely_security.tenancy.sign_in.signals import SessionEnd

from ..audited import ANSWER_NO, ANSWER_YES
from ..deciding import decide
from ..engine import store
from ..models import Answer, Finding, Question, State
from ..models.alert import DISOWNED
from ..rules.rule import Severity
from . import alerts


class AnsweredError(Exception):
    """The question has been answered, or has expired, meanwhile."""


@transaction.atomic
def say_yes(question: Question) -> None:
    """Raises AnsweredError."""
    with _as_the_person(question):
        findings = _answer(question, Answer.YES)
        Finding.objects.filter(pk__in=[each.pk for each in findings]).update(answer=Answer.YES)
        _record(question, Answer.YES)


@transaction.atomic
def say_no(question: Question) -> None:
    """Raises AnsweredError, and AccountChangedError where the password is changed by somebody else at this moment."""
    with _as_the_person(question):
        findings = _answer(question, Answer.NO)
        for finding in findings:
            finding.answer, finding.severity = Answer.NO, Severity.HIGH
            finding.save(update_fields=["answer", "severity"])
            if finding.state == State.EXPECTED:
                decide(finding, question.user, State.OPEN)
        store.count_open([question.tenant_id])
        alerts.queue(dict.fromkeys((each for each in findings if each.state == State.OPEN), DISOWNED))
        _record(question, Answer.NO)
        set_password(question.user, get_random_string(64), cause=SessionEnd.DISOWNED)
        signals.password_revoked.send(Question, user=question.user)


@contextmanager
def _as_the_person(question: Question) -> Iterator[None]:
    with acting_as(tenant_id=question.tenant_id) as now, using(replace(now, actor=question.user.as_actor())):
        yield


def _answer(question: Question, answer: Answer) -> list[Finding]:
    """Take the question, for this answer alone. Returns the findings that rest on the sign-in."""
    can_be = Question.objects.answerable().filter(pk=question.pk)
    if answer == Answer.YES:
        can_be = can_be.filter(answer=Answer.NONE)
    if not can_be.update(answer=answer, answered_at=Now()):
        raise AnsweredError
    ids = store.findings_on(question.tenant_id, question.event_id)
    about = Finding.objects.select_for_update(no_key=True).filter(pk__in=ids, person=question.user_id)
    return list(about.order_by("pk"))


def _record(question: Question, answer: Answer) -> None:
    recorder.record(
        ANSWER_YES if answer == Answer.YES else ANSWER_NO,
        tenant_id=question.tenant_id,
        resource=recorder.Resource(type="finding", id=question.finding_id, name=question.finding.title),
    )

"""From the outbox to the mail server, and what became of it into the Audit Trail.

No transaction is open while the mail server is talked to. A notification is claimed for a while; after each recipient
the progress is committed and the claim prolonged. Whoever dies in between leaves a claim that runs out: the next one
goes on with those who still wait. So an e-mail is sent at least once. It is sent twice only if the process ends, or
loses the database, between the mail server's "yes" and our commit, and then under the same Message-ID.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models.functions import Now

from audit_trail.recording import failures, recorder
from audit_trail.registry import audited_as
from audit_trail.vocabulary import Code
from wisely_security.core.request_context import acting_as, using
from wisely_security.tenancy.sign_in import mail

from .kinds import NotWantedError, kind_of
from .models import LEASE, Notification, Recipient, State

logger = logging.getLogger(__name__)

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 8 * 60)]
MOST_ATTEMPTS = len(PAUSES) + 1
LONGEST_ANSWER = 300
MOST_NAMES = 3
SERVICE_CLOSES = 421  # RFC 5321: the server ends the connection


def deliver_next() -> bool:
    """Take one notification that is due, of any tenant, and try to send it. False: none is due."""
    with acting_as(support=True):
        notification = Notification.objects.claim()
    if notification is None:
        return False
    with using(notification.context):
        # A claim past the last attempt: all before it broke off, and one more might take the process with it again.
        if notification.attempts > MOST_ATTEMPTS or _send(notification):
            _settle(notification)
    return True


def _send(notification: Notification) -> bool:
    """One round through those who still wait. False: the claim ran out, and somebody else has it now."""
    waiting = list(notification.recipients.waiting().order_by("pk"))
    if not waiting:
        return True
    try:
        with get_connection() as server:
            for recipient in waiting:
                state, error = _deliver(server, notification, recipient)
                if not _save(notification, recipient, state, error):
                    return False
    except OSError as error:
        notification.recipients.waiting().update(error=_said(error))
    return True


def _deliver(server: Any, notification: Notification, recipient: Recipient) -> tuple[State, str]:
    try:
        message = _message(notification, recipient)
    except NotWantedError as why:
        return State.REFUSED, str(why)
    return _hand_over(server, message)


def _hand_over(server: Any, message: EmailMessage) -> tuple[State, str]:
    """Raises OSError if the server cannot be asked, or not any more."""
    try:
        server.send_messages([message])
    except ValueError as error:  # an address that has no form for the mail server, a line break in a subject
        return State.REFUSED, failures.on_one_line(str(error))[:LONGEST_ANSWER]
    except (SMTPRecipientsRefused, SMTPDataError) as error:
        code = _code(error)
        if code == SERVICE_CLOSES:
            raise
        return State.REFUSED if code >= 500 else State.WAITING, _said(error)
    return State.SENT, ""


def _code(error: SMTPRecipientsRefused | SMTPDataError) -> int:
    if isinstance(error, SMTPDataError):
        return int(error.smtp_code)
    [(code, _)] = error.recipients.values()
    return int(code)


def _said(error: OSError) -> str:
    """The answer of the server."""
    return failures.on_one_line(failures.said_by_server(error))[:LONGEST_ANSWER]


def _message(notification: Notification, recipient: Recipient) -> EmailMessage:
    kind = kind_of(notification)
    context = kind.context(notification, recipient)
    message = mail.compose(kind.template, recipient, notification=notification, link=notification.link, **context)
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    message.extra_headers["Message-ID"] = f"<{recipient.pk}@{domain}>"
    return message


def _save(notification: Notification, recipient: Recipient, state: State, error: str) -> bool:
    """Keep what has been achieved, and the claim. False: somebody else has the claim."""
    with transaction.atomic():
        held = Notification.objects.held(notification).update(next_attempt_at=Now() + LEASE)
        Recipient.objects.waiting().filter(pk=recipient.pk).update(state=state, error=error)
    return bool(held)


def _settle(notification: Notification) -> None:
    """Retry later, or record the outcome: one event, in the transaction that removes it from the outbox."""
    recipients = list(notification.recipients.order_by("name__in_order"))
    waiting = [each for each in recipients if each.state == State.WAITING]
    held = Notification.objects.held(notification)
    if waiting and notification.attempts < MOST_ATTEMPTS:
        pause = PAUSES[notification.attempts - 1]
        held.update(next_attempt_at=Now() + pause)
        logger.warning("Notification %s is tried again in %s: %s", notification.pk, pause, waiting[0].error)
        return
    with transaction.atomic():
        taken_out, _ = held.delete()
        if taken_out:
            _tell(notification, recipients)


def _tell(notification: Notification, recipients: list[Recipient]) -> None:
    reached = [each.name for each in recipients if each.state == State.SENT]
    missed = [each for each in recipients if each.state != State.SENT]
    kind = kind_of(notification)
    declared, reason = audited_as(kind.model), _reason(missed) if missed else ""
    recorder.record(
        kind.action,
        tenant_id=notification.tenant_id,
        resource=recorder.Resource(
            type=declared.key if declared else "", id=notification.resource_id, name=notification.resource_name
        ),
        failed=Code.EMAIL_FAILED if missed else None,
        reason=reason,
        changes=[
            {"field": field, "label": label, "added": names, "removed": []}
            for field, label, names in (
                ("recipients", "Recipients", reached),
                ("not_reached", "Not reached", [each.name for each in missed]),
            )
            if names
        ],
    )
    kind.on_outcome(notification, recipients, reason)


def _reason(missed: list[Recipient]) -> str:
    names: dict[str, list[str]] = {}
    for each in missed:
        names.setdefault(each.error or "the server stopped while sending it", []).append(each.name)
    return "The e-mail did not reach " + "; ".join(f"{_listed(people)}: {error}" for error, people in names.items())


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")

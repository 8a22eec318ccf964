"""The e-mails of findings, and when they are due, for the outbox."""

from __future__ import annotations

from wisely_security.workspace.outbox import due, kinds
from wisely_security.workspace.outbox.kinds import MailKind

from ..audited import ALERT, ASK, DIGEST
from ..models import Finding, How
from . import mailing, questions

kinds.declare(
    mailing.KINDS[How.AT_ONCE],
    MailKind(template="findings_alert", action=ALERT, model=Finding, context=mailing.context),
)
kinds.declare(
    mailing.KINDS[How.DAILY],
    MailKind(template="findings_digest", action=DIGEST, model=Finding, context=mailing.context),
)
kinds.declare(questions.KIND, MailKind(template="was_this_you", action=ASK, model=Finding, context=questions.context))
due.register(mailing.put_due)

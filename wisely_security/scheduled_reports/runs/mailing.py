"""The e-mails of a run: that a report is ready, and a link to it. Only a summary says how many events there were.

No name, address or other personal value of the record leaves by e-mail: they are on the page behind the link.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from wisely_security.findings import permissions as findings
from wisely_security.tenancy.models import User
from wisely_security.workspace.outbox.kinds import MailKind, NotWantedError, declare
from wisely_security.workspace.outbox.models import Notification, Recipient, State

from ..audited import RUN
from ..models import Outcome, ReportRun, ScheduledReport
from ..models.run import VALID_FOR
from ..saved_views.parameters import in_words
from ..schedules.recipients import may_receive
from .frozen import filters_of_run
from .shown import shown_summary

SUMMARY, FILE = "report_summary", "report_file"


def note(report_id: UUID | None, outcome: Outcome, reason: str) -> None:
    """What the list of reports shows of the last run."""
    values = {"last_run_at": timezone.now(), "last_outcome": outcome, "last_reason": reason}
    ScheduledReport.objects.filter(pk__in=[report_id]).update(**values)


def _context(notification: Notification, recipient: Recipient) -> dict[str, Any]:
    """Who may receive it is asked at each attempt, which may be hours after the run."""
    run = ReportRun.objects.select_related("tenant").filter(pk=notification.details["run"]).first()
    if run is None:
        raise NotWantedError("the report was deleted")
    people = User.objects.select_related("tenant", "role").filter(tenant=run.tenant, email=recipient.email)
    user = next((each for each in people if may_receive(each, run.record)), None)
    if user is None:
        raise NotWantedError(f"may no longer download {run.get_record_display()}")
    filters = filters_of_run(run)
    return {
        "run": run,
        "tenant": run.tenant,
        "during": filters.form.cleaned_data["during"],
        "has_filters": len(in_words(filters)) > 1,
        "summary": shown_summary(run, "", user.may(findings.VIEW)),
        "days": VALID_FOR.days,
    }


def _outcome(notification: Notification, recipients: Sequence[Recipient], reason: str) -> None:
    sent = [each for each in recipients if each.state == State.SENT]
    outcome = Outcome.NOT_SENT if not sent else Outcome.PARTLY_SENT if reason else Outcome.SENT
    note(notification.resource_id, outcome, reason)


for _key in (SUMMARY, FILE):
    declare(_key, MailKind(template=_key, action=RUN, model=ScheduledReport, context=_context, on_outcome=_outcome))

"""Running what is due: each moment of a schedule once, however many processes there are and however long none ran.

A run freezes what it reports and puts the e-mails into the outbox, which sends them and records the outcome. All of it,
and the schedule's next moment, is one transaction under an advisory lock of the schedule: it happened, or it did not.
Nothing is written before the summary has been read, so the projectors wait for nobody.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from audit_trail.recording import recorder
from audit_trail.recording.failures import RefusedError
from audit_trail.registry import audited_as
from audit_trail.vocabulary import Code
from wisely_security.core.request_context import RequestContext, acting_as, using
from wisely_security.core.site_url import absolute
from wisely_security.reports.filtering.periods import Preset
from wisely_security.workspace.outbox.models import Notification, Recipient
from wisely_security.workspace.outbox.wake_event import wake_event

from ..audited import RUN
from ..models import Format, Outcome, ReportRun, ScheduledReport
from ..models.run import VALID_FOR
from ..saved_views.parameters import REPORTS, errors_of, filters_of, to_query
from ..schedules import due
from ..schedules.recipients import may_receive
from . import mailing, period
from .summary import summarize

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=30)  # after the link has expired; until then, the page says so
TRY_AGAIN_AFTER = timedelta(minutes=10)
CODES = {Outcome.NOBODY_LEFT: Code.NO_PERMISSION, Outcome.INVALID_VIEW: Code.INVALID_INPUT, Outcome.FAILED: Code.ERROR}


class NotRunError(RefusedError):
    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason, CODES[outcome])
        self.outcome = outcome


def run_due() -> None:
    """Run each report that is due, of any tenant. A source of the outbox (``workspace/outbox/due.py``)."""
    with acting_as(support=True):
        found = ScheduledReport.objects.filter(next_run_at__lte=timezone.now()).order_by("next_run_at")
        reports = list(found.values_list("pk", "tenant_id"))
    for pk, tenant_id in reports:
        with using(RequestContext(tenant_id=tenant_id)):
            try:
                _run_due(pk)
            except Exception:  # the other reports are due as well
                logger.exception("The scheduled report %s could not be run and will be tried again.", pk)
                _try_again_later(pk)


def _run_due(pk: UUID) -> None:
    now = timezone.now()
    with transaction.atomic():
        report = _locked(pk)
        if report is None or report.next_run_at is None or report.next_run_at > now:
            return
        zone = due.zone_of(report.tenant_id)
        try:
            run(report, due.latest_due(report, now, zone))
        except NotRunError as error:
            _record_failure(report, error)
            mailing.note(report.pk, error.outcome, str(error))
        ScheduledReport.objects.filter(pk=pk).update(next_run_at=due.next_due(report, now, zone))


def _try_again_later(pk: UUID) -> None:
    """For the same moment, as long as there is no later one. The first failure is recorded."""
    now = timezone.now()
    with transaction.atomic():
        report = _locked(pk)
        if report is None:
            return
        error = NotRunError(Outcome.FAILED, "Something went wrong. It is tried again; the server log has the details.")
        if report.last_outcome != Outcome.FAILED:
            _record_failure(report, error)
        mailing.note(pk, error.outcome, str(error))
        following = due.next_due(report, now, due.zone_of(report.tenant_id))
        ScheduledReport.objects.filter(pk=pk).update(next_run_at=min(now + TRY_AGAIN_AFTER, following))


def _locked(pk: UUID) -> ScheduledReport | None:
    """The report, unless another process runs it at this moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"scheduled report {pk}"])
        [is_ours] = cursor.fetchone()
    if not is_ours:
        return None
    return ScheduledReport.objects.select_related("view", "tenant").filter(pk=pk, is_active=True).first()


def run(report: ScheduledReport, at: datetime) -> None:
    """In the current transaction. Whoever acts now is the actor of its event. Raises NotRunError."""
    if report.runs.filter(due_at=at).exists():
        return
    view, tenant_id, zone = report.view, report.tenant_id, due.zone_of(report.tenant_id)
    people = report.recipients.select_related("tenant", "role").order_by("name__in_order")
    receiving = [user for user in people if may_receive(user, view.record)]
    if not receiving:
        raise NotRunError(Outcome.NOBODY_LEFT, "None of its recipients may receive it any more.")
    its = REPORTS[view.record]
    with timezone.override(zone):
        filters = filters_of(its, tenant_id, to_query(view.parameters))
        if wrong := errors_of(filters):
            raise NotRunError(Outcome.INVALID_VIEW, f"The view “{view}” is no longer valid. {' '.join(wrong)}")
        parameters = period.frozen(view.parameters, Preset(filters.form.cleaned_data["preset"]), at, zone)
        is_summary = report.format == Format.SUMMARY
        made = ReportRun.objects.create(
            tenant_id=tenant_id,
            report=report,
            due_at=at,
            title=report.name,
            record=view.record,
            format=report.format,
            parameters=parameters,
            time_zone=zone.key,
            summary=summarize(its, tenant_id, to_query(parameters)) if is_summary else None,
            expires_at=timezone.now() + VALID_FOR,
        )
    made.refresh_from_db(fields=["id"])
    Notification.objects.put(
        [Recipient(name=user.name, email=user.email) for user in receiving],
        tenant_id=tenant_id,
        kind=mailing.SUMMARY if is_summary else mailing.FILE,
        resource_id=report.pk,
        resource_name=report.name,
        link=absolute(reverse("report_run", args=[made.pk])),
        details={"run": str(made.pk)},
    )
    report.runs.filter(expires_at__lt=timezone.now() - KEPT_FOR).delete()
    transaction.on_commit(wake_event.set)


def _record_failure(report: ScheduledReport, error: NotRunError) -> None:
    declared = audited_as(ScheduledReport)
    recorder.record(
        RUN,
        tenant_id=report.tenant_id,
        resource=recorder.Resource(type=declared.key if declared else "", id=report.pk, name=report.name),
        failed=error.code,
        reason=str(error),
    )

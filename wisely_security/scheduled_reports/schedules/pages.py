"""Settings → Security → Scheduled reports: the list with next run and last outcome, and what people do there."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.views import menu
from wisely_security.workspace.pages.details import State
from wisely_security.workspace.pages.forms import RecordForm
from wisely_security.workspace.pages.resource_page import Column, CustomAction, ResourcePage, register

from .. import audited
from ..models import Outcome, ScheduledReport
from ..runs import running
from ..saved_views.parameters import REPORTS, to_url
from . import due
from .recipients import may_receive

MOST = 50  # of a tenant
COLOURS = {Outcome.SENT: "success", Outcome.PARTLY_SENT: "warning"}


class ScheduledReportForm(RecordForm):
    class Meta:
        model = ScheduledReport
        fields = ["name", "view", "format", "frequency", "weekday", "day", "at", "recipients"]
        widgets = {"recipients": forms.CheckboxSelectMultiple}
        help_texts = {
            "view": "A view that is shared with the company: save the filters of a record, and share them.",
            "format": "The e-mail of a summary has its counts. CSV and Excel are downloaded from a link that works for "
            "7 days, for people who sign in.",
            "weekday": "Of a weekly report.",
            "day": "Of a monthly report. In a shorter month: its last day.",
            "recipients": "At each run, only those who may download the record get it.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        view: Any = self.fields["view"]
        view.queryset = view.queryset.shared()
        view.label_from_instance = lambda each: f"{each.get_record_display()}: {each}"
        zone = due.zone_of(self.tenant.pk)
        self.fields["at"].help_text = format_html("In {}’s time zone, {}.", self.tenant, zone)  # help texts are HTML
        recipients: Any = self.fields["recipients"]
        recipients.queryset = recipients.queryset.select_related("tenant", "role")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.is_new and ScheduledReport.objects.filter(tenant=self.tenant).count() >= MOST:
            raise ValidationError(f"A company has at most {MOST} scheduled reports.", code="limit")
        view = data.get("view")
        if view and not {"view", "recipients"} <= self.untouched:
            names = [user.name for user in data.get("recipients", []) if not may_receive(user, view.record)]
            if names:
                message = f"{', '.join(names)}: may not download {view.get_record_display()}."
                self.add_error("recipients", ValidationError(message, code="recipients"))
        return data


def pause(report: ScheduledReport, form: None, request: HttpRequest) -> str:
    report.is_active, report.next_run_at = False, None
    report.save(update_fields=["is_active", "next_run_at"])
    return f"Scheduled report “{report}” paused."


def resume(report: ScheduledReport, form: None, request: HttpRequest) -> str:
    report.is_active = True
    due.plan(report, timezone.now())
    report.save(update_fields=["is_active", "next_run_at"])
    return f"Scheduled report “{report}” resumed. It runs next on {_moment(report.next_run_at)}."


def run_now(report: ScheduledReport, form: None, request: HttpRequest) -> str:
    running.run(report, timezone.now())
    return f"Scheduled report “{report}” is on its way. The Audit Trail records to whom it was sent."


def delete(report: ScheduledReport, form: None, request: HttpRequest) -> str:
    report.delete()
    return f"Scheduled report “{report}” deleted."


class ScheduledReports(ResourcePage):
    model = ScheduledReport
    path = "scheduled-reports"
    title = "Scheduled reports"
    singular = "scheduled report"
    description = "Saved views of both records, sent by e-mail every day, week or month."
    icon = "calendar-days"
    menu = menu.SECURITY
    form = ScheduledReportForm
    created, changed = audited.ADD, audited.EDIT
    search = ("name", "view__name")
    search_hint = "Name or view"
    columns = (
        Column(label="Name", value=attrgetter("name"), sub=attrgetter("view"), sort="name"),
        Column(label="Sent as", value=lambda it: it.get_format_display(), sub=lambda it: it.view.get_record_display()),
        Column(label="How often", value=due.in_words),
        Column(label="Next run", value=lambda it: _next_run(it), sort="next_run_at"),
        Column(
            label="Last run",
            value=lambda it: it.get_last_outcome_display() or "None yet",
            sub=lambda it: _moment(it.last_run_at),
            badge=lambda it: _colour(it),
            sort="last_run_at",
        ),
    )
    empty = "Share a saved view of Login Activity or the Audit Trail, and add a report of it."
    custom_actions = (
        CustomAction(
            key="run",
            label="Run now",
            action=audited.RUN,
            do=run_now,
        ),
        CustomAction(
            key="pause",
            label="Pause",
            action=audited.PAUSE,
            do=pause,
            denial_reason=lambda report, user: "" if report.is_active else "This report is already paused.",
        ),
        CustomAction(
            key="resume",
            label="Resume",
            action=audited.RESUME,
            do=resume,
            denial_reason=lambda report, user: "This report is not paused." if report.is_active else "",
        ),
        CustomAction(
            key="delete",
            label="Delete",
            action=audited.DELETE,
            do=delete,
            confirm_text="It is no longer sent, and links that it has sent stop working.",
            danger=True,
            deletes=True,
        ),
    )

    def records(self, tenant: Tenant) -> QuerySet[Any]:
        return super().records(tenant).select_related("view", "tenant")

    def details(self, record: ScheduledReport) -> list[tuple[str, Any]]:
        people = ", ".join(user.name for user in record.recipients.all())
        reason = [("Reason", record.last_reason)] if record.last_reason else []
        return [
            ("Name", record.name),
            ("View", f"{record.view} ({record.view.get_record_display()})"),
            ("Sent as", record.get_format_display()),
            ("How often", due.in_words(record)),
            ("Time zone", str(due.zone_of(record.tenant_id))),
            ("Recipients", people),
            ("Next run", _next_run(record)),
            ("Last run", _moment(record.last_run_at) or "None yet"),
            ("Outcome", State(record.get_last_outcome_display(), _colour(record)) if record.last_outcome else ""),
            *reason,
        ]

    def pages(self, record: ScheduledReport, user: User) -> list[tuple[str, str]]:
        report = REPORTS[record.view.record]
        opens = user.may(report.view_permission)
        found = [("Open the view", to_url(report.path(record.tenant), record.view.parameters))] if opens else []
        last = record.runs.order_by("-due_at").first()
        if last and user.may(report.download_permission):
            found.append(("Last report", reverse("report_run", args=[last.pk])))
        return found

    def store(self, form: Any, request: HttpRequest) -> str:
        report: ScheduledReport = form.instance
        if form.is_new or {"frequency", "weekday", "day", "at"} & set(form.changed_data):
            due.plan(report, timezone.now())
        return str(super().store(form, request))


def _next_run(report: ScheduledReport) -> str:
    return _moment(report.next_run_at) if report.is_active else "Paused"


def _moment(moment: Any) -> str:
    """In the reader's time zone, as everywhere on pages."""
    return f"{timezone.localtime(moment):%-d %b %Y, %H:%M}" if moment else ""


def _colour(report: ScheduledReport) -> str:
    return COLOURS.get(Outcome(report.last_outcome), "danger") if report.last_outcome else "plain"


register(ScheduledReports())

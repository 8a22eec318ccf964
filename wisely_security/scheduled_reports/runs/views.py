"""What the link of a run leads to: a page, with the summary if it is one, and the file. For whoever may download the
record."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from wisely_security.findings import permissions as findings
from wisely_security.reports.declaration import Report
from wisely_security.reports.download.downloads import ReportDownload
from wisely_security.reports.extensions import unusual
from wisely_security.reports.filtering.parameters import FORMAT
from wisely_security.tenancy.views.access import MemberView

from ..models import Format, ReportRun
from ..saved_views.parameters import REPORTS, in_words, to_query, to_url
from .frozen import filters_of_run
from .shown import shown_summary


class _OfRun(MemberView):
    run: ReportRun
    report: Report

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Another tenant's run is not found; what has expired says so to those who might have seen it."""
        if not request.user.is_authenticated or request.tenant is None:
            return MemberView.dispatch(self, request, *args, **kwargs)
        self.run = get_object_or_404(ReportRun.objects.select_related("report"), tenant=request.tenant, pk=kwargs["pk"])
        self.report = REPORTS[self.run.record]
        self.permission = self.report.download_permission
        self.area = f"Scheduled report: {self.run.title}"
        if request.user.may(self.permission) and self.run.expires_at <= timezone.now():
            context = {"run": self.run, "report": self.report, "view_url": self.view_url()}
            return render(request, "scheduled_reports/expired.html", context, status=410)
        return super().dispatch(request, *args, **kwargs)

    def view_url(self) -> str:
        return to_url(self.report.path(self.request.tenant), self.run.parameters)


class RunPage(_OfRun):
    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        filters, user = filters_of_run(self.run), self.request.user
        if unusual.for_reader(user) is None:
            filters.without_findings()
        with timezone.override(ZoneInfo(self.run.time_zone)):
            words = in_words(filters)
        self.record_view(self.area)
        context = {
            "run": self.run,
            "report": self.report,
            "during": filters.form.cleaned_data["during"],
            "filters": words[1:],
            "file": Format(self.run.format if self.run.format != Format.SUMMARY else Format.CSV).label,
            "view_url": self.view_url(),
            "summary": shown_summary(self.run, self.report.path(self.request.tenant), user.may(findings.VIEW)),
            "may_view": user.may(self.report.view_permission),
        }
        return render(request, "scheduled_reports/run.html", context)


class RunFile(_OfRun, ReportDownload):
    """The record's own download, as if it had been asked for with the frozen filters, in the time zone of the run."""

    def is_at_its_address(self) -> bool:
        return True

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _OfRun.dispatch(self, request, *args, **kwargs)

    def get(self, request: HttpRequest, section: str = "", *, pk: UUID) -> HttpResponseBase:  # type: ignore[override]
        query = to_query(self.run.parameters)
        query[FORMAT] = "csv" if self.run.format == Format.SUMMARY else self.run.format
        request.GET = query  # type: ignore[assignment]
        with timezone.override(ZoneInfo(self.run.time_zone)):
            return super().get(request, section)

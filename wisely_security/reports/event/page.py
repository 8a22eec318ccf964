"""The page of one event, and what a list shows of it when a row is opened."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from ..extensions import event_notes
from ..views import ReportPage, is_partial, record_view


class ReportEvent(ReportPage):
    """Everything about one event. A view from another tenant is recorded for each."""

    def event(self, pk: UUID) -> Any:
        event = get_object_or_404(self.report.model.objects.for_tenant(self.request.tenant.pk), pk=pk)
        if self.request.tenant.pk != self.request.user.tenant_id:
            record_view(self, {"Event": str(pk)}, 1)
        return event

    def get(self, request: HttpRequest, section: str = "", *, pk: UUID) -> HttpResponse:  # type: ignore[override]
        event = self.event(pk)
        context = {
            "report": self.report,
            "event": event,
            "event_fields": self.report.facts(event),
            "page_url": self.path,
            "event_url": f"{self.path}{pk}/",
            "proof_url": f"{self.path}{pk}/proof/" if self.request.user.may(self.report.download_permission) else None,
            **event_notes.on_event(self.report, self.request.tenant, self.request.user, event),
            "notes_next": self._shown_on(request),
            "more_fields": self.report.more_facts(event, self.request.tenant, self.request.user),
            **self.report.details(event, self.request.tenant, self.request.user),
            **self.report.page_context(),
        }
        template = self.report.details_template if is_partial(request) else "reports/event/event.html"
        return render(request, template, context)

    def _shown_on(self, request: Any) -> str:
        """The page that shows these details: the event's own, or the list."""
        with suppress(ValueError):
            return str((is_partial(request) and request.htmx.current_url_abs_path) or request.path)
        return str(request.path)

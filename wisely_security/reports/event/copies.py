"""One event to be copied elsewhere: as text for a message or a ticket, as JSON for a program.

What the event page shows, for the same people and recorded in the same way.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from ..filtering.periods import Period
from ..table.columns import header, values_of
from .page import ReportEvent


class EventCopy(ReportEvent):
    def more_facts(self, event: Any) -> Any:
        """What the details show besides the columns: in the Audit Trail, the sign-in of the session."""
        return self.report.more_facts(event, self.request.tenant, self.request.user)


class EventAsText(EventCopy):
    def get(self, request: HttpRequest, section: str = "", *, pk: UUID) -> HttpResponse:  # type: ignore[override]
        event = self.event(pk)
        lines = [f"{self.request.tenant.name}, {self.report.title}: {event}", self.request.build_absolute_uri("../")]
        changes = ("What changed", self.report.changes(event))
        for title, fields in [changes, *self.report.facts(event), *self.more_facts(event)]:
            shown = [f"  {label}: {value}" for label, value in fields if value not in (None, "")]
            lines += ["", title, *shown] if shown else []
        return HttpResponse("\n".join(lines) + "\n", "text/plain; charset=utf-8")


class EventAsJson(EventCopy):
    """``event``: the columns of the download, by heading. Documented in docs/reference/record-addresses.md."""

    style: ClassVar[dict[str, Any]] = {"indent": 2, "ensure_ascii": False}

    def get(self, request: HttpRequest, section: str = "", *, pk: UUID) -> HttpResponse:  # type: ignore[override]
        event = self.event(pk)
        zone = timezone.get_current_timezone()
        day = timezone.localtime(event.occurred_at, zone).date()
        rows = self.report.model.objects.for_tenant(self.request.tenant.pk).filter(pk=pk)
        values = values_of(self.report.table, rows, Period(day, day, zone))
        copy = {
            "record": self.report.key,
            "company": self.request.tenant.name,
            "url": self.request.build_absolute_uri("../"),
            "event": dict(zip(header(self.report.table), values, strict=True)),
            **self.report.structured(event),
        }
        if more := self.more_facts(event):
            copy["more"] = {title: dict(fields) for title, fields in more}
        return JsonResponse(copy, json_dumps_params=self.style)

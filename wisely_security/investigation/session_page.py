"""The story of a session: everything that was done in it, in both records, from the sign-in to its end."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from login_activity.vocabulary import Action
from wisely_security.ledger.search.plan import find_each
from wisely_security.reports.declaration import Report
from wisely_security.reports.extensions import sessions
from wisely_security.reports.pages.reading import search
from wisely_security.tenancy.models import Session, Tenant

from . import findings
from .base import InvestigationView
from .moments import Moment, as_story, duration, moments, pages_of

PAGE_SIZE = 200  # events
AFTER = "after"


@dataclass(frozen=True, slots=True)
class Ending:
    """``how``: how it ended, or that it has not."""

    how: str
    at: Any = None
    is_open: bool = False


class SessionStory(InvestigationView):
    area = "Session"

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        after = _key(request.GET.get(AFTER, ""))
        events = read(self.request.tenant, self.visible, name, after)
        if not events:
            raise Http404
        more, events = len(events) > PAGE_SIZE, events[:PAGE_SIZE]
        found, marks = findings.of_events(self.request.tenant, self.request.user, events)
        opening = next((each for each in events if isinstance(each, LoginEvent) and each.action == Action.LOG_IN), None)
        person = _person(events)
        self.record_view(f"{self.area} {sessions.shown(name)}: {person['name']}")
        lines = as_story(moments(events, pages_of(self.request.tenant), marks))
        here = reverse("session_story", args=[name])
        context = {
            "name": sessions.shown(name),
            "person": person,
            "opening": opening,
            "first": events[0],
            "ending": None if more else self._ending(name, events),
            "lasted": duration(events[-1].occurred_at - events[0].occurred_at),
            "moments": lines,
            "counts": _counts(lines),
            "findings": found,
            "next_url": f"{here}?{AFTER}={events[-1].pk}" if more else "",
            "start_url": here if after else "",
            "reports": self.visible,
            "hidden": [report for report in self.reports if report not in self.visible],
        }
        return render(request, "investigation/session.html", context)

    def _ending(self, name: str, events: list[Any]) -> Ending | None:
        """None: it is not known here."""
        for event in reversed(events):
            if isinstance(event, LoginEvent) and event.action == Action.LOG_OUT:
                return Ending("Signed out", event.occurred_at)
            if isinstance(event, LoginEvent) and event.action == Action.END_SESSION:
                return Ending(event.reason_label or "Ended", event.occurred_at)
        session = Session.objects.filter(tenant=self.request.tenant, name=name).first()
        if session is None:
            return None
        if session.expires_at <= timezone.now():
            return Ending("Session expired", session.expires_at)
        return Ending("Still open, last used", session.last_seen_at, is_open=True)


def read(tenant: Tenant, reports: list[Report], name: str, after: UUID | None = None) -> list[Any]:
    """The next events of a session, the oldest first, and one more than a page shows where there are more."""
    records: list[Any] = [report.model.objects.for_tenant(tenant.pk) for report in reports]
    wanted = [events.in_session(name) for events in records]
    if after:
        wanted = [events.filter(id__gt=after) for events in wanted]
    found = search(lambda: find_each([(events, PAGE_SIZE + 1) for events in wanted], newest_first=False))
    return sorted((event for events in found for event in events), key=attrgetter("id"))[: PAGE_SIZE + 1]


def _key(typed: str) -> UUID | None:
    try:
        return UUID(typed) if typed else None
    except ValueError:
        raise BadRequest(f"{AFTER} is not the ID of an event.") from None


def _person(events: list[Any]) -> dict[str, Any]:
    """Whose session it is, as the events name them: in Login Activity the account, in the Audit Trail the actor."""
    for event in events:
        if isinstance(event, AuditEvent):
            return {"id": event.actor_id, "name": event.actor_name, "email": event.actor_email}
        if not event.acted_by:
            return {"id": event.user_id, "name": event.user_name, "email": event.user_email}
    return {"id": None, "name": events[0].acted_by, "email": ""}


def _counts(lines: list[Moment]) -> dict[str, int]:
    return {
        "events": sum(line.times for line in lines),
        "changes": sum(line.is_change and not line.is_denied for line in lines),
        "denied": sum(line.times for line in lines if line.is_denied),
    }

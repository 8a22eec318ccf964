"""The story of a session: everything that was done in it, in both records, from the sign-in to its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from wisely_security.reports.extensions.unusual import Mark
from wisely_security.reports.pages.reading import search
from wisely_security.tenancy.models import Session

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
        tenant, after = self.request.tenant, after_of(request)
        events = read(tenant.pk, self.visible, name, after)
        if not events:
            raise Http404
        found, marks = findings.of_events(tenant, self.request.user, events[:PAGE_SIZE])
        story = story_of(tenant.pk, name, events, after, pages_of(tenant), marks)
        self.record_view(f"{self.area} {sessions.shown(name)}: {story['person']['name']}")
        context = {
            **story,
            **links(reverse("session_story", args=[name]), events, after),
            "findings": found,
            "reports": self.visible,
            "hidden": [report for report in self.reports if report not in self.visible],
        }
        return render(request, "investigation/session.html", context)


def after_of(request: HttpRequest) -> UUID | None:
    return _key(request.GET.get(AFTER, ""))


def links(here: str, events: list[Any], after: UUID | None) -> dict[str, str]:
    """To the next page, and to the first one."""
    next_url = f"{here}?{AFTER}={events[PAGE_SIZE - 1].pk}" if len(events) > PAGE_SIZE else ""
    return {"next_url": next_url, "start_url": here if after else ""}


def story_of(
    tenant_id: UUID,
    name: str,
    events: list[Any],
    after: UUID | None,
    url: Callable[[Any], str],
    marks: Mapping[UUID, Mark] | None = None,
) -> dict[str, Any]:
    """What a page says. ``events``: as ``read``; ``url``: of the page of one."""
    more, events = len(events) > PAGE_SIZE, events[:PAGE_SIZE]
    lines = as_story(moments(events, url, marks))
    return {
        "name": sessions.shown(name),
        "person": _person(events),
        "opening": next((it for it in events if isinstance(it, LoginEvent) and it.action == Action.LOG_IN), None),
        "first": events[0],
        "ending": None if more else _ending(tenant_id, name, events),
        "lasted": duration(events[-1].occurred_at - events[0].occurred_at),
        "moments": lines,
        "counts": _counts(lines),
    }


def _ending(tenant_id: UUID, name: str, events: list[Any]) -> Ending | None:
    """None: it is not known here."""
    for event in reversed(events):
        if isinstance(event, LoginEvent) and event.action == Action.LOG_OUT:
            return Ending("Signed out", event.occurred_at)
        if isinstance(event, LoginEvent) and event.action == Action.END_SESSION:
            return Ending(event.reason_label or "Ended", event.occurred_at)
    session = Session.objects.filter(tenant=tenant_id, name=name).first()
    if session is None:
        return None
    if session.expires_at <= timezone.now():
        return Ending("Session expired", session.expires_at)
    return Ending("Still open, last used", session.last_seen_at, is_open=True)


def read(tenant_id: UUID, reports: Sequence[Report], name: str, after: UUID | None = None) -> list[Any]:
    """The next events of a session, the oldest first, and one more than a page shows where there are more."""
    records: list[Any] = [report.model.objects.for_tenant(tenant_id) for report in reports]
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

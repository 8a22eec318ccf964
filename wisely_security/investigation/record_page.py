"""The whole history of a record, with the values before and after: also of one that is deleted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from audit_trail.models import AuditEvent
from audit_trail.report import diffs, links
from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from audit_trail.report.declaration import that_day
from audit_trail.vocabulary import ActorKind
from wisely_security.ledger.vocabulary import Status
from wisely_security.reports.extensions import sessions
from wisely_security.reports.filtering.parameters import NEWER, OLDER, normalized
from wisely_security.reports.pages.keyset import read_page
from wisely_security.reports.pages.reading import search
from wisely_security.tenancy.models import Tenant, User

from . import findings
from .base import InvestigationView
from .moments import moments, pages_of


class RecordHistory(InvestigationView):
    area = "History of a record"
    reports = (AUDIT_TRAIL,)

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        tenant = self.request.tenant
        events = AuditEvent.objects.for_tenant(tenant.pk).of_record(pk)
        page = search(lambda: read_page(events, normalized(request.GET)))
        if not page.rows:
            return self._nothing_kept(pk)
        newest, here = page.rows[0], reverse("resource_history", args=[pk])
        self.record_view(f"{self.area}: {newest.resource_name}")
        _, marks = findings.of_events(tenant, self.request.user, page.rows)
        places = links.existing([(newest.resource_type, pk)], self.request.user.may)
        context = {
            "name": newest.resource_name,
            "kind": newest.module_label,
            "resource_url": places.get((newest.resource_type, pk), ""),
            "touched": None if page.newer else next((it for it in page.rows if it.status == Status.SUCCESS), None),
            "entries": [
                {
                    "moment": moment,
                    "changes": (changes := diffs.read(moment.event.changes)),
                    "shape": diffs.shape(changes),
                    "person_url": _person_url(moment.event),
                    "onward": onward(moment.event, tenant, self.request.user),
                }
                for moment in moments(page.rows, pages_of(tenant), marks)
            ],
            "older_url": page.older and f"{here}?{OLDER}={page.older}",
            "newer_url": page.newer and f"{here}?{NEWER}={page.newer}",
            "page_url": AUDIT_TRAIL.path(tenant),
        }
        return render(request, "investigation/record.html", context)

    def _nothing_kept(self, pk: UUID) -> HttpResponse:
        """The record is there, and its events have left the database."""
        urls = links.existing([(kind, pk) for kind in links.kinds()], self.request.user.may)
        if not urls:
            raise Http404
        self.record_view()
        context = {"resource_url": next(iter(urls.values())), "page_url": AUDIT_TRAIL.path(self.request.tenant)}
        return render(self.request, "investigation/record.html", context)


def _person_url(event: AuditEvent) -> str:
    is_person = event.actor_kind == ActorKind.PERSON and event.actor_id
    return reverse("person", args=[event.actor_id]) if is_person else ""


def onward(event: AuditEvent, tenant: Tenant, reader: User) -> list[tuple[str, Any]]:
    """What else they did."""
    found = [("In this session", sessions.url(event.session))] if event.session else []
    if event.actor_kind == ActorKind.PERSON and event.actor_id:
        found.append(("By this person, that day", that_day(event, tenant)))
    return found

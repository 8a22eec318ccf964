"""The Audit Trail as a report: what its page, its event page and its download show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from wisely_security.ledger.models import time_of
from wisely_security.reports.declaration import Report
from wisely_security.reports.extensions import sessions
from wisely_security.reports.filtering.periods import around
from wisely_security.reports.pages.beside import Rows, Statement
from wisely_security.reports.pages.groups import Grouping
from wisely_security.reports.strip.reading import Numbers
from wisely_security.reports.strip.tops import Top
from wisely_security.reports.strip.usual import Usual
from wisely_security.reports.table.columns import Fact
from wisely_security.tenancy import permissions
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.views import menu

from ..models import AuditEvent
from ..vocabulary import ActorKind, Code, Status
from . import diffs, labels, links
from .filters import AuditTrailFilterSet
from .tables import AuditTrailTable

VIEW = permissions.declare("audit_trail.view", "Audit Trail", "View the Audit Trail")
DOWNLOAD = permissions.declare("audit_trail.download", "Audit Trail", "Download the Audit Trail")
NEAR = timedelta(minutes=5)
REQUEST_DAYS = 7  # an e-mail is retried for days after its request


def path(tenant: Tenant) -> str:
    return reverse("audit_trail")


def resources(events: Sequence[AuditEvent], reader: User) -> Statement | None:
    """Which of the records still exist that events are about."""
    return links.statement(
        [(event.resource_type, event.resource_id) for event in events if event.resource_id], reader.may
    )


def rows(events: Sequence[AuditEvent], link: Callable[..., str], existing: Rows) -> list[dict[str, Any]]:
    places = links.urls(existing)
    return [
        {
            "actor_url": link(actor=_who(event)),
            "resource_url": _place(event, places),
            "badge": "success" if event.status == Status.SUCCESS else "danger",
        }
        for event in events
    ]


def _place(event: AuditEvent, places: dict[links.Key, str]) -> str:
    return places.get((event.resource_type, event.resource_id), "") if event.resource_id else ""


def _who(event: AuditEvent) -> str:
    """The actor as the filter takes it."""
    return str(event.actor_id) if event.actor_id else event.actor_kind


def details(event: AuditEvent, tenant: Tenant, reader: User) -> dict[str, Any]:
    """What changed, and where to go from here."""
    places = links.existing([(event.resource_type, event.resource_id)], reader.may) if event.resource_id else {}
    changes = diffs.read(event.changes)
    return {
        "changes": changes,
        "shape": diffs.shape(changes),
        "resource_url": _place(event, places),
        "onward": [(label, f"{path(tenant)}?{urlencode(query)}") for label, query in _onward(event)],
        "other_record": [*_pages_about(event), *_sign_ins(event, tenant, reader)],
    }


def _pages_about(event: AuditEvent) -> Iterator[tuple[str, str]]:
    if event.resource_id:
        yield "History of this record", reverse("resource_history", args=[event.resource_id])
    if event.session:
        yield "In this session", sessions.url(event.session)
    if event.actor_kind == ActorKind.PERSON and event.actor_id:
        yield "About this person", reverse("person", args=[event.actor_id])


def session_facts(event: AuditEvent, tenant: Tenant, reader: User) -> list[tuple[str, list[Fact]]]:
    """With what and from where the actor had signed in. That is of Login Activity."""
    if not event.session or not reader.may("login_activity.view"):
        return []
    opening = sessions.opening(tenant.pk, event.session, event.pk)
    if opening is None:
        return []
    at = timezone.localtime(opening.at).isoformat(timespec="seconds")
    shown = [("Signed in", at), ("IP Address", opening.ip), ("Device Type", opening.device)]
    return [("The session", [*shown, ("Software", opening.software), ("Geo Location", opening.place)])]


def _onward(event: AuditEvent) -> list[tuple[str, dict[str, str]]]:
    found = []
    if event.resource_id:
        found.append(
            (
                "Everything about this record",
                {"record": str(event.resource_id), **since(event.resource_id, event.occurred_at)},
            )
        )
    by = "Everything by this person" if event.actor_kind == ActorKind.PERSON else f"Everything by: {event.actor_name}"
    reach = since(event.actor_id, event.occurred_at) if event.actor_id else {"period": "30d"}
    found.append((by, {"actor": _who(event), **reach}))
    if event.actor_kind == ActorKind.PERSON:
        found.append(("By this person, that day", {"actor": _who(event), **_that_day(event)}))
    if event.ip:
        found.append(("From this address, that day", {"q": str(event.ip), **_that_day(event)}))
    found.append(("Within five minutes", around(event.occurred_at, NEAR)))
    if event.request_id:
        found.append(("Everything in this request", {"request": str(event.request_id), **_around(event)}))
    return found


def _sign_ins(event: AuditEvent, tenant: Tenant, reader: User) -> Iterator[tuple[str, str]]:
    """The actor's own day in Login Activity: devices, addresses and places."""
    if event.actor_kind == ActorKind.PERSON and event.actor_id and reader.may("login_activity.view"):
        page = reverse("login_activity", kwargs={"section": tenant.people_section})
        yield "Sign-ins of this person, that day", f"{page}?{urlencode({'user': event.actor_id, **_that_day(event)})}"


def that_day(event: AuditEvent, tenant: Tenant) -> str:
    """The actor's own day in the Audit Trail."""
    return f"{path(tenant)}?{urlencode({'actor': _who(event), **_that_day(event)})}"


def _that_day(event: AuditEvent) -> dict[str, str]:
    day = timezone.localtime(event.occurred_at).date().isoformat()
    return {"period": "custom", "from": day, "to": day}


def since(made: UUID, moment: datetime) -> dict[str, str]:
    """The period from the day on which a record was created, which a version 7 key contains.

    For other keys: from the day of ``moment``, when the record existed.
    """
    day = timezone.localtime(moment).date()
    if made.version == 7:
        day = min(day, timezone.localtime(time_of(made)).date())
    return {"period": "custom", "from": day.isoformat()}


def _around(event: AuditEvent) -> dict[str, str]:
    day = timezone.localtime(event.occurred_at).date()
    span = timedelta(days=REQUEST_DAYS)
    last = min(day + span, timezone.localdate())
    return {"period": "custom", "from": (day - span).isoformat(), "to": last.isoformat()}


NUMBERS = Numbers(
    tops_title="Most active",
    tops=(
        Top(
            "People",
            ("actor_id", "actor_kind", "actor_name"),
            key="coalesce(actor_id::text, actor_kind)",
            name="actor_name",
            filters=lambda key: {"actor": key},
        ),
        Top("Modules", ("module",), key="module", label=labels.module, filters=lambda key: {"module": key}),
        Top("Addresses", ("ip",), key="host(ip)", filters=lambda key: {"q": key}),
        Top(
            "Reasons of failures",
            ("status", "reason_code"),
            key="CASE WHEN status <> 'success' THEN reason_code END",
            label=Code.say,
            filters=lambda key: {"q": Code.say(key), "status": Status.FAILURE.value},
        ),
    ),
    of_failures=False,
    usual=Usual("change", "changes", status=Status.SUCCESS, much=50),
)

REPORT = Report(
    key="audit-trail",
    title="Audit Trail",
    description="Who changed what, with the values before and after, and what was refused or failed.",
    model=AuditEvent,
    table=AuditTrailTable,
    filter_set=AuditTrailFilterSet,
    row_template="audit_trail.jinja",
    view_permission=VIEW,
    download_permission=DOWNLOAD,
    path=path,
    rows=rows,
    beside=resources,
    numbers=NUMBERS,
    details=details,
    more_facts=session_facts,
    details_template="audit_trail/event_details.html",
    changes=lambda event: [(each.label, diffs.in_words(each)) for each in diffs.read(event.changes)],
    structured=lambda event: {"changes": event.changes},
    grouping=Grouping(
        lambda event: event.request_id,
        "more from the same request",
        "more from the same request",
        unless=frozenset({"request"}),
    ),
    page_context=lambda: {"heading_links": [("What is recorded", reverse("audit_trail_coverage"))]},
)
menu.add(menu.SECURITY, REPORT.title, icon="clipboard-document-list", permission=VIEW, url=path)

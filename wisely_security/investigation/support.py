"""Pages of a person and of a session in Django admin: why somebody cannot sign in, and what the records hold. Each
view is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from wisely_security.findings.models import Finding
from wisely_security.ledger.models import NO_TENANT
from wisely_security.reports.extensions.unusual import Mark
from wisely_security.reports.pages.time_limit import SearchTooLongError
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.sign_in import signals
from wisely_security.tenancy.views.sessions import open_sessions

from .findings import resting_on
from .moments import REPORTS, moments
from .people import Person, find_person
from .session_page import PAGE_SIZE, after_of, links, read, story_of
from .sign_in_trouble import diagnose, gather

MOST_FINDINGS = 20
PERIOD = "90d"


def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    users: Any = admin.site.get_model_admin(User)
    user = get_object_or_404(_people(request).select_related("tenant", "role"), pk=pk)
    users.tell_look_at(request, user)
    try:
        found = find_person(user.tenant_id or NO_TENANT, pk, REPORTS)
        facts = gather(user)
    except SearchTooLongError:
        raise BadRequest("Finding these events took too long. Try again later.") from None
    found.name, found.email = user.name, user.email
    context = {
        **admin.site.each_context(request),
        "title": user.name,
        "opts": User._meta,
        "original": user,
        "person": found,
        "account": user,
        "diagnoses": diagnose(facts),
        "findings": list(Finding.objects.filter(tenant=user.tenant_id, person=pk).latest_first()[:MOST_FINDINGS]),
        "sections": _sections(found),
        "sessions": list(open_sessions(user)),
    }
    return render(request, "admin/investigation/person.html", context)


def session(request: HttpRequest, tenant_id: UUID, name: str) -> HttpResponse:
    """Everything in one session. ``tenant_id``: whose record has it; that of no tenant for support's own."""
    tenant, after = Tenant.objects.filter(pk=tenant_id).first(), after_of(request)
    try:
        events = read(tenant_id, REPORTS, name, after)
    except SearchTooLongError:
        raise BadRequest("Finding these events took too long. Try again later.") from None
    if not events:
        raise Http404
    found, marks = findings_of(tenant_id, events[:PAGE_SIZE])
    story = story_of(tenant_id, name, events, after, event_url, marks)
    signals.settings_viewed.send(
        session,
        user=request.user,
        tenant_id=tenant_id if tenant else None,
        area="Django admin: sessions",
        detail={"filters": {"Session": f"{story['name']}: {story['person']['name']}"}},
    )
    person_id = story["person"]["id"]
    here = reverse("admin:session_story", args=[tenant_id, name])
    context = {
        **admin.site.each_context(request),
        **story,
        **links(here, events, after),
        "title": f"Session of {story['person']['name']}",
        "opts": User._meta,
        "session_tenant": tenant,
        "has_person": bool(person_id) and _people(request).filter(pk=person_id).exists(),
        "findings": found,
    }
    return render(request, "admin/investigation/session.html", context)


def _people(request: HttpRequest) -> QuerySet[User]:
    """Those who have a page in Django admin."""
    users: Any = admin.site.get_model_admin(User)
    return users.get_queryset(request)  # type: ignore[no-any-return]


def findings_of(tenant_id: UUID, events: Sequence[Any]) -> tuple[list[Finding], dict[UUID, Mark]]:
    """Findings that rest on some of these events, and the marks of those events, with links to Django admin."""
    found, marked = resting_on(tenant_id, events)
    urls = {it.pk: reverse("admin:findings_finding_change", args=[it.pk]) for it in found}
    return found, {key: Mark(it.title, urls[it.pk]) for key, it in marked.items()}


def _sections(found: Person) -> list[dict[str, Any]]:
    logins, audits = (reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") for model in EVENTS)
    key = {"q": str(found.id), "period": PERIOD}
    kinds: list[tuple[str, Any, str, bool, bool]] = [
        ("Sign-ins", found.sign_ins, f"{logins}?{urlencode({**key, 'action': 'log_in'})}", True, False),
        ("Changes made by them", found.made, f"{audits}?{urlencode(key)}", False, False),
        ("Changes made to them", found.undergone, f"{audits}?{urlencode(key)}", False, True),
    ]
    return [
        {
            "title": title,
            "moments": moments(events, event_url),
            "url": url,
            "nothing": "Nothing is recorded.",
            "with_origin": with_origin,
            "with_actor": with_actor,
        }
        for title, events, url, with_origin, with_actor in kinds
    ]


EVENTS = (LoginEvent, AuditEvent)


def event_url(event: Any) -> str:
    """Its page in Django admin."""
    return reverse(f"admin:{type(event)._meta.label_lower.replace('.', '_')}_change", args=[event.pk])

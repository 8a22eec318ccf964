"""Everything about a person, a little of each kind, with links to the rest."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from audit_trail.report.declaration import since
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from wisely_security.reports.declaration import Report
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.permissions import USER_SESSIONS
from wisely_security.tenancy.views.sessions import open_sessions

from . import findings
from .base import InvestigationView
from .moments import moments, pages_of
from .people import Person, find_person

VIEW_USERS = "users.view"


class PersonPage(InvestigationView):
    area = "Person"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        tenant, reader = self.request.tenant, self.request.user
        user = User.objects.select_related("role").filter(tenant=tenant, pk=pk).first()
        person = find_person(tenant.pk, pk, self.visible)
        if user:
            user.tenant = tenant  # which is known
            person.name, person.email = user.name, user.email
        if not person.is_known:
            raise Http404
        self.record_view(f"{self.area}: {person.name}")
        may_see_account = user is not None and reader.may(VIEW_USERS)
        may_see_sessions = user is not None and reader.may(USER_SESSIONS)
        context = {
            "person": person,
            "account": user if may_see_account else None,
            "is_gone": user is None,
            "account_url": reverse("users_record", args=[pk]) if may_see_account else "",
            "sessions_url": reverse("user_sessions", args=[pk]) if may_see_sessions else "",
            "sessions": list(open_sessions(user)) if user and may_see_sessions else [],
            "findings": findings.of_person(tenant, reader, pk),
            "sections": sections(person, self.visible, tenant),
            "hidden": [report for report in self.reports if report not in self.visible],
        }
        return render(request, "investigation/person.html", context)


def sections(person: Person, visible: list[Report], tenant: Tenant) -> list[dict[str, Any]]:
    """Titles, lines and where there are more of them."""
    found: list[tuple[str, Any, str, str]] = []
    whole = since(person.id, timezone.now())
    if LOGIN_ACTIVITY in visible:
        query = urlencode({**whole, "user": str(person.id), "action": "log_in"})
        found.append(("Sign-ins", person.sign_ins, f"{LOGIN_ACTIVITY.path(tenant)}?{query}", "No sign-in is recorded."))
    if AUDIT_TRAIL in visible:
        page = AUDIT_TRAIL.path(tenant)
        made, undergone = ({**whole, name: str(person.id)} for name in ("actor", "record"))
        nothing = "No change is recorded."
        found.append(("Changes made by them", person.made, f"{page}?{urlencode(made)}", nothing))
        found.append(("Changes made to them", person.undergone, f"{page}?{urlencode(undergone)}", nothing))
    return [
        {
            "title": title,
            "moments": moments(events, pages_of(tenant)),
            "url": url,
            "nothing": nothing,
            "with_origin": events is person.sign_ins,
            "with_actor": events is person.undergone,
        }
        for title, events, url, nothing in found
    ]

"""The left menu: each module adds its entry once; what a person sees follows from edition and permissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from wisely_security.request_context import acting_as

from .models import Tenant, User
from .models.tenant import PEOPLE_SECTIONS
from .permissions import MANAGE_USERS, SIGN_IN_SETTINGS, SWITCH_TENANT

PEOPLE, SECURITY = "people", "security"


@dataclass(frozen=True, slots=True)
class Entry:
    section: str
    label: str
    icon: str
    permission: str
    url: Callable[[Tenant], str]


_entries: list[Entry] = []


def add(section: str, label: str, *, icon: str, permission: str, url: Callable[[Tenant], str]) -> None:
    """Add an entry to PEOPLE ("Identity & Access", "Users & Permissions") or SECURITY. ``icon``: a heroicon's name."""
    _entries.append(Entry(section, label, icon, permission, url))


def entries(user: User, tenant: Tenant) -> list[tuple[Entry, str]]:
    """What this person may open, with the addresses, by section and name."""
    allowed = [entry for entry in _entries if user.may(entry.permission)]
    return [(entry, entry.url(tenant)) for entry in sorted(allowed, key=lambda e: (e.section, e.label))]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the menu, and the enterprises that an aggregator's admin may switch to."""
    tenant = getattr(request, "tenant", None)
    user = getattr(request, "user", None)
    if tenant is None or not isinstance(user, User):
        return {}
    labels = {PEOPLE: PEOPLE_SECTIONS[tenant.edition][1], SECURITY: "Security"}
    sections: dict[str, list[dict[str, Any]]] = {label: [] for label in labels.values()}
    for entry, url in entries(user, tenant):
        sections[labels[entry.section]].append(
            {"label": entry.label, "icon": entry.icon, "url": url, "current": request.path.startswith(url)}
        )
    return {
        "menu": [{"label": label, "items": items} for label, items in sections.items() if items],
        "enterprises": _enterprises(user),
    }


def _enterprises(user: User) -> list[Tenant]:
    if user.tenant is None or user.tenant.edition != "aggregator" or not user.may(SWITCH_TENANT):
        return []
    with acting_as(tenant_id=user.tenant_id):
        return list(Tenant.objects.filter(aggregator=user.tenant))


add(PEOPLE, "Users", icon="users", permission=MANAGE_USERS, url=lambda tenant: reverse("users"))
add(
    PEOPLE,
    "Sign-in settings",
    icon="adjustments-horizontal",
    permission=SIGN_IN_SETTINGS,
    url=lambda tenant: reverse("sign_in_settings"),
)

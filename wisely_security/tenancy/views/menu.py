"""The left menu: each module adds its entry once; what a person sees follows from edition and permissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from wisely_security.core.text.folding import sort_key

from ..models import Tenant, User
from ..models.tenant import PEOPLE_SECTIONS
from ..permissions import SIGN_IN_SETTINGS
from ..sign_in.factors import requirement
from .time_zone import choices

WORKSPACE, PEOPLE, SECURITY = "workspace", "people", "security"


@dataclass(frozen=True, slots=True)
class Entry:
    section: str
    label: str
    icon: str
    permission: str
    url: Callable[[Tenant], str]
    count: Callable[[Tenant], tuple[int, str]]
    edition: str


def no_count(tenant: Tenant) -> tuple[int, str]:
    return 0, ""


_entries: list[Entry] = []


def add(
    section: str,
    label: str,
    *,
    icon: str,
    permission: str,
    url: Callable[[Tenant], str],
    count: Callable[[Tenant], tuple[int, str]] = no_count,
    edition: str = "",
) -> None:
    """Add an entry to a section: WORKSPACE, PEOPLE ("Identity & Access", "Users & Permissions") or SECURITY.

    ``icon``: the name of a heroicon. ``count``: a number that stands behind the label unless it is 0, and what it
    counts, from the tenant's row alone. ``edition``: for people of tenants of this edition alone.
    """
    _entries.append(Entry(section, label, icon, permission, url, count, edition))


def entries(user: User, tenant: Tenant) -> list[tuple[Entry, str]]:
    """What this person may open, with the addresses, by section and name."""
    editions = {"", user.tenant.edition if user.tenant else ""}
    allowed = [entry for entry in _entries if user.may(entry.permission) and entry.edition in editions]
    return [(entry, entry.url(tenant)) for entry in sorted(allowed, key=lambda e: (e.section, sort_key(e.label)))]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the menu, the enterprises that an aggregator's admin may switch to, the time zones to choose
    from.

    They are made when a template asks: a part of a page has no menu.
    """
    tenant = getattr(request, "tenant", None)
    user = getattr(request, "user", None)
    if tenant is None or not isinstance(user, User):
        return {}
    return {
        "menu": lambda: _menu(request.path, user, tenant),
        "enterprises": lambda: user.enterprises,
        "factor_days": lambda: _factor_days(user),
        "zone_choices": lambda: choices(request.session),
    }


def _factor_days(user: User) -> int | None:
    """How many days are left to set up a second factor; None: none is missing."""
    until = requirement.due(user)
    return None if until is None else requirement.days_left(until)


def _menu(path: str, user: User, tenant: Tenant) -> list[dict[str, Any]]:
    labels = {WORKSPACE: "Workspace", PEOPLE: PEOPLE_SECTIONS[tenant.edition][1], SECURITY: "Security"}
    sections: dict[str, list[dict[str, Any]]] = {label: [] for label in labels.values()}
    for entry, url in entries(user, tenant):
        number, counted = entry.count(tenant)
        item = {"label": entry.label, "icon": entry.icon, "url": url, "current": path.startswith(url)}
        sections[labels[entry.section]].append({**item, "number": number, "counted": counted})
    return [{"label": label, "items": items} for label, items in sections.items() if items]


add(
    PEOPLE,
    "Sign-in settings",
    icon="adjustments-horizontal",
    permission=SIGN_IN_SETTINGS,
    url=lambda tenant: reverse("sign_in_settings"),
)

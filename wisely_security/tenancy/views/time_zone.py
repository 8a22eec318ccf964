"""The time zone in which a person sees times and days: their own, the company's or UTC, until they sign out.

Kept in the session, not in addresses: a link says "Today", and each reader reads it in the zone of their own choice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import models
from django.http import HttpRequest, HttpResponse

from ..models import Tenant, User
from ..models.time_zones import zone_named
from .access import MemberView, go_on

KEY = "time_zone"  # in the session: the choice


class Choice(models.TextChoices):
    MINE = "mine", "Mine"
    COMPANY = "company", "The company’s"
    UTC = "utc", "UTC"


_of_companies: list[Callable[[Tenant], str]] = []


def find_company_zone(find: Callable[[Tenant], str]) -> None:
    """Declare where the name of a company's time zone is found; "" where it has none."""
    _of_companies.append(find)


def company_zone(tenant: Tenant | None) -> str:
    return next(filter(None, (find(tenant) for find in _of_companies)), "") if tenant else ""


def zone_of(session: Any, user: User, tenant: Tenant | None) -> ZoneInfo:
    """``tenant``: whose data is shown. A company that has no zone any more leaves people theirs."""
    match session.get(KEY):
        case Choice.UTC:
            return ZoneInfo("UTC")
        case Choice.COMPANY:
            return zone_named(company_zone(tenant) or user.time_zone)
    return zone_named(user.time_zone)


def choices(session: Any) -> list[tuple[str, str, bool]]:
    """Key, label, and whether it holds."""
    held = session.get(KEY, Choice.MINE.value)
    return [(str(key), str(label), key == held) for key, label in Choice.choices]


class SwitchTimeZone(MemberView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = request.POST.get("zone", "")
        if chosen not in Choice.values:
            raise BadRequest("Choose your own time zone, the company’s or UTC.")
        if chosen == Choice.COMPANY and not company_zone(self.request.tenant):
            messages.error(request, "The company has no time zone: its business profile isn’t set up yet.")
        else:
            request.session[KEY] = chosen
        return go_on(request, "home")

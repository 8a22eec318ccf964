"""The search for people and tenants of all cells, in Django admin. What it shows of a tenant is recorded in the
tenant's own cell; where it can't be recorded, it isn't shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib import admin
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from wisely_security.cells import listed
from wisely_security.cells.listed import Listed
from wisely_security.core.request_context import FIRST_CELL
from wisely_security.core.site_url import path_in_cell
from wisely_security.database.cells.routing import has_cells, in_cell
from wisely_security.reports.pages.time_limit import LONGEST_SEARCH_SECONDS, SearchTooLongError, time_limit
from wisely_security.tenancy.models import User
from wisely_security.tenancy.sign_in import signals
from wisely_security.tenancy.support.model_admin import LONGEST_SEARCH
from wisely_security.tenancy.support.rows import keep_row

MOST = 50  # of people, and of tenants
SHORTEST = 3  # characters

Home = tuple[str, UUID | None]  # a cell, and a tenant in it
T = TypeVar("T")


def search(request: HttpRequest) -> HttpResponse:
    if not has_cells():
        raise Http404
    typed = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    context = {**admin.site.each_context(request), "title": "Search all cells", "typed": typed, "shortest": SHORTEST}
    if len(typed) >= SHORTEST:
        context |= _found(cast(User, request.user), typed)
    elif typed:
        context["problem"] = f"Type at least {SHORTEST} characters."
    return render(request, "admin/investigation/all_cells.html", context)


def _found(user: User, typed: str) -> dict[str, Any]:
    try:
        people = _in_time(lambda: listed.people(typed, MOST + 1))
        tenants = _in_time(lambda: listed.tenants(typed, MOST + 1))
    except SearchTooLongError:
        return {"problem": "This search took too long. Type more characters, or the whole address."}
    shown = [*people[:MOST], *tenants[:MOST]]
    hidden = _record(user, typed, shown)
    return {
        "searched": True,
        "people": [_linked(it) for it in people[:MOST] if _home(it) not in hidden],
        "tenants": [_linked(it) for it in tenants[:MOST] if _home(it) not in hidden],
        "most": MOST,
        "has_more": max(len(people), len(tenants)) > MOST,
        "hidden": sorted(Counter(it.cell for it in shown if _home(it) in hidden).items()),
    }


def _in_time(work: Callable[[], T]) -> T:
    with in_cell(FIRST_CELL), time_limit(LONGEST_SEARCH_SECONDS):
        return work()


def _home(it: Listed) -> Home:
    return it.cell, it.tenant_id


def _record(user: User, typed: str, shown: Iterable[Listed]) -> set[Home]:
    """Each tenant has the view in its record, with the number of its rows. Returns where that failed: its cell is down,
    or it is being moved."""
    failed: set[Home] = set()
    for (cell, tenant_id), rows in Counter(map(_home, shown)).items():
        detail = {"filters": {"Search": typed}, "rows": rows}
        try:
            with in_cell(cell), transaction.atomic():
                keep_row(user)
                signals.settings_viewed.send(
                    search, user=user, tenant_id=tenant_id, area="Django admin: search of all cells", detail=detail
                )
        except OperationalError:
            failed.add((cell, tenant_id))
    return failed


def _linked(it: Listed) -> dict[str, Any]:
    tenant = it.tenant_id and path_in_cell(it.cell, reverse("admin:tenancy_tenant_change", args=[it.tenant_id]))
    user = it.user_id and path_in_cell(it.cell, reverse("admin:tenancy_user_change", args=[it.user_id]))
    return {"it": it, "tenant_url": tenant, "user_url": user}

"""Keyset paging, newest first: a page is the rows after or before an id. No OFFSET, no COUNT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import connections
from django.http import QueryDict

from .parameters import NEWER, OLDER
from .seeking import Seek
from .tenant_by_tenant import TenantByTenant

PAGE_SIZE = 50
Way = Seek | TenantByTenant  # of finding what no index leads to
READ_IN_ORDER = "SELECT set_config('enable_sort', 'off', true);"  # for the rest of the transaction


@dataclass(frozen=True, slots=True)
class Page:
    """``older`` and ``newer``: the id to go on from, or None at that end."""

    rows: list[Any]
    older: UUID | None
    newer: UUID | None


def read_page(queryset: Any, query: QueryDict, size: int = PAGE_SIZE, *, seek: Way | None = None) -> Page:
    """One page of events, by ``?before=<id>`` (older) or ``?after=<id>`` (newer). Raises BadRequest on a bad id.

    ``seek``: how to find what no index leads to. One row more than shown is read, to know whether there is more. Going
    back is certain: where one came from is there. Where less than a page is newer, the newest page is shown whole.
    """
    older_than, newer_than = _id(query, OLDER), _id(query, NEWER)
    if newer_than and not older_than:
        rows = _fetch(queryset, {"id__gt": newer_than}, size + 1, seek, newest_first=False)
        if len(rows) > size:
            rows = rows[:size][::-1]
            return Page(rows, older=rows[-1].id, newer=rows[0].id)
    rows = _fetch(queryset, {"id__lt": older_than} if older_than else {}, size + 1, seek)
    more, rows = len(rows) > size, rows[:size]
    return Page(
        rows,
        older=rows[-1].id if more else None,
        newer=older_than and (rows[0].id if rows else older_than),
    )


def newest(queryset: Any) -> Any:
    """The newest event of those that an index leads to, or None."""
    return next(iter(_fetch(queryset, {}, 1, None)), None)


def _fetch(
    queryset: Any, beyond: dict[str, UUID], most: int, seek: Way | None, *, newest_first: bool = True
) -> list[Any]:
    with connections[queryset.db].execute_wrapper(_along_the_index):
        if seek is not None:
            return seek.find(queryset, beyond, newest_first=newest_first, most=most)
        return list(queryset.filter(**beyond).order_by("-id" if newest_first else "id")[:most])


def _along_the_index(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Where the planner expects few rows it would rather sort them; if it errs, it sorts a month to show a page."""
    return execute(READ_IN_ORDER + sql, params, many, context)


def _id(query: QueryDict, name: str) -> UUID | None:
    value = query.get(name)
    if not value:
        return None
    try:
        return UUID(value)
    except ValueError:
        raise BadRequest(f"{name} is not the id of an event.") from None

"""Keyset paging, newest first: a page is the rows after or before an id. No OFFSET, no COUNT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import connection
from django.http import QueryDict

PAGE_SIZE = 50
OLDER, NEWER = "before", "after"
READ_IN_ORDER = "SELECT set_config('enable_sort', 'off', true);"  # for the rest of the transaction


@dataclass(frozen=True, slots=True)
class Page:
    """``older`` and ``newer``: the id to go on from, or None at that end."""

    rows: list[Any]
    older: UUID | None
    newer: UUID | None


def read_page(queryset: Any, query: QueryDict, size: int = PAGE_SIZE) -> Page:
    """One page of events, by ``?before=<id>`` (older) or ``?after=<id>`` (newer). Raises BadRequest on a bad id.

    One row more than shown is read, to know whether there is more. Going back is certain: where one came from is there.
    Where less than a page is newer, the newest page is shown whole.
    """
    older_than, newer_than = _id(query, OLDER), _id(query, NEWER)
    if newer_than and not older_than:
        rows = _fetch(queryset.filter(id__gt=newer_than).order_by("id")[: size + 1])
        if len(rows) > size:
            rows = rows[:size][::-1]
            return Page(rows, older=rows[-1].id, newer=rows[0].id)
    if older_than:
        queryset = queryset.filter(id__lt=older_than)
    rows = _fetch(queryset.order_by("-id")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    return Page(
        rows,
        older=rows[-1].id if more else None,
        newer=older_than and (rows[0].id if rows else older_than),
    )


def _fetch(queryset: Any) -> list[Any]:
    with connection.execute_wrapper(_along_the_index):
        return list(queryset)


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

"""Keyset paging, newest first: a page is the rows after or before an id. No OFFSET, no COUNT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import QueryDict

from wisely_security.ledger.search.plan import find

from ..filtering.parameters import NEWER, OLDER

PAGE_SIZE = 50


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
        rows = find(queryset.filter(id__gt=newer_than), size + 1, newest_first=False)
        if len(rows) > size:
            rows = rows[:size][::-1]
            return Page(rows, older=rows[-1].id, newer=rows[0].id)
    rows = find(queryset.filter(id__lt=older_than) if older_than else queryset, size + 1)
    more, rows = len(rows) > size, rows[:size]
    return Page(
        rows,
        older=rows[-1].id if more else None,
        newer=older_than and (rows[0].id if rows else older_than),
    )


def _id(query: QueryDict, name: str) -> UUID | None:
    value = query.get(name)
    if not value:
        return None
    try:
        return UUID(value)
    except ValueError:
        raise BadRequest(f"{name} is not the id of an event.") from None

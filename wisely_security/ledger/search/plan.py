"""The search plan: the first of the events that a query selects, newest or oldest, in a few small reads.

The newest events are read as they are, along the wide index; what is not rare is among them. The rest is in search
segments that have what is wanted: the events of those are read, again along the wide index, with all conditions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from wisely_security.tenancy.models import Tenant

from ..models import NO_TENANT, first_id
from .wanted import Wanted, wanted

CANDIDATES = 1_000  # events that are read as they are
RANGES_AT_ONCE = 60
FIRST_WINDOW, WIDER = timedelta(hours=1), 16  # among the events of all tenants
# For the rest of the transaction. Where the planner expects few rows, it would rather sort them; if it errs, it sorts a
# month to show a page.
READ_IN_ORDER = "SELECT set_config('enable_sort', 'off', true);"
# One end of a range of ids once more, for the planner alone. From PostgreSQL 18 on, it expects the wide index to be
# read by skipping from id to id where the column next to the id is filtered by, counts a descent for each, and prefers
# the primary key, along which every row is fetched. It does not where the range seems narrow, and a condition that is
# written differently makes it narrower in its eyes. PostgreSQL drops the weaker of both before it reads.
IN_RANGE = RawSQL("id >= ANY (ARRAY[range.after_id])", (), BooleanField())
IN_WINDOW = {
    True: RawSQL("id >= ANY (ARRAY[near.boundary])", (), BooleanField()),  # newest first
    False: RawSQL("id <= ANY (ARRAY[near.boundary])", (), BooleanField()),
}


class Range(NamedTuple):
    """Events of a tenant after one id, up to another."""

    tenant: UUID
    after: UUID
    last: UUID


def find(queryset: Any, most: int, *, newest_first: bool = True) -> list[Any]:
    """The first ``most`` events that a queryset selects, in order."""
    with connections[queryset.db].execute_wrapper(_along_the_index), suppress(EmptyResultSet):
        want = wanted(queryset)
        if want.tenant is None:
            return _OfAllTenants(queryset, want, newest_first).find(most)
        if not want.conditions:
            return list(queryset.order_by("-id" if newest_first else "id")[:most])
        return _OfOneTenant(queryset, want, newest_first).find(most)
    return []


def find_each(wanted_of: Sequence[tuple[Any, int]], *, newest_first: bool = True) -> list[list[Any]]:
    """The first events, in order, that each of some querysets of one tenant selects, with how many of each.

    For what leads to few events, such as a session or a person: segments alone lead there, so one statement asks for
    those of all querysets, and usually one more for the events of each.
    """
    plans = [(_OfOneTenant(queryset, wanted(queryset), newest_first), most) for queryset, most in wanted_of]
    if not plans:
        return []
    using = plans[0][0].queryset.db
    with connections[using].execute_wrapper(_along_the_index):
        queries = [plan.segments_query([plan.wanted.tenant], *plan.whole, RANGES_AT_ONCE) for plan, _ in plans]
        numbered = [f"SELECT %s::int, it.* FROM ({sql}) AS it" for sql, _ in queries]  # noqa: S608
        with connections[using].cursor() as cursor:
            values = [value for number, (_, its) in enumerate(queries) for value in (number, *its)]
            cursor.execute(" UNION ALL ".join(numbered), values)
            rows = cursor.fetchall()
        ranges = [[Range(*row[1:]) for row in rows if row[0] == number] for number in range(len(plans))]
        return [
            plan.through_segments([], most, *plan.whole, its) for (plan, most), its in zip(plans, ranges, strict=True)
        ]


def every_tenant(using: str) -> list[UUID]:
    return [NO_TENANT, *Tenant.objects.using(using).values_list("pk", flat=True)]


def first_of(queryset: Any) -> Any:
    """The newest event, or None."""
    return next(iter(find(queryset, 1)), None)


@dataclass(slots=True)
class _Plan:
    queryset: Any
    wanted: Wanted
    newest_first: bool

    @property
    def order(self) -> str:
        return "-id" if self.newest_first else "id"

    @property
    def all(self) -> Any:
        """The events without conditions."""
        events = self.queryset.model.objects.using(self.queryset.db)
        return events.filter(id__gt=self.wanted.after, id__lte=self.wanted.last)

    def end(self) -> UUID:
        return self.wanted.after if self.newest_first else self.wanted.last

    def beyond(self, boundary: UUID) -> tuple[UUID, UUID]:
        """What is left where all up to a boundary has been read: after one id, up to another."""
        if self.newest_first:
            return self.wanted.after, UUID(int=boundary.int - 1)
        return boundary, self.wanted.last

    @property
    def whole(self) -> tuple[UUID, UUID]:
        return self.wanted.after, self.wanted.last

    def segments(self, tenants: Sequence[UUID | None], after: UUID, last: UUID, most: int) -> list[Range]:
        with connections[self.queryset.db].cursor() as cursor:
            cursor.execute(*self.segments_query(tenants, after, last, most))
            return [Range(*row) for row in cursor.fetchall()]

    def segments_query(
        self, tenants: Sequence[UUID | None], after: UUID, last: UUID, most: int
    ) -> tuple[str, list[Any]]:
        table = self.queryset.model._meta.db_table
        conditions = json.dumps([each.as_json for each in self.wanted.conditions], ensure_ascii=False)
        return (
            "SELECT tenant_id, after_id, last_id FROM ledger_find_segments(%s, %s::uuid[], %s, %s, %s, %s, %s)",
            [table, list(tenants), conditions, after, last, self.newest_first, most],
        )

    def read(self, ranges: Sequence[Range], most: int, queryset: Any = None) -> list[Any]:
        """The first events within ranges. If they are of one tenant, they are in order too."""
        events = self.queryset if queryset is None else queryset
        within = events.filter(
            IN_RANGE,
            tenant_id=RawSQL("range.tenant_id", ()),
            id__gt=RawSQL("range.after_id", ()),
            id__lte=RawSQL("range.last_id", ()),
        )
        sql, params = within.order_by(self.order)[:most].query.sql_with_params()
        one = len({each.tenant for each in ranges}) <= 1
        in_order = "" if one else f"ORDER BY event.id {'DESC' if self.newest_first else 'ASC'}"
        return list(
            events.model.objects.using(events.db).raw(
                "SELECT event.* "  # noqa: S608
                "FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS range (tenant_id, after_id, last_id) "
                f"CROSS JOIN LATERAL ({sql}) AS event {in_order} LIMIT {most:d}",
                [*map(list, zip(*ranges, strict=True)), *params],
            )
        )


class _OfOneTenant(_Plan):
    def find(self, most: int) -> list[Any]:
        rows, boundary = self._candidates(most)
        if len(rows) == most or boundary == self.end():
            return rows
        return self.through_segments(rows, most, *self.beyond(boundary))

    def through_segments(
        self, rows: list[Any], most: int, after: UUID, last: UUID, found: list[Range] | None = None
    ) -> list[Any]:
        """``rows``, and those that follow after one id, up to another. ``found``: the first ranges, where known."""
        while len(rows) < most:
            ranges = self.segments([self.wanted.tenant], after, last, RANGES_AT_ONCE) if found is None else found
            found = None
            if ranges:
                rows += self.read(ranges, most - len(rows))
            if len(ranges) < RANGES_AT_ONCE:
                break
            after, last = (after, ranges[-1].after) if self.newest_first else (ranges[-1].last, last)
        return rows

    def _candidates(self, most: int) -> tuple[list[Any], UUID]:
        """Of the newest events those that are wanted, and the boundary: up to where these are the newest.

        OFFSET 0 has the boundary looked up once, not again for each condition.
        """
        near = self.all.filter(tenant_id=self.wanted.tenant).order_by(self.order).values("id")
        boundary, its_params = near[CANDIDATES : CANDIDATES + 1].query.sql_with_params()
        beyond = "id__gte" if self.newest_first else "id__lte"
        near_ones = self.queryset.filter(IN_WINDOW[self.newest_first], **{beyond: RawSQL("near.boundary", ())})
        sql, params = near_ones.order_by(self.order)[:most].query.sql_with_params()
        found = self.queryset.model.objects.using(self.queryset.db).raw(
            f"SELECT event.*, near.boundary FROM (SELECT coalesce(({boundary}), %s) AS boundary OFFSET 0) AS near "  # noqa: S608
            f"LEFT JOIN LATERAL ({sql}) AS event ON true",
            [*its_params, self.end(), *params],
        )
        rows = list(found)  # one without an event, where none is wanted
        return [row for row in rows if row.id], rows[0].boundary


class _OfAllTenants(_Plan):
    """For support: no index has the events of all tenants in order, so each tenant's are asked for, and merged."""

    def find(self, most: int) -> list[Any]:
        tenants = every_tenant(self.queryset.db)
        boundary = self._boundary(tenants)
        within = (boundary, self.wanted.last) if self.newest_first else (self.wanted.after, boundary)
        rows = self.read([Range(tenant, *within) for tenant in tenants], most)
        if boundary == self.end():
            return rows
        after, last = (self.wanted.after, boundary) if self.newest_first else (boundary, self.wanted.last)
        at_once = RANGES_AT_ONCE + len(tenants)  # more than there are of any one moment
        while len(rows) < most:
            ranges = self.segments(tenants, after, last, at_once)
            found = self.read(ranges, most - len(rows)) if ranges else []
            if len(ranges) < at_once:
                return rows + found
            # Ranges that come later may have what lies beyond the last one's end.
            if self.newest_first:
                last = ranges[-1].last
                rows += [event for event in found if event.id > last]
            else:
                after = ranges[-1].after
                rows += [event for event in found if event.id <= after]
        return rows

    def _boundary(self, tenants: Sequence[UUID]) -> UUID:
        """An id: some number of events are newer (older), but not very many."""
        width = FIRST_WINDOW
        start = min(self.wanted.last, first_id(timezone.now())) if self.newest_first else self.wanted.after
        while True:
            edge = _moved(start, -width if self.newest_first else width)
            outside = edge <= self.wanted.after if self.newest_first else edge >= self.wanted.last
            if outside:
                edge = self.end()
            after, last = (edge, self.wanted.last) if self.newest_first else (self.wanted.after, edge)
            ranges = [Range(tenant, after, last) for tenant in tenants]
            ids = self.read(ranges, CANDIDATES, self.all.only("id"))
            if len(ids) == CANDIDATES:
                boundary: UUID = ids[-1].id
                return UUID(int=boundary.int - 1) if self.newest_first else boundary
            if outside:
                return edge
            width *= WIDER


def _moved(key: UUID, by: timedelta) -> UUID:
    milliseconds = (key.int >> 80) + by // timedelta(milliseconds=1)
    return UUID(int=max(0, min(milliseconds, (1 << 48) - 1)) << 80)


def _along_the_index(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    return execute(READ_IN_ORDER + sql, params, many, context)

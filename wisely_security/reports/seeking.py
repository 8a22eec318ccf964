"""Finding what no index leads to: free text, and combinations of filters that hardly ever meet.

The newest events are read as they are; what is not rare is among them. Then a function of the database names ranges of
ids in which the rest may be: blocks that have the words, quarters of an hour that have the combination. The events of
each are read along an index, with all conditions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import F, Subquery
from django.db.models.expressions import RawSQL

from wisely_security.ledger.models import first_id

from .filters import ReportFilterSet
from .summarised import summarised
from .tenant_by_tenant import TenantByTenant

NEAR = 1_000
RANGES_AT_ONCE = 60
# COALESCE within a subquery: by itself it would not go into an index under row-level security, as it may leak.
EDGE = "(SELECT coalesce((%(subquery)s), '{end}'::uuid))"


@dataclass(frozen=True, slots=True)
class Seek:
    """``nearby``: the events without the conditions that no index leads to. ``call``: the function, which is also given
    the range to look in, the direction and how many ranges; ``arguments``: what it is given before those."""

    nearby: Any
    first: UUID
    last: UUID
    call: str
    arguments: tuple[Any, ...]

    def find(self, queryset: Any, beyond: dict[str, UUID], *, newest_first: bool, most: int) -> list[Any]:
        """The first ``most`` of a queryset beyond an id."""
        order, edge_of = ("-id", "id__gte") if newest_first else ("id", "id__lte")
        queryset = queryset.filter(**beyond)
        nearby = self.nearby.filter(**beyond).order_by(order).values("id")[NEAR : NEAR + 1]
        end = self.first if newest_first else self.last
        edged = queryset.annotate(edge=Subquery(nearby, template=EDGE.format(end=end)))
        rows = list(edged.filter(**{edge_of: F("edge")}).order_by(order)[:most])
        edge = rows[0].edge if rows else next((near["id"] for near in nearby), end)
        if len(rows) == most or edge == end:
            return rows
        queryset = queryset.filter(id__lt=edge) if newest_first else queryset.filter(id__gt=edge)
        first, last = (self.first, edge) if newest_first else (edge, self.last)
        while len(rows) < most:
            ranges = self._ranges(queryset.db, first, last, newest_first)
            rows += _read(queryset, ranges, order, most - len(rows))
            if len(ranges) < RANGES_AT_ONCE:
                break
            first, last = (first, ranges[-1][0]) if newest_first else (ranges[-1][1], last)
        return rows

    def _ranges(self, database: str, first: UUID, last: UUID, newest_first: bool) -> list[tuple[UUID, UUID]]:
        with connections[database].cursor() as cursor:
            cursor.execute(
                f"SELECT after_id, last_id FROM {self.call}",  # noqa: S608
                [*self.arguments, first, last, newest_first, RANGES_AT_ONCE],
            )
            return list(cursor.fetchall())


def _read(queryset: Any, ranges: list[tuple[UUID, UUID]], order: str, most: int) -> list[Any]:
    """The first events within ranges, which are in order too. Reads no further than it has to."""
    within = queryset.filter(id__gt=RawSQL("range.after_id", ()), id__lte=RawSQL("range.last_id", ()))
    sql, params = within.order_by(order)[:most].query.sql_with_params()
    return list(
        queryset.model.objects.using(queryset.db).raw(
            "SELECT event.* FROM unnest(%s::uuid[], %s::uuid[]) AS range (after_id, last_id) "  # noqa: S608
            f"CROSS JOIN LATERAL ({sql}) AS event LIMIT {most:d}",
            [[after for after, _ in ranges], [last for _, last in ranges], *params],
        )
    )


def seek_for(filters: ReportFilterSet, tenant_id: UUID) -> Seek | TenantByTenant | None:
    """How to find what the filters of a tenant's report select. None: some index leads there."""
    model = filters.queryset.model
    chosen = filters.form.cleaned_data
    within = filters.nearby, first_id(chosen["during"].start), first_id(chosen["during"].end)
    about = model._meta.db_table, tenant_id
    if filters.named:
        either = next(iter(filters.named.values()))
        return TenantByTenant([tenant_id], None, [filters.qs.filter(each) for each in either])
    if wanted := filters.patterns():
        if model.searched.is_indexed(chosen["q"]):
            return None
        call = "ledger_find_blocks(%s, %s, %s, %s, %s, %s, %s)"
        return Seek(*within, call, (*about, json.dumps(wanted, ensure_ascii=False)))
    known = summarised(filters, model.facets)
    if known is None or known.without or len(known.chosen) + bool(known.status) < 2:
        return None
    call = "ledger_find_quarters(%s, %s, %s, %s, %s, %s, %s, %s)"
    return Seek(*within, call, (*about, json.dumps(known.chosen), known.status))

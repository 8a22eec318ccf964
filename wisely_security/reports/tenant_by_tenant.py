"""Finding what is seldom among the events of all tenants: every index but one is a tenant's.

The newest events are read as they are, whoever's they are; what is not seldom is among them. The rest is asked for in
each tenant, and merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models.expressions import RawSQL

NEAR = 1_000


@dataclass(frozen=True, slots=True)
class TenantByTenant:
    """``newest``: the events of all tenants without the other conditions. None: one tenant is looked at.

    ``either``: the events that are looked for, told by conditions that have an index each; together what is found.
    """

    tenants: Sequence[UUID]
    newest: Any
    either: Sequence[Any]

    def find(self, queryset: Any, beyond: dict[str, UUID], *, newest_first: bool, most: int) -> list[Any]:
        """The first ``most`` of a queryset beyond an id."""
        order = "-id" if newest_first else "id"
        if self.newest is not None:
            near = queryset.filter(**beyond).order_by(order)
            edges = self.newest.filter(**beyond).order_by(order).values_list("id", flat=True)[NEAR : NEAR + 1]
            if edge := next(iter(edges), None):
                near = near.filter(id__gte=edge) if newest_first else near.filter(id__lte=edge)
            rows = list(near[:most])
            if edge is None or len(rows) == most:
                return rows
        return self._in_each_tenant(queryset, beyond, order, most)

    def _in_each_tenant(self, queryset: Any, beyond: dict[str, UUID], order: str, most: int) -> list[Any]:
        selects, params = [], []
        for events in self.either:
            of_tenant = events.filter(tenant_id=RawSQL("tenant.id", ()), **beyond).order_by(order)[:most]
            sql, its_params = of_tenant.query.sql_with_params()
            selects.append(f"({sql})")
            params += its_params
        direction = "DESC" if order == "-id" else "ASC"
        return list(
            queryset.model.objects.using(queryset.db).raw(
                "SELECT event.* FROM unnest(%s::uuid[]) AS tenant (id) "  # noqa: S608
                f"CROSS JOIN LATERAL ({' UNION '.join(selects)}) AS event ORDER BY event.id {direction} LIMIT {most:d}",
                [self.tenants, *params],
            )
        )

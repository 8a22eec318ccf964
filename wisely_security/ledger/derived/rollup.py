"""How many events there were per hour, day or month without reading them: from the rollup, which a projector keeps
up to date (``migrations/0003_summary.sql``), plus the events that are still pending."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection, connections

from ..models import Event


class Count(NamedTuple):
    successes: int = 0
    failures: int = 0

    @property
    def events(self) -> int:
        return self.successes + self.failures


def declare_dimensions(using: str) -> None:
    """After ``migrate``: declare the models' dimensions to the rollup."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('ledger_dimensions') IS NULL")
        if cursor.fetchone() == (True,):  # migrated back to before there was a rollup
            return
        for model in apps.get_models():
            if issubclass(model, Event):
                cursor.execute("SELECT ledger_roll_up_by(%s, %s)", [model._meta.db_table, list(model.dimensions)])


def counts(
    model: type[Event],
    tenant_id: UUID,
    bounds: Sequence[datetime],
    chosen: Mapping[str, str],
    without: Mapping[str, str] | None = None,
) -> list[Count]:
    """How many there were between each bound and the next, exactly, in one statement. Bounds are quarters of an hour.

    ``chosen``: values of dimensions; ``without``: of other dimensions, a value each that there is to be none of.
    """
    wanted = [(1, chosen), *([(-1, {**chosen, **without})] if without else [])]
    values: list[Any] = []
    for sign, dimensions in wanted:
        values += [sign, sign, model._meta.db_table, tenant_id, json.dumps(dimensions), list(bounds)]
    either = " UNION ALL ".join([_COUNTS] * len(wanted))
    found = [Count()] * (len(bounds) - 1)
    with connection.cursor() as cursor:
        query = f"SELECT bar, sum(s)::bigint, sum(f)::bigint FROM ({either}) AS counted GROUP BY bar"  # noqa: S608
        cursor.execute(query, values)
        for bar, successes, failures in cursor.fetchall():
            found[bar - 1] = Count(successes, failures)
    return found


_COUNTS = "SELECT bar, %s * successes AS s, %s * failures AS f FROM ledger_counts(%s, %s, %s, %s)"

"""How many events there were per hour, day or month without reading them: from the rollup, which a projector keeps
up to date (``migrations/0003_summary.sql``), plus the events that are still pending."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
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


class Asked(NamedTuple):
    """Counts between each bound and the next; bounds are quarters of an hour.

    ``chosen``: values of dimensions; ``without``: of other dimensions, a value each that there is to be none of.
    """

    bounds: Sequence[datetime]
    chosen: Mapping[str, str] = {}
    without: Mapping[str, str] = {}


def counts(
    model: type[Event],
    tenant_id: UUID,
    bounds: Sequence[datetime],
    chosen: Mapping[str, str],
    without: Mapping[str, str] | None = None,
) -> list[Count]:
    """How many there were between each bound and the next, exactly, in one statement."""
    asked = [Asked(bounds, chosen, without or {})]
    with connection.cursor() as cursor:
        cursor.execute(*statement(model, tenant_id, asked))
        [found] = by_bar(asked, cursor.fetchall())
    return found


def statement(model: type[Event], tenant_id: UUID, asked: Sequence[Asked]) -> tuple[str, list[Any]]:
    """The statement that answers several questions at once, for ``by_bar``: question, bar, successes, failures."""
    pieces, values = [], []
    for number, each in enumerate(asked):
        wanted = [(1, each.chosen), *([(-1, {**each.chosen, **each.without})] if each.without else [])]
        for sign, dimensions in wanted:
            values += [sign, sign, model._meta.db_table, tenant_id, json.dumps(dimensions), list(each.bounds)]
        either = " UNION ALL ".join([_COUNTS] * len(wanted))
        pieces.append(
            f"SELECT {number} AS asked, bar, sum(s)::bigint AS successes, sum(f)::bigint AS failures "  # noqa: S608
            f"FROM ({either}) AS counted GROUP BY bar"
        )
    return " UNION ALL ".join(pieces), values


def by_bar(asked: Sequence[Asked], rows: Iterable[tuple[Any, ...]]) -> list[list[Count]]:
    """For each question, what there is between each of its bounds and the next."""
    found = [[Count()] * (len(each.bounds) - 1) for each in asked]
    for number, bar, successes, failures in rows:
        found[number][bar - 1] = Count(successes, failures)
    return found


_COUNTS = "SELECT bar, %s * successes AS s, %s * failures AS f FROM ledger_counts(%s, %s, %s, %s)"

"""How many events there were per hour, day or month without reading them: from the rollup, which a projector keeps
up to date (``migrations/0003_summary.sql``), plus the events that are still pending."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection, connections

from ..models import EPOCH, Event


class Count(NamedTuple):
    successes: int = 0
    failures: int = 0

    @property
    def events(self) -> int:
        return self.successes + self.failures

    def plus(self, other: Count) -> Count:
        return Count(self.successes + other.successes, self.failures + other.failures)


def declare_dimensions(using: str) -> None:
    """After ``migrate``: declare the models' dimensions to the rollup."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('ledger_people') IS NULL")
        if cursor.fetchone() == (True,):  # migrated back to before there was a rollup of people
            return
        for model in apps.get_models():
            if issubclass(model, Event):
                columns = [list(model.dimensions), list(model.people)]
                cursor.execute("SELECT ledger_roll_up_by(%s, %s, %s)", [model._meta.db_table, *columns])


class Asked(NamedTuple):
    """Counts between each bound and the next; bounds are quarters of an hour.

    ``chosen``: of dimensions, values of which there is to be one; ``without``: of others, of which there is to be none.
    """

    bounds: Sequence[datetime]
    chosen: Mapping[str, Sequence[str]] = {}
    without: Mapping[str, Sequence[str]] = {}


QUARTER = timedelta(minutes=15)


def quarter(moment: datetime, *, up: bool = False) -> datetime:
    """The quarter of an hour at or before a moment, or at or after it."""
    past = (moment - EPOCH) % QUARTER
    return moment + (QUARTER - past) if up and past else moment - past


def counts(
    model: type[Event],
    tenant_id: UUID,
    bounds: Sequence[datetime],
    chosen: Mapping[str, Sequence[str]],
    without: Mapping[str, Sequence[str]] | None = None,
) -> list[Count]:
    """How many there were between each bound and the next, exactly, in one statement."""
    asked = [Asked(bounds, chosen, without or {})]
    with connection.cursor() as cursor:
        cursor.execute(*statement(model, tenant_id, asked))
        [found] = by_bar(asked, cursor.fetchall())
    return found


def statement(model: type[Event], tenant_id: UUID, asked: Sequence[Asked]) -> tuple[str, list[Any]]:
    """The statement that answers several questions at once, for ``by_bar``: question, bar, successes, failures."""
    questions = [
        {
            "chosen": {
                **{name: list(keys) for name, keys in each.chosen.items()},
                **{name: {"not": list(keys)} for name, keys in each.without.items()},
            },
            "bounds": [(bound - EPOCH) // QUARTER for bound in each.bounds],
        }
        for each in asked
    ]
    counted = "SELECT asked - 1 AS asked, bar, successes, failures FROM ledger_counts(%s, %s, %s)"
    return counted, [model._meta.db_table, tenant_id, json.dumps(questions)]


def by_bar(asked: Sequence[Asked], rows: Iterable[tuple[Any, ...]]) -> list[list[Count]]:
    """For each question, what there is between each of its bounds and the next."""
    found = [[Count()] * (len(each.bounds) - 1) for each in asked]
    for number, bar, successes, failures in rows:
        found[number][bar - 1] = Count(successes, failures)
    return found

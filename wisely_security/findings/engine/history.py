"""The rules over what was recorded before: for dry runs of thresholds, and for a rule that is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from operator import attrgetter
from uuid import UUID

from django.db import connection

from wisely_security.ledger.models import first_id

from ..models import FindingException
from ..rules import RULES
from .incidents import Examination, Incident, together
from .memory import Memory
from .observations import TABLES, Observation, each_of, read, select
from .trial import PAUSES

LEARNING = timedelta(days=30)  # before the period, in which people are got to know
PAGE = 5_000
MOST = 30_000  # events of each record in a dry run on a page: some seconds


def find(
    tenant: UUID, start: datetime, end: datetime, limits: Mapping[str, Mapping[str, int]], most: int | None = None
) -> tuple[list[Incident], datetime]:
    """What the rules find in a tenant's events of a period, and from when on: later than ``start`` where there are more
    than ``most`` events, of which only the newest are examined. In the scope of the tenant."""
    since = start - LEARNING
    if most:
        since = max(since, _moment_of_newest(tenant, since, end, most))
    examination = Examination(Memory(), RULES)
    begin = max(start, since)
    found = together(_found(examination, observations(tenant, since, end), limits), PAUSES)
    return [each for each in found if each.last_at >= begin.timestamp()], begin


def _found(
    examination: Examination, observed: Iterator[Observation], limits: Mapping[str, Mapping[str, int]]
) -> Iterator[Incident]:
    for number, it in enumerate(observed):
        if number % PAGE == 0:
            examination.memory.forget_networks(it.at)
        yield from examination.examine(it, limits)


def without_exceptions(tenant: UUID, incidents: list[Incident]) -> list[Incident]:
    """Those that no exception of the tenant covers."""
    excepted = set(FindingException.objects.filter(tenant=tenant).values_list("rule", "kind", "value"))
    return [each for each in incidents if not {(each.rule, *fact) for fact in each.facts.items()} & excepted]


def observations(tenant: UUID, start: datetime, end: datetime) -> Iterator[Observation]:
    """Of both records, in the order of time, however many."""
    return merge(*(_of_record(record, tenant, start, end) for record in TABLES), key=attrgetter("at"))


def _of_record(record: str, tenant: UUID, start: datetime, end: datetime) -> Iterator[Observation]:
    after, last = first_id(start), first_id(end)
    statement = select(record, "tenant_id = %s AND id > %s AND id < %s") + f" ORDER BY id LIMIT {PAGE}"
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [tenant, after, last])
            rows = cursor.fetchall()
        yield from each_of(read(record, rows))
        if len(rows) < PAGE:
            return
        after = rows[-1][1]


def _moment_of_newest(tenant: UUID, start: datetime, end: datetime, most: int) -> datetime:
    """From when on there are so many events of each record."""
    moments = [start]
    for table in TABLES.values():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT occurred_at FROM {table} WHERE tenant_id = %s AND id > %s AND id < %s "  # noqa: S608
                "ORDER BY id DESC OFFSET %s LIMIT 1",
                [tenant, first_id(start), first_id(end), most],
            )
            moments += [moment for (moment,) in cursor.fetchall()]
    return max(moments)


def newest(incidents: list[Incident], most: int) -> list[Incident]:
    return list(islice(sorted(incidents, key=attrgetter("last_at"), reverse=True), most))

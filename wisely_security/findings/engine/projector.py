"""The projector of findings: examines both records in windows of transactions, each in one transaction of its own.

Both records are read together, in the order of time, so that a rule may follow somebody from one to the other. What a
window finds, what is remembered and how far it came are committed together: a projector that is killed has done
nothing, two at once exclude each other, and an event that is committed late falls into a later window.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from wisely_security.core.request_context import acting_as

from ..notifications.notify import notify
from ..rules import RULES
from . import remembering, store
from .incidents import Examination
from .observations import TABLES, Observation, each_of, read, select

NAME = "findings"
MOST = 5_000  # events of each record in a window, or up to twice as many


class Window(NamedTuple):
    """What ``findings_begin_window`` returns."""

    since: int | None
    until: int
    more: bool | None
    is_part: bool
    after_tenant: UUID | None
    after_id: UUID | None


def consume(table: str) -> bool:
    """Examine one window of both records, whichever ``table`` is named. Whether more is pending."""
    with acting_as(support=True), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM findings_begin_window(%s)", [MOST])
        window = Window(*cursor.fetchone())
        if window.since is None:
            return False
        if (window.since, window.after_id) == (0, None):  # from the beginning, or once more from there
            remembering.forget()
        observations, position = _observations(cursor, window)
        examine(observations)
        cursor.execute("SELECT findings_end_window(%s, %s, %s)", position)
    return bool(window.more)


def examine(observations: Sequence[Observation]) -> None:
    """Run the rules of each tenant over observations in the order of time, store what they find, and notify people.
    Observations of no tenant, or of one that has been deleted, are nobody's."""
    tenants = store.existing({it.tenant for it in observations})
    of_tenants = list(each_of(it for it in observations if it.tenant in tenants))
    if not of_tenants:
        return
    limits = store.limits_of(tenants)
    examination = Examination(remembering.load(of_tenants), RULES)
    notify(store.save([found for it in of_tenants for found in examination.examine(it, limits[it.tenant])]))
    remembering.keep(examination.memory, of_tenants[-1].at)


def _observations(cursor: Any, window: Window) -> tuple[list[Observation], tuple[int, UUID | None, UUID | None]]:
    """Those of a window, and where the next one begins: transaction, and after which tenant and id of it."""
    if not window.is_part:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the statistics do not know the newest events
        values: list[Any] = [window.since, window.until]
        found = [_read(cursor, record, "tx >= %s AND tx < %s", values) for record in TABLES]
        return list(merge(*found, key=attrgetter("at"))), (window.until, None, None)
    condition, values = "tx = %s", [window.since]
    if window.after_id:
        condition, values = (
            f"{condition} AND (tenant_id, id) > (%s, %s)",
            [window.since, window.after_tenant, window.after_id],
        )
    condition += f" ORDER BY tenant_id, id LIMIT {MOST}"
    parts = [_read(cursor, record, condition, values, in_order=False) for record in TABLES]
    together = list(merge(*parts, key=attrgetter("tenant", "id")))[:MOST]
    if len(together) < MOST:
        return together, (window.until, None, None)
    return together, (window.since or 0, UUID(together[-1].tenant), UUID(together[-1].id))


def _read(
    cursor: Any, record: str, condition: str, values: Sequence[Any], *, in_order: bool = True
) -> list[Observation]:
    cursor.execute(select(record, condition), values)
    found = list(read(record, cursor.fetchall()))
    return sorted(found, key=attrgetter("at")) if in_order else found

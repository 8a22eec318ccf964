"""Events that stand for several attempts each: how many attempts there were, besides how many events.

Few events are of that kind, and an index has them alone, so they are read wherever attempts are counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from ..filtering.filters import ReportFilterSet

NOTHING = "SELECT 0 WHERE false"


@dataclass(frozen=True, slots=True)
class Several:
    """What a record declares. ``are``: lookups that select such events. ``column``: what the SQL below reads.

    ``times``: how many attempts an event stands for. ``each``: what joins ``one`` for each account and address that was
    tried; ``of_one``: what columns are of it, ``times_of_one``: how often.
    """

    are: Mapping[str, Any]
    column: str
    times: str
    each: str
    of_one: Mapping[str, str]
    times_of_one: str

    def statement(self, events: Any) -> tuple[str, list[Any]]:
        """How many attempts more than events there are among some events."""
        try:
            sql, values = events.filter(**self.are).order_by().values(self.column).query.sql_with_params()
        except EmptyResultSet:
            return NOTHING, []
        return f"SELECT coalesce(sum({self.times} - 1), 0)::bigint FROM ({sql}) AS event", list(values)  # noqa: S608

    def weights(self, events: Any, columns: Sequence[str]) -> tuple[str, list[Any]]:
        """What is added to a count of events by their columns, so that it counts attempts: the columns, and ``times``.
        Each such event is taken away, and its attempts are added where they belong."""
        read = dict.fromkeys([*columns, self.column])
        sql, values = events.filter(**self.are).order_by().values(*read).query.sql_with_params()
        of_one = ", ".join(self.of_one.get(name, name) for name in columns)
        return (
            f"SELECT weighed.* FROM ({sql}) AS several, LATERAL ("  # noqa: S608
            f"SELECT {', '.join(columns)}, -1::bigint UNION ALL "
            f"SELECT {of_one}, {self.times_of_one} FROM {self.each} AS one) AS weighed",
            list(values),
        )


def read(several: Several | None, filters: ReportFilterSet) -> int:
    """How many attempts more than events the filters select."""
    if several is None:
        return 0
    sql, values = several.statement(filters.qs)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return sum(more for (more,) in cursor.fetchall())

"""How many events the filters of a report select, and how large their CSV is. Never on the path of the page."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import connection
from django.http import QueryDict

from wisely_security.database.cells.silence import waiting_for
from wisely_security.ledger.derived.rollup import Count, counts, quarter
from wisely_security.ledger.models import Event, first_id
from wisely_security.ledger.vocabulary import Status

from ..download.csv_export import CRLF
from ..filtering.filters import ReportFilterSet
from ..pages.keyset import read_page
from ..pages.reading import search
from ..pages.time_limit import SearchTooLongError
from ..table.columns import ROW_END, ReportTable, copy_statement
from .rollup_filters import rollup_filters

MOST_COUNTED = 10_000
LONGEST_COUNT_SECONDS = 3


def count(filters: ReportFilterSet, tenant_id: UUID, bounds: Sequence[datetime]) -> list[Count] | None:
    """How many there are between each bound and the next. None if the rollup cannot answer and there are more than
    MOST_COUNTED."""
    model = cast("type[Event]", filters.queryset.model)
    known = rollup_filters(filters, model.dimensions)
    if known is None:
        return _count_themselves(filters, tenant_id, bounds)
    first, last = quarter(bounds[0], up=True), quarter(bounds[-1])
    inner = [first, *bounds[1:-1], last]
    if first >= last or any(quarter(bound) != bound for bound in inner):
        return _count_exactly(filters, bounds)
    found = [known.of(each) for each in counts(model, tenant_id, inner, known.chosen, known.without)]
    if first > bounds[0]:
        found[0] = found[0].plus(*_count_exactly(filters, [bounds[0], first]))
    if last < bounds[-1]:
        found[-1] = found[-1].plus(*_count_exactly(filters, [last, bounds[-1]]))
    return found


def _count_exactly(filters: ReportFilterSet, bounds: Sequence[datetime]) -> list[Count]:
    """By reading what the filters select between the first bound and the last, which are not far apart."""
    outcome = filters.queryset.model.outcome
    events = filters.at_any_time().during(bounds[0], bounds[-1]).order_by()
    return _by_bar(events.values_list("id", outcome), bounds)


def _by_bar(events: Iterable[tuple[UUID, str]], bounds: Sequence[datetime]) -> list[Count]:
    starts = [first_id(bound) for bound in bounds]
    found = Counter((bisect_right(starts, key) - 1, status == Status.SUCCESS) for key, status in events)
    return [Count(found[bar, True], found[bar, False]) for bar in range(len(bounds) - 1)]


def _count_themselves(filters: ReportFilterSet, tenant_id: UUID, bounds: Sequence[datetime]) -> list[Count] | None:
    """By reading the newest, as the page would."""
    outcome = filters.queryset.model.outcome
    few = filters.qs.only("id", outcome)
    page = read_page(few, QueryDict(), MOST_COUNTED)
    if page.older:
        return None
    return _by_bar(((event.id, getattr(event, outcome)) for event in page.rows), bounds)


def is_more_than(most: int, filters: ReportFilterSet, tenant_id: UUID) -> bool:
    """Whether the filters select more events than that. Where it would take too long to count them: no."""
    during = filters.form.cleaned_data["during"]

    def found() -> int:
        known = rollup_filters(filters, cast("type[Event]", filters.queryset.model).dimensions)
        if known is None:
            return int(filters.qs.order_by()[: most + 1].count())
        [total] = count(filters, tenant_id, [during.start, during.end]) or [Count(0, 0)]
        return total.events

    try:
        return search(found, LONGEST_COUNT_SECONDS) > most
    except SearchTooLongError:
        return False


def csv_size(table: type[ReportTable], filters: ReportFilterSet, tenant_id: UUID, rows: int) -> int:
    """How many bytes a CSV of so many rows has, going by the newest of them."""
    newest = read_page(filters.qs, QueryDict()).rows
    if not newest:
        return 0
    sample = copy_statement(
        table,
        filters.queryset.filter(id__in=[event.id for event in newest]),
        filters.form.cleaned_data["during"],
    )
    taken = _Taken()
    with connection.cursor() as cursor, waiting_for(cursor.db), connection.wrap_database_errors:
        cursor.cursor.copy_expert(sample, taken)
    return taken.length * rows // len(newest)


class _Taken:
    """What COPY writes to, for its length."""

    length = 0

    def write(self, row: bytes) -> None:
        self.length += len(row) - len(ROW_END) + len(CRLF)


def about(size: int) -> str:
    """A number of bytes as people say it, to two digits: “about 4.2 MB”."""
    number, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if number < 1000:
            break
        number, unit = number / 1000, larger
    return f"about {float(f'{number:.2g}'):,g} {unit}"

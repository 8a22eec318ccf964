"""Which filters the rollup can answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from wisely_security.ledger.derived.rollup import Count
from wisely_security.ledger.vocabulary import Status

from ..filtering.filters import ReportFilterSet
from ..filtering.many import Chosen, ManyFilter
from ..filtering.parameters import PERIOD

_NO_FILTERS = {*PERIOD, "during", "preset"}
MOST_SERIES = 1_000


@dataclass(frozen=True, slots=True)
class RollupFilters:
    """Filters that the rollup can answer: values of dimensions, excluded values, outcomes."""

    chosen: dict[str, list[str]]
    without: dict[str, list[str]]
    outcomes: Chosen | None

    def of(self, count: Count) -> Count:
        return Count(
            count.successes if self._counts(Status.SUCCESS) else 0,
            count.failures if self._counts(Status.FAILURE) else 0,
        )

    def _counts(self, status: Status) -> bool:
        return self.outcomes is None or (status in self.outcomes.values) != self.outcomes.excluded

    @property
    def series(self) -> int:
        """How many series of the rollup have to be read."""
        return prod([*map(len, self.chosen.values()), *(1 + len(each) for each in self.without.values())])


def rollup_filters(filters: ReportFilterSet, dimensions: Sequence[str]) -> RollupFilters | None:
    """None if there is a filter that the rollup cannot answer."""
    outcome = filters.queryset.model.outcome
    known = RollupFilters({}, {}, filters.form.cleaned_data[outcome])
    for name, value in filters.form.cleaned_data.items():
        if name in _NO_FILTERS or name == outcome or value in {None, ""}:
            continue
        each = filters.filters[name]
        column = each.field_name
        if column not in dimensions or not isinstance(each, ManyFilter):
            return None
        side = known.without if value.excluded else known.chosen
        side[column] = each.in_column(value.values)
    return known if known.series <= MOST_SERIES else None

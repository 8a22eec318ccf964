"""Which filters the rollup can answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wisely_security.ledger.derived.rollup import Count
from wisely_security.ledger.vocabulary import Status

from ..filtering.filters import ReportFilterSet

ALL_BUT = "-"  # a choice that begins so is all but what follows
_NO_FILTERS = {"period", "from", "to", "during", "preset"}


@dataclass(frozen=True, slots=True)
class RollupFilters:
    """Filters that the rollup can answer: values of dimensions, excluded values, an outcome."""

    chosen: dict[str, str]
    without: dict[str, str]
    status: str

    def of(self, count: Count) -> Count:
        match self.status:
            case Status.SUCCESS:
                return Count(successes=count.successes)
            case Status.FAILURE:
                return Count(failures=count.failures)
        return count


def rollup_filters(filters: ReportFilterSet, dimensions: Sequence[str]) -> RollupFilters | None:
    """None if there is a filter that the rollup cannot answer."""
    outcome = filters.queryset.model.outcome
    known = RollupFilters({}, {}, filters.form.cleaned_data[outcome])
    for name, value in filters.form.cleaned_data.items():
        if name in _NO_FILTERS or name == outcome or value in {None, ""}:
            continue
        column = filters.filters[name].field_name
        if column not in dimensions:
            return None
        side = known.without if value.startswith(ALL_BUT) else known.chosen
        side[column] = value.removeprefix(ALL_BUT)
    return known

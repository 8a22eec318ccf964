"""Which filters the summary knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wisely_security.ledger.summary import Count
from wisely_security.ledger.vocabulary import Status

from .filters import ReportFilterSet

ALL_BUT = "-"  # a choice that begins so is all but what follows
_NO_FILTERS = {"period", "from", "to", "during", "preset"}


@dataclass(frozen=True, slots=True)
class Summarised:
    """Filters that the summary knows: values of dimensions, values that there are to be none of, a status."""

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


def summarised(filters: ReportFilterSet, dimensions: Sequence[str]) -> Summarised | None:
    """None: there is a filter that the summary knows nothing of."""
    outcome = filters.queryset.model.outcome
    known = Summarised({}, {}, filters.form.cleaned_data[outcome])
    for name, value in filters.form.cleaned_data.items():
        if name in _NO_FILTERS or name == outcome or value in {None, ""}:
            continue
        column = filters.filters[name].field_name
        if column not in dimensions:
            return None
        side = known.without if value.startswith(ALL_BUT) else known.chosen
        side[column] = value.removeprefix(ALL_BUT)
    return known

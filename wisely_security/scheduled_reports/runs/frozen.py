from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone

from wisely_security.reports.filtering.filters import ReportFilterSet

from ..models import ReportRun
from ..saved_views.parameters import REPORTS, filters_of, to_query


def filters_of_run(run: ReportRun) -> ReportFilterSet:
    """The frozen filters, with days in the run's time zone. Raises ValueError where they are no longer valid."""
    with timezone.override(ZoneInfo(run.time_zone)):
        filters = filters_of(REPORTS[run.record], run.tenant_id, to_query(run.parameters))
        if not filters.is_valid():
            raise ValueError(f"The filters of run {run.pk} are not valid any more.")
    return filters

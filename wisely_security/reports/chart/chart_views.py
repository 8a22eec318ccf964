"""The chart of a report: over the rows, where a script fetches it, or as a page of its own."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from ..download.worksheet import MOST_ROWS
from ..filtering.filters import ReportFilterSet
from ..pages.reading import search
from ..pages.time_limit import SearchTooLongError
from ..strip import attempts, offer, tops
from ..views import ReportPage
from . import charts, totals
from .drawing import drawing

HAS_TOPS = "has-tops"  # asks for a page that has counted its tops, or has none to count


class ReportChart(ReportPage):
    def get(self, request: Any, section: str = "") -> HttpResponse:
        filters = self.filter_set()
        if not filters.is_valid():
            reason = " ".join(error for errors in filters.form.errors.values() for error in errors)
            return render(request, "400.html", {"reason": reason}, status=400)
        self._record_page_view(filters, [])
        brings_tops = not (request.htmx and request.htmx.trigger == HAS_TOPS)
        context = {
            "report": self.report,
            "page_url": self.link(),
            "chart_key": charts.key(self.link()),
            "folds": bool(request.htmx),
            "chips": self.chips(filters),
            **self._counted(filters),
            "brings_tops": brings_tops,
            "tops": self._tops(filters) if brings_tops else None,
            **(self._choices(filters) if request.htmx else {}),
        }
        template = "reports/chart/chart.html" if self.request.htmx else "reports/chart/chart_page.html"
        return render(request, template, context)

    def _counted(self, filters: ReportFilterSet) -> dict[str, Any]:
        period = filters.form.cleaned_data["during"]
        unit, bars = charts.bars_of(period)
        bounds = [*(bar.start for bar in bars), bars[-1].end]
        data: dict[str, Any] = {"unit": unit.value, "period": str(period)}
        try:
            counts = search(lambda: totals.count(filters, self.request.tenant.pk, bounds), totals.LONGEST_COUNT_SECONDS)
        except SearchTooLongError:
            return data | {"too_long": True}
        rows = totals.MOST_COUNTED if counts is None else sum(count.events for count in counts)
        total = charts.number_of_events(rows)
        data["total"] = total if counts is not None else f"More than {total}"
        if rows and self.request.user.may(self.report.download_permission):
            data["csv_size"] = self._size(filters, rows)
            data |= {"excel_is_full": rows > MOST_ROWS, "excel_rows": f"{MOST_ROWS:,}"}
        if counts is None:
            return data | {"charted": _charted(filters)}
        return data | {"chart": drawing(period, unit, bars, counts, self._attempts(filters), self.link)}

    def _attempts(self, filters: ReportFilterSet) -> int:
        with suppress(SearchTooLongError):
            several = self.report.numbers.several
            return search(lambda: attempts.read(several, filters), totals.LONGEST_COUNT_SECONDS)
        return 0

    def _choices(self, filters: ReportFilterSet) -> dict[str, str]:
        """As JSON: by filter, how many events of the period have each of its choices, whatever else is chosen; and
        whose they are. Empty where counting them would take too long, or the period is not one of the rollup's."""
        model, tenant_id = self.report.model, self.request.tenant.pk
        with suppress(SearchTooLongError):
            found = search(
                lambda: offer.read(model, tenant_id, filters.form.cleaned_data["during"]), totals.LONGEST_COUNT_SECONDS
            )
            if found.counts is not None:
                counts = filters.counts_of(found.counts)
                return {"filter_counts": json.dumps(counts), "filter_people": json.dumps(found.people)}
        return {"filter_counts": "{}", "filter_people": "[]"}

    def _tops(self, filters: ReportFilterSet) -> list[tops.Listed] | None:
        """None: counting them would take too long."""
        numbers = self.report.numbers
        try:
            rows = search(
                lambda: tops.read(filters, numbers.tops, numbers.of_failures, numbers.several),
                totals.LONGEST_COUNT_SECONDS,
            )
        except SearchTooLongError:
            return None
        return self.tops(rows)

    def _size(self, filters: ReportFilterSet, rows: int) -> str:
        def size() -> int:
            return totals.csv_size(self.report.table, filters, self.request.tenant.pk, rows)

        try:
            return totals.about(search(size, totals.LONGEST_COUNT_SECONDS))
        except SearchTooLongError:
            return ""


def _charted(filters: ReportFilterSet) -> list[str]:
    """The filters with which a chart may be of any number of events."""
    model = filters.queryset.model
    columns = {model.outcome, *model.dimensions}
    names = (name for name, each in filters.filters.items() if each.field_name in columns)
    return [str(filters.form.fields[name].label) for name in names]

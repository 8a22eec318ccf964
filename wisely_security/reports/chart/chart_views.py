"""The chart of a report: over the rows, where a script fetches it, or as a page of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..download.worksheet import MOST_ROWS
from ..filtering.filters import ReportFilterSet
from ..pages.reading import search
from ..pages.time_limit import SearchTooLongError
from ..views import ReportPage
from . import charts, totals
from .charts import Bar, Unit


class ReportChart(ReportPage):
    def get(self, request: HttpRequest, section: str = "") -> HttpResponse:
        filters = self.filter_set()
        if not filters.is_valid():
            reason = " ".join(error for errors in filters.form.errors.values() for error in errors)
            return render(request, "400.html", {"reason": reason}, status=400)
        self._record_page_view(filters, [])
        context = {
            "report": self.report,
            "page_url": self.link(),
            "chart_key": charts.key(self.link()),
            "chips": self.chips(filters),
            **self._counted(filters),
        }
        template = "reports/chart.html" if self.request.htmx else "reports/chart_page.html"
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

        def link(bar: Bar) -> str:
            if unit is Unit.HOUR:
                return ""
            return self.link(**{"period": "custom", "from": bar.first.isoformat(), "to": bar.last.isoformat()})

        return data | {
            "successes": f"{sum(count.successes for count in counts):,}",
            "failures": f"{sum(count.failures for count in counts):,}",
            "scale": [f"{number:,}" for number in (charts.scale(counts), charts.scale(counts) // 2, 0)],
            "columns": charts.columns(unit, bars, counts, link),
        }

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

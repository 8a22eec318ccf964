"""The addresses of a record: its page, one event, the chart and the download."""

from __future__ import annotations

from django.urls import URLPattern, path

from .chart.chart_views import ReportChart
from .declaration import Report
from .download.downloads import ReportDownload
from .event.copies import EventAsJson, EventAsText
from .event.page import ReportEvent
from .event.proof import ReportEventProof
from .people_search import FindPeople
from .table.choose_columns import ChooseColumns
from .views import ReportPage


def paths(route: str, report: Report) -> list[URLPattern]:
    """``route``: where the page is. The names are the report's key in snake case, with what is shown appended."""
    name = report.key.replace("-", "_")
    return [
        path(route, ReportPage.as_view(report=report), name=name),
        path(f"{route}download/", ReportDownload.as_view(report=report), name=f"{name}_download"),
        path(f"{route}chart/", ReportChart.as_view(report=report), name=f"{name}_chart"),
        path(f"{route}people/", FindPeople.as_view(report=report), name=f"{name}_people"),
        path(f"{route}columns/", ChooseColumns.as_view(report=report), name=f"{name}_columns"),
        path(f"{route}<uuid:pk>/", ReportEvent.as_view(report=report), name=f"{name}_event"),
        path(f"{route}<uuid:pk>/text/", EventAsText.as_view(report=report), name=f"{name}_text"),
        path(f"{route}<uuid:pk>/json/", EventAsJson.as_view(report=report), name=f"{name}_json"),
        path(f"{route}<uuid:pk>/proof/", ReportEventProof.as_view(report=report), name=f"{name}_proof"),
    ]

"""The download of a report. It shares the page's queryset, so they cannot disagree."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from wisely_security.database.own_writes import note_late
from wisely_security.request_context import current, using
from wisely_security.tenancy import signals

from .columns import copy_statement, header
from .csv_export import CsvExport, compressed
from .filters import ReportFilterSet
from .turns import take_turn
from .views import ReportView

logger = logging.getLogger(__name__)
RETRY_AFTER_SECONDS = 10
FORMAT = "format"  # in the query string
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "csv.gz": "application/gzip"}


class ReportDownload(ReportView):
    http_method_names = ["get", "options"]  # HEAD would be recorded as a download

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.permission = self.report.download_permission
        self.area = f"{self.report.title}: download"
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, section: str = "") -> HttpResponseBase:
        filters, ending = self.filter_set(), request.GET.get(FORMAT, "csv")
        reasons = [error for errors in filters.form.errors.values() for error in errors]
        if ending not in CONTENT_TYPES:
            reasons.append(f"The format is one of: {', '.join(CONTENT_TYPES)}.")
        if reasons:
            return render(request, "400.html", {"reason": " ".join(reasons)}, status=400)
        pieces = iter(self._export(filters))
        turn = take_turn(compressed(pieces) if ending == "csv.gz" else pieces)
        if turn is None:  # not recorded, for nothing was read; the log has it
            busy = {"report": self.report, "page_url": self.link(**{FORMAT: None})}
            response = render(request, "reports/busy.html", busy, status=503)
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return response
        period = filters.form.cleaned_data["during"]
        name = f"{self.request.tenant.slug}-{self.report.key}-{period.first}-to-{period.last}.{ending}"
        return StreamingHttpResponse(
            turn,  # Django closes it, also when the client has gone
            content_type=CONTENT_TYPES[ending],
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )

    def _export(self, filters: ReportFilterSet) -> CsvExport:
        """The rows that the filters select, and how the record tells what became of them."""
        told = self.told(filters)
        context = current()
        request, tenant_id = self.request, self.request.tenant.pk

        def recorded(rows: int, **outcome: str) -> None:
            with using(context), transaction.atomic():
                signals.settings_viewed.send(
                    type(self),
                    user=request.user,
                    tenant_id=tenant_id,
                    area=self.report.title,
                    detail={"filters": told, "rows": rows},
                    **outcome,
                )
            note_late(request.session)

        def cut_short(rows: int) -> None:
            try:
                recorded(rows, refused="cut_short")
            except Exception:
                logger.exception("A download that was cut short could not be recorded.")  # Django would hide it
                raise

        return CsvExport(
            context=context,
            header=header(self.report.table),
            statement=copy_statement(self.report.table, filters.qs, filters.form.cleaned_data["during"]),
            finished=lambda rows: recorded(rows, note="downloaded"),
            cut_short=cut_short,
        )

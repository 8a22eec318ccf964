"""The download of a report. It shares the page's queryset, so they cannot disagree."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from wisely_security.core.request_context import current
from wisely_security.database.cells.routing import resuming
from wisely_security.database.replication.own_writes import note_late
from wisely_security.ledger.sealing.keys import SigningKeyError, signing_keys
from wisely_security.ledger.sealing.logs.lookup import newest_checkpoint
from wisely_security.tenancy.sign_in import signals

from ..chart import totals
from ..filtering.filters import ReportFilterSet
from ..filtering.parameters import FORMAT, a, choose, isnt, normalized
from ..table.columns import cells_statement, copy_statement, header
from ..views import ReportView
from .bundle_export import BundleExport
from .csv_export import CsvExport, compressed
from .download_slots import OF_ONE_TENANT, NoSlotError, take_slot
from .export import Export
from .file_names import file_name
from .worksheet import MOST_ROWS
from .xlsx_export import XlsxExport

logger = logging.getLogger(__name__)
RETRY_AFTER_SECONDS = 10
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "csv.gz": "application/gzip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "bundle": "application/zip",
}
RECORDED_AS = {"bundle": "CSV with proof"}
NOT_SEALED = "Not sealed yet", "Events are sealed a few seconds after they are recorded. Go back and try again."
NO_KEY = "Events aren’t sealed here", "This site has no signing key, so there are no proofs of its events."
TOO_MANY_ROWS = (
    f"These filters select more than {MOST_ROWS:,} events, which is the most an Excel sheet holds. Choose a shorter "
    "period or more filters, or download the CSV."
)


class ReportDownload(ReportView):
    http_method_names = ["get", "options"]  # HEAD would be recorded as a download

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.permission = self.report.download_permission
        self.area = f"{self.report.title}: download"
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, section: str = "") -> HttpResponseBase:
        filters, ending = self.filter_set(), normalized(request.GET).get(FORMAT, "csv")
        reasons = [error for errors in filters.form.errors.values() for error in errors]
        if ending not in CONTENT_TYPES:
            reasons.append(isnt(ending, a(FORMAT), choose(list(CONTENT_TYPES))))
        if not reasons and ending == "xlsx" and totals.is_more_than(MOST_ROWS, filters, self.request.tenant.pk):
            reasons.append(TOO_MANY_ROWS)
        if reasons:
            return render(request, "400.html", {"reason": " ".join(reasons)}, status=400)
        if ending == "bundle" and (refusal := self._cannot_prove()):
            return refusal
        pieces = iter(self._export(filters, ending))
        try:
            slot = take_slot(self.request.tenant.pk, compressed(pieces) if ending == "csv.gz" else pieces)
        except NoSlotError as error:  # not recorded, for nothing was read; the log has it
            return self._busy(error.is_tenants_own)
        chosen = {chip["label"]: chip["value"] for chip in self.chips(filters)}
        period = filters.form.cleaned_data["during"]
        name = file_name(self.request.tenant, self.report.key, period, chosen, "zip" if ending == "bundle" else ending)
        return StreamingHttpResponse(
            slot,  # Django closes it, also when the client has gone
            content_type=CONTENT_TYPES[ending],
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )

    def _busy(self, is_tenants_own: bool) -> HttpResponseBase:
        status, page_url = 429 if is_tenants_own else 503, self.link(**{FORMAT: None})
        busy = {"status": status, "report": self.report, "page_url": page_url, "most": OF_ONE_TENANT}
        response = render(self.request, "reports/download/busy.html", busy, status=status)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response

    def _cannot_prove(self) -> HttpResponseBase | None:
        """A page that says why, where nothing is sealed."""
        try:
            signing_keys()
        except SigningKeyError:
            heading, reason = NO_KEY
        else:
            if newest_checkpoint(self.report.model, self.request.tenant.pk):
                return None
            heading, reason = NOT_SEALED
        back = {"page_url": self.link(**{FORMAT: None}), "page": self.report.title}
        return render(
            self.request, "reports/event/not_sealed.html", {"heading": heading, "reason": reason, **back}, status=409
        )

    def _export(self, filters: ReportFilterSet, ending: str) -> Export:
        """The rows that the filters select, and how the outcome is recorded."""
        shown_filters = self.recorded_filters(filters)
        context = current()
        request, tenant_id = self.request, self.request.tenant.pk

        def left_out() -> dict[str, int]:
            number = export.not_sealed if isinstance(export, BundleExport) else 0
            return {"not sealed yet": number} if number else {}

        def recorded(rows: int, *, cut_short: bool = False) -> None:
            with resuming(context):
                record(rows, cut_short)
                note_late(request.session)

        def record(rows: int, cut_short: bool) -> None:
            with transaction.atomic():
                signals.report_downloaded.send(
                    type(self),
                    user=request.user,
                    tenant_id=tenant_id,
                    area=self.report.title,
                    detail={
                        "filters": shown_filters,
                        "rows": rows,
                        "format": RECORDED_AS.get(ending, ending),
                        **left_out(),
                    },
                    cut_short=cut_short,
                )

        def cut_short(rows: int) -> None:
            try:
                recorded(rows, cut_short=True)
            except Exception:
                logger.exception("A download that was cut short could not be recorded.")  # Django would hide it
                raise

        during = filters.form.cleaned_data["during"]
        common: dict[str, Any] = {
            "context": context,
            "header": header(self.report.table),
            "finished": recorded,
            "cut_short": cut_short,
        }
        export: Export
        if ending == "xlsx":
            cells = cells_statement(self.report.table, filters.qs, during)
            export = XlsxExport(statement=cells, title=self.report.title, zone=during.zone, **common)
        elif ending == "bundle":
            export = self._bundle(filters, **common)
        else:
            export = CsvExport(statement=copy_statement(self.report.table, filters.qs, during), **common)
        return export

    def _bundle(self, filters: ReportFilterSet, **common: Any) -> BundleExport:
        during, chosen = (
            filters.form.cleaned_data["during"],
            [f"{c['label']}: {c['value']}" for c in self.chips(filters)],
        )
        facts = {
            "Record": f"{self.report.title} of {self.request.tenant.name}",
            "Period": f"{during}, times in {during.zone}",
            "Filters": "; ".join(chosen) or "none",
        }
        return BundleExport(
            filters=filters,
            table=self.report.table,
            tenant_id=self.request.tenant.pk,
            keys=signing_keys(),
            facts=facts,
            is_whole=not chosen,
            **common,
        )

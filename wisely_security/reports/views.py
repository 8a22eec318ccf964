"""The page of a report."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from wisely_security.core.request_context import current
from wisely_security.ledger.sealing.logs import signing
from wisely_security.ledger.search.plan import first_of
from wisely_security.tenancy.sign_in import signals
from wisely_security.tenancy.views.access import MemberView

from .chart import charts
from .chart.drawing import drawing
from .declaration import Report
from .download.worksheet import MOST_ROWS
from .extensions import event_notes, unusual
from .filtering.filters import ReportFilterSet
from .filtering.parameters import NEWER, OLDER, PERIOD, normalized
from .filtering.periods import WITHOUT_DAYS, Preset
from .pages import beside
from .pages.beside import Rows
from .pages.groups import mark_groups
from .pages.keyset import Page, read_page
from .pages.reading import search
from .pages.rows import Row, rendered
from .pages.time_limit import SearchTooLongError
from .strip import reading, tops
from .table import chosen_columns

SAME_VIEW_SECONDS = 10 * 60
ELSEWHERE_SECONDS = 1  # for looking outside the period once nothing was found in it
_RECORD, _NOTES, _FINDINGS = "record", "notes", "findings"  # who has something to say of rows
_VIEW_KEY = "view"  # in the session: what was viewed last, and when


class ReportView(MemberView):
    """Common ground: the tenant's events, filtered by the query string."""

    report: Report = None  # type: ignore[assignment]  # given to as_view (urls.py)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.tenant is not None and not self.is_at_its_address():
            raise Http404  # the address of the other edition
        return super().dispatch(request, *args, **kwargs)

    def is_at_its_address(self) -> bool:
        return self.request.path.startswith(self.path)

    @cached_property
    def path(self) -> str:
        return self.report.path(self.request.tenant)

    def filter_set(self) -> ReportFilterSet:
        events = self.report.model.objects.for_tenant(self.request.tenant.pk)
        filters = self.report.filter_set(self.request.GET, queryset=events)
        filters.check(self.request.GET)
        if unusual.for_reader(self.request.user) is None:
            filters.without_findings()
        self._kept = filters.parameters
        return filters

    _kept: dict[str, str]  # the filters of the query string

    def link(self, **changed: str | None) -> str:
        """The page with some parameters changed or (None) taken away, from its newest row."""
        kept = dict(self._kept)
        if changed.get("period") in WITHOUT_DAYS:
            kept = {name: value for name, value in kept.items() if name not in {"from", "to"}}
        given = {name: value for name, value in (kept | changed).items() if value}
        return f"{self.path}?{urlencode(given, safe=',:')}"

    def chips(self, filters: ReportFilterSet, events: Sequence[Any] = ()) -> list[dict[str, str]]:
        """The filters that hold, in words, each with the link that clears it. ``events``: what they have found."""
        chips = []
        for name, field in filters.form.fields.items():
            if not filters.data.get(name, "").strip() or name in PERIOD:
                continue
            words = {"label": str(field.label), "value": filters.display_value(name, events)}
            chips.append({**words, "name": name, "key": filters.data[name], "clear_url": self.link(**{name: None})})
        return chips

    def recorded_filters(self, filters: ReportFilterSet, events: Sequence[Any] = ()) -> dict[str, str]:
        """Period and filters as they are recorded with this view."""
        shown = {chip["label"]: chip["value"] for chip in self.chips(filters, events)}
        return {"Period": str(filters.form.cleaned_data["during"]), **shown}


class ReportPage(ReportView):
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.permission = self.report.view_permission
        self.area = self.report.title
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, section: str = "") -> HttpResponse:
        filters = self.filter_set()
        context = {
            "report": self.report,
            "form": filters.form,
            "page_url": self.path,
            "reset_url": self.path,
            **self.report.page_context(),
        }
        is_valid = filters.is_valid()
        if is_valid and filters.has_terms:
            return redirect(self.link())
        filters.form.complete()
        if not is_valid:
            return self._nothing_shown(filters, context)
        try:
            page = search(lambda: read_page(filters.qs, normalized(request.GET)))
        except SearchTooLongError as error:
            filters.form.add_error(None, str(error))
            return self._nothing_shown(filters, context)
        chips = self.chips(filters, page.rows)
        columns = chosen_columns.shown(self.request.session, self.report.key, self.report.columns)
        self._record_page_view(filters, page.rows)
        overview, of_rows = self._overview(filters, page, is_filtered=bool(chips))
        found = self._unusual(of_rows.get(_FINDINGS, []))
        rows = self._rows(page, found.marks, of_rows)
        may_download = self.request.user.may(self.report.download_permission)
        context |= {
            "chips": chips,
            "strip": found.strip,
            **overview,
            "elsewhere": None if rows else self._elsewhere(filters),
            "events": rows,
            "rows": rendered(self.report.row_template, columns, rows),
            "columns": columns,
            "offered_columns": chosen_columns.offered(self.report.columns),
            "columns_url": f"{self.path}columns/",
            "older_url": page.older and self.link(**{OLDER: str(page.older)}),
            "newer_url": page.newer and self.link(**{NEWER: str(page.newer)}),
            "download_url": self.link().replace("?", "download/?", 1) if may_download else None,
            "may_prove": may_download and signing.is_configured(),
            "chart_url": self.link().replace("?", "chart/?", 1),
            "chart_key": charts.key(self.link()),
            "excel_rows": f"{MOST_ROWS:,}",
        }
        return render(request, self._template, context)

    def _overview(
        self, filters: ReportFilterSet, page: Page, *, is_filtered: bool
    ) -> tuple[dict[str, Any], dict[str, Rows]]:
        """Today against the usual, tops and the chart, as far as they can be counted with the page; and what others
        have to say of its rows, by _RECORD, _NOTES and _FINDINGS."""
        numbers, tenant, during = self.report.numbers, self.request.tenant, filters.form.cleaned_data["during"]
        ids, source = [event.pk for event in page.rows], unusual.for_reader(self.request.user)
        of_rows = {
            _RECORD: self.report.beside(page.rows, self.request.user),
            _NOTES: event_notes.marks(self.report, tenant, ids),
            _FINDINGS: source and source.on_page(self.report, tenant, during.start, during.end, ids),
        }
        along = {name: statement for name, statement in of_rows.items() if statement}

        def read() -> reading.Overview:
            offer = not is_partial(self.request)
            return reading.read(numbers, filters, tenant.pk, is_filtered=is_filtered, with_offer=offer, along=along)

        try:
            found = search(read)
        except SearchTooLongError:
            return {}, beside.read(along)
        if found.offer is not None:
            filters.take(found.offer)
        context: dict[str, Any] = {"today": found.today, "views": self._views(filters, found.views)}
        if found.tops is not None:
            context["tops"] = self.tops(found.tops)
        if found.counts is not None:
            context["chart"] = drawing(during, found.unit, found.bars, found.counts, found.attempts, self.link)
        return context, found.beside

    def _views(self, filters: ReportFilterSet, number: int | None) -> dict[str, Any] | None:
        """The switch that hides what is only a view. None: there is nothing to hide."""
        hiding = self.report.numbers.hiding
        if not number or hiding is None:
            return None
        are_hidden = filters.data.get(hiding.name) == hiding.hidden
        return {
            "are_hidden": are_hidden,
            "words": f"{number:,} {hiding.one if number == 1 else hiding.many}",
            "url": self.link(**{hiding.name: None if are_hidden else hiding.hidden}),
        }

    def tops(self, rows: list[tuple[int, str, str, int]]) -> list[tops.Listed]:
        text = self._kept.get("q") or ""

        def link(changed: Mapping[str, str]) -> str:
            """A word more for the search, where there are some."""
            more = {"q": f"{text} {changed['q']}".strip()} if "q" in changed else {}
            return self.link(**{**changed, **more})

        return tops.listed(rows, self.report.numbers.tops, link)

    def _elsewhere(self, filters: ReportFilterSet) -> dict[str, Any] | None:
        """Where the period has no match: the day of the newest one outside it. None if there is none, or finding it
        would take long. (Findings are those of the period.)"""
        if filters.form.cleaned_data["finding"]:
            return None
        with suppress(SearchTooLongError):
            event = search(lambda: first_of(filters.at_any_time()), ELSEWHERE_SECONDS)
            if event is not None:
                day = timezone.localtime(event.occurred_at).date()
                period = {"period": Preset.CUSTOM.value, "from": day.isoformat(), "to": day.isoformat()}
                return {"day": f"{day:%-d %B %Y}", "url": self.link(**period)}
        return None

    def _nothing_shown(self, filters: ReportFilterSet, context: dict[str, Any]) -> HttpResponse:
        """The form as it was filled, and what is wrong with it."""
        meant = [(each.label, self.link(q=each.text)) for each in filters.suggestions]
        context |= {"chips": self.chips(filters), "suggestions": meant}
        return render(self.request, self._template, context, status=400)

    @property
    def _template(self) -> str:
        """Where a script fetches the results, they are all that is shown of the page."""
        return "reports/results.html" if is_partial(self.request) else "reports/report.html"

    def _unusual(self, rows: Rows) -> unusual.OnPage:
        source = unusual.for_reader(self.request.user)
        return source.shown(self.report, self.request.tenant, rows) if source else unusual.NOTHING

    def _rows(self, page: Page, marks: Mapping[UUID, unusual.Mark], of_rows: Mapping[str, Rows]) -> list[Row]:
        link = cache(self.link)  # half of them go to the same few pages
        zone = timezone.get_current_timezone()
        notes = dict(of_rows.get(_NOTES, ()))
        shown = zip(page.rows, self.report.rows(page.rows, link, of_rows.get(_RECORD, [])), strict=True)
        rows = [
            Row(
                event=event,
                zone=zone,
                url=f"{self.path}{event.pk}/",
                link=link,
                mark=marks.get(event.pk),
                notes=notes.get(str(event.pk)),
                **more,
            )
            for event, more in shown
        ]
        grouping = self.report.grouping
        if grouping and not any(self.request.GET.get(name) for name in grouping.unless):
            mark_groups(rows, page, grouping)
        return rows

    def _record_page_view(self, filters: ReportFilterSet, events: Sequence[Any]) -> None:
        """A view is recorded once: paging through it or loading it again within ten minutes is the same view."""
        view = f"{self.report.key} {self.request.tenant.pk} {self.link()}"
        last, at = self.request.session.get(_VIEW_KEY, ("", 0))
        if current().is_head or (view == last and time.time() - at < SAME_VIEW_SECONDS):
            return
        self.request.session[_VIEW_KEY] = (view, int(time.time()))
        record_view(self, self.recorded_filters(filters, events), len(events))


def record_view(page: ReportPage, filters: dict[str, str], rows: int) -> None:
    """Record in the Audit Trail that somebody viewed this."""
    signals.settings_viewed.send(
        type(page),
        user=page.request.user,
        tenant_id=page.request.tenant.pk,
        area=page.report.title,
        detail={"filters": filters, "rows": rows},
    )


def is_partial(request: Any) -> bool:
    """Whether a script will take what it needs from the answer, and drop the page around it."""
    return bool(request.htmx) and not request.htmx.history_restore_request

"""Events of all tenants in Django admin, for support staff: searchable and read-only."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wisely_security.ledger.models import NO_TENANT, Event
from wisely_security.ledger.search.pasted import parse_uuid
from wisely_security.ledger.search.plan import every_tenant
from wisely_security.tenancy.models import Tenant
from wisely_security.tenancy.support.model_admin import SupportAdmin, SupportChangeList

from .declaration import Report
from .filtering.parameters import NEWER, OLDER, normalized
from .filtering.periods import Preset
from .filtering.support_filters import SupportFilterSet
from .pages.keyset import Page, read_page
from .pages.reading import search
from .pages.time_limit import SearchTooLongError
from .table.columns import Fact, ReportColumn, TimeColumn

E = TypeVar("E", bound=Event)


class EventList(SupportChangeList):
    """Django's list with our own filters and paging: no COUNT, no OFFSET, always within a period."""

    filters: SupportFilterSet

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        of: EventAdmin[Any] = self.model_admin  # type: ignore[assignment]
        self.filters = of.filter_set(request.GET, queryset=of.report.model.objects.all())
        self.filter_specs: list[Any] = []
        self.has_filters = True
        if not self.filters.is_valid():
            return self.root_queryset.none()
        if self.filters.form.cleaned_data["preset"] == Preset.CUSTOM:
            self.filters.form.complete()
        return self.filters.qs

    def get_results(self, request: HttpRequest) -> None:
        page = self._read(request)
        tenants = Tenant.objects.in_bulk({event.tenant_id for event in page.rows if event.tenant_id != NO_TENANT})
        for event in page.rows:
            event.tenant = tenants.get(event.tenant_id)
        self.result_list = page.rows
        self.result_count = self.full_result_count = len(page.rows)
        self.can_show_all = self.multi_page = self.show_full_result_count = self.show_admin_actions = False
        self.older_url = page.older and self._turn(OLDER, page.older)
        self.newer_url = page.newer and self._turn(NEWER, page.newer)
        if self.filters.is_valid():
            looked_for = self.filters.form.cleaned_data["tenant"] or None
            also = looked_for if looked_for != NO_TENANT else None
            self.model_admin.record_view(request, page.rows, self.filters.recorded_filters(), also)

    def _read(self, request: HttpRequest) -> Page:
        """A page of events, or an empty one where it would take too long to find them."""
        try:
            return search(lambda: read_page(self.queryset, normalized(request.GET), self.list_per_page))
        except SearchTooLongError as error:
            messages.error(request, str(error))
            return Page([], None, None)

    def _turn(self, direction: str, event_id: UUID) -> str:
        return f"?{urlencode({**self.filters.parameters, direction: str(event_id)})}"


class EventAdmin(SupportAdmin[E]):
    """Base of a record's ModelAdmin. ``report``: the record as its tenants see it."""

    report: ClassVar[Report]
    filter_set: ClassVar[type[SupportFilterSet]]
    change_list_template = "admin/reports/event_list.html"
    change_form_template = "admin/reports/event.html"
    fields = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.list_display = [*map(_cell, cls.report.columns), "of_tenant"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.report.model.objects.all()

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> E | None:
        """Searched for in one tenant after the other, until it is found: no index begins with the id."""
        events, key = self.get_queryset(request), parse_uuid(object_id)
        if key is None:
            return None
        return next(iter(events.filter(tenant_id__in=every_tenant(events.db), pk=key)[:1]), None)

    def tenant_of(self, shown: E) -> UUID | None:
        return None if shown.tenant_id == NO_TENANT else shown.tenant_id

    def named(self, shown: E) -> str:
        return f"{shown} ({shown.pk})"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: E | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: E | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EventList]:
        return EventList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "report": self.report})

    def facts(self, event: E) -> list[tuple[str, list[Fact]]]:
        return self.report.table.facts(event)

    def page_context(self, request: HttpRequest, shown: E) -> dict[str, Any]:
        tenant = Tenant.objects.filter(pk=shown.tenant_id).first()
        return {"facts": [("Whose record", [("Tenant", _tenant_name(tenant, shown))]), *self.facts(shown)]}

    @admin.display(description="Tenant")
    def of_tenant(self, event: Any) -> str:
        return _tenant_name(event.tenant, event)


def _cell(column: ReportColumn) -> Any:
    """A column of the record as Django admin takes it."""

    def cell(event: Any) -> SafeString:
        if isinstance(column, TimeColumn):
            moment = timezone.localtime(event.occurred_at)
            shown = moment.strftime("%-d %b %Y, %H:%M:%S")
            return format_html('<time datetime="{0}" title="{0}">{1}</time>', column.cell.text(event), shown)
        text, beside = column.cell.text(event) or "–", column.beside(event) if column.beside else ""
        kind = event.status if column.cell.field == event.outcome else ""
        return format_html('<span class="{}">{}</span><br><span class="small quiet">{}</span>', kind, text, beside)

    cell.__name__ = column.name
    return admin.display(description=column.label)(cell)


def _tenant_name(tenant: Tenant | None, event: Event) -> str:
    if event.tenant_id == NO_TENANT:
        return "No tenant"
    return tenant.name if tenant else str(event.tenant_id)

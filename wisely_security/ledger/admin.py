"""The archives that were written and the outcomes of verifications, for support staff: read-only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime

from wisely_security.tenancy.admin.of_tenant import ChosenTenant, OfTenantList
from wisely_security.tenancy.models import Tenant
from wisely_security.tenancy.support.model_admin import M, SupportAdmin

from .archive import retention
from .models import NO_TENANT, Archive, Verification, event_model


class OnlyShown(SupportAdmin[M]):
    """What nobody adds, changes or deletes here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


@admin.register(Archive)
class ArchiveAdmin(OnlyShown[Archive]):
    list_display = ("name", "record", "of_month", "number", "file_size", "rule", "archived_at", "is_restored")
    search_fields = ("name", "sha256")
    search_help_text = "Name or SHA-256."

    def tenant_of(self, shown: Archive) -> UUID | None:
        """It belongs to no tenant."""
        return None

    @admin.display(description="record")
    def record(self, archive: Archive) -> str:
        return retention.record_of(archive.events)

    @admin.display(description="month", ordering="month")
    def of_month(self, archive: Archive) -> str:
        return f"{archive.month:%B %Y}"

    @admin.display(description="events", ordering="rows")
    def number(self, archive: Archive) -> str:
        return f"{archive.rows:,}"

    @admin.display(description="size", ordering="size")
    def file_size(self, archive: Archive) -> str:
        return filesizeformat(archive.size)

    @admin.display(description="restored", boolean=True)
    def is_restored(self, archive: Archive) -> bool:
        return retention.is_restored(archive)


class Outcome(admin.SimpleListFilter):
    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("findings", "With findings"), ("none", "Without")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"findings": {"findings__gt": 0}, "none": {"findings": 0}}.get(self.value() or "")
        return queryset.filter(**chosen) if chosen else queryset


@admin.register(Verification)
class VerificationAdmin(OnlyShown[Verification]):
    list_display = ("moment", "of", "record", "number", "outcome", "finding")
    list_filter = (Outcome, ChosenTenant)
    list_select_related = ("tenant",)
    search_fields = ("tenant__name", "tenant__slug", "first_finding")
    search_help_text = "Tenant, or words of the first finding."
    fields = ("moment", "of", "record", "number", "outcome", "first_finding")

    def tenant_of(self, shown: Verification) -> UUID | None:
        return shown.tenant_id if shown.tenant_id != NO_TENANT else None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OfTenantList]:
        return OfTenantList

    @admin.display(description="verified", ordering="id")
    def moment(self, verification: Verification) -> str:
        return date_format(localtime(verification.verified_at), "DATETIME_FORMAT")

    @admin.display(description="tenant", empty_value="–")
    def of(self, verification: Verification) -> Tenant | None:
        return verification.tenant

    @admin.display(description="record")
    def record(self, verification: Verification) -> str:
        if not verification.events:
            return "What protects the tables"
        return str(event_model(verification.events)._meta.app_config.verbose_name)

    @admin.display(description="events checked", ordering="checked")
    def number(self, verification: Verification) -> str:
        return f"{verification.checked:,}" if verification.events else "–"

    @admin.display(description="outcome", ordering="findings")
    def outcome(self, verification: Verification) -> str:
        number = verification.findings
        return f"{number:,} finding{'' if number == 1 else 's'}" if number else "No findings"

    @admin.display(description="first finding", empty_value="–")
    def finding(self, verification: Verification) -> str | None:
        return Truncator(verification.first_finding).chars(160) or None

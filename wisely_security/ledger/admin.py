"""The archives that were written, for support staff: read-only."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from wisely_security.tenancy.support.model_admin import SupportAdmin

from .archive import archives, retention
from .models import Archive


@admin.register(Archive)
class ArchiveAdmin(SupportAdmin[Archive]):
    list_display = ("name", "record", "of_month", "number", "file_size", "rule", "archived_at", "is_restored")
    search_fields = ("name", "manifest_sha256", "root")
    search_help_text = "Name, SHA-256 of the manifest, or root."

    def tenant_of(self, shown: Archive) -> UUID | None:
        """It belongs to no tenant."""
        return None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Archive | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Archive | None = None) -> bool:
        return False

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
        return archives.is_restored(archive)

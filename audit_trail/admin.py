"""The Audit Trails of all tenants, for support staff."""

from __future__ import annotations

from django.contrib import admin

from wisely_security.reports.support_events import EventAdmin
from wisely_security.reports.table.columns import Fact

from .models import AuditEvent
from .report import diffs
from .report.declaration import REPORT
from .report.support_filters import SupportFilterSet


@admin.register(AuditEvent)
class AuditEventAdmin(EventAdmin[AuditEvent]):
    report = REPORT
    filter_set = SupportFilterSet

    def facts(self, event: AuditEvent) -> list[tuple[str, list[Fact]]]:
        changes = [(change.label, diffs.in_words(change)) for change in diffs.read(event.changes)]
        return [*super().facts(event), ("Changes", changes)]

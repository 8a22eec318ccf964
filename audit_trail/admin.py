"""The Audit Trails of all tenants, for support staff."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from wisely_security.reports.support_events import EventAdmin, two_lines

from .models import AuditEvent
from .report import diffs
from .report.declaration import REPORT
from .report.support_filters import SupportFilterSet

HEADINGS = {column["name"]: column["label"] for column in REPORT.columns}


@admin.register(AuditEvent)
class AuditEventAdmin(EventAdmin[AuditEvent]):
    report = REPORT
    filter_set = SupportFilterSet
    list_display = ["actor", "of_module", "of_sub_module", "of_action", "occurred", "resource", "outcome", "of_tenant"]

    def facts(self, event: AuditEvent) -> list[tuple[str, list[tuple[str, Any]]]]:
        changes = [(change.label, diffs.in_words(change)) for change in diffs.read(event.changes)]
        return [*super().facts(event), ("Changes", changes)]

    @admin.display(description=HEADINGS["actor"])
    def actor(self, event: AuditEvent) -> str:
        return event.actor_name

    @admin.display(description=HEADINGS["module"])
    def of_module(self, event: AuditEvent) -> str:
        return event.module_label

    @admin.display(description=HEADINGS["sub_module"])
    def of_sub_module(self, event: AuditEvent) -> str:
        return event.sub_module_label

    @admin.display(description=HEADINGS["action"])
    def of_action(self, event: AuditEvent) -> SafeString:
        return two_lines(event.action_label, diffs.headline(event.changes))

    @admin.display(description=HEADINGS["resource"])
    def resource(self, event: AuditEvent) -> str:
        return event.resource_name

    @admin.display(description=HEADINGS["status"])
    def outcome(self, event: AuditEvent) -> SafeString:
        return two_lines(event.status_label, event.reason, event.status)

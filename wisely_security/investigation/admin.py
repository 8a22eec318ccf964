"""Findings of all tenants, for support: read-only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from wisely_security.findings.engine import store
from wisely_security.findings.models import Finding
from wisely_security.findings.rules import RULES
from wisely_security.ledger.admin import OnlyShown
from wisely_security.tenancy.admin.of_tenant import ChosenTenant, OfTenantList
from wisely_security.tenancy.models import User

from .support import event_url

MOST_EVENTS = 50
FACTS = ("sentence", "of_rule", "severity", "state", "tenant", "who", "when", "number", "reason", "decided_by")
MODELS = {report.key: report.model for report in (LOGIN_ACTIVITY, AUDIT_TRAIL)}


@admin.register(Finding)
class FindingAdmin(OnlyShown[Finding]):
    list_display = ("sentence", "severity", "state", "tenant", "when")
    list_filter = (ChosenTenant, "state", "severity")
    list_select_related = ("tenant",)
    search_fields = ("title",)
    search_help_text = "Rule or name."
    fieldsets = (
        (None, {"fields": FACTS}),
        ("What to do next", {"fields": ("next_steps",)}),
        ("Events", {"fields": ("events",)}),
    )

    readonly_fields = (*FACTS, "next_steps", "events")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OfTenantList]:
        return OfTenantList

    def tenant_of(self, shown: Finding) -> UUID | None:
        return shown.tenant_id

    @admin.display(description="what was found")
    def sentence(self, finding: Finding) -> str:
        return finding.sentence

    @admin.display(description="rule")
    def of_rule(self, finding: Finding) -> str:
        return finding.rule_title

    @admin.display(description="who")
    def who(self, finding: Finding) -> str | SafeString:
        if finding.person and User.objects.filter(pk=finding.person).exists():
            return format_html('<a href="{}">{}</a>', reverse("admin:person", args=[finding.person]), finding.name)
        return finding.name

    @admin.display(description="when", ordering="last_at")
    def when(self, finding: Finding) -> str:
        return f"{timezone.localtime(finding.last_at):%-d %b %Y, %H:%M}"

    @admin.display(description="steps")
    def next_steps(self, finding: Finding) -> SafeString | str:
        rule = RULES.get(finding.rule)
        return format_html_join("", "<p>{}</p>", ([step] for step in rule.next_steps)) if rule else "–"

    @admin.display(description="the first ones")
    def events(self, finding: Finding) -> SafeString | str:
        lines = []
        for record, ids in store.events_of(finding).items():
            found = MODELS[record].objects.filter(tenant_id=finding.tenant_id, id__in=ids[:MOST_EVENTS]).order_by("id")
            lines += [
                (event_url(event), f"{timezone.localtime(event.occurred_at):%-d %b %Y, %H:%M:%S}", str(event))
                for event in found
            ]
        return format_html_join("", '<p><a href="{}">{}</a> {}</p>', lines) or "–"

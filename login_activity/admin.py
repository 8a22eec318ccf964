"""Login Activity of all tenants, for support staff."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from wisely_security.reports.support_events import EventAdmin, two_lines

from .models import LoginEvent
from .report.declaration import REPORT
from .report.support_filters import SupportFilterSet

HEADINGS = {column["name"]: column["label"] for column in REPORT.columns}


@admin.register(LoginEvent)
class LoginEventAdmin(EventAdmin[LoginEvent]):
    report = REPORT
    filter_set = SupportFilterSet
    list_display = ["name", "occurred", "address", "device_type", "location", "outcome", "of_action", "of_tenant"]

    @admin.display(description=HEADINGS["name"])
    def name(self, event: LoginEvent) -> str:
        return f"{event.user_name} (unknown)" if event.is_unknown else event.user_name

    @admin.display(description=HEADINGS["ip"], empty_value="–")
    def address(self, event: LoginEvent) -> str | None:
        return event.ip

    @admin.display(description=HEADINGS["device"])
    def device_type(self, event: LoginEvent) -> SafeString:
        return two_lines(event.device, " · ".join(filter(None, (event.browser, event.system))))

    @admin.display(description=HEADINGS["place"])
    def location(self, event: LoginEvent) -> str:
        return event.place

    @admin.display(description=HEADINGS["status"])
    def outcome(self, event: LoginEvent) -> SafeString:
        return two_lines(event.status_label, event.reason_label, event.status)

    @admin.display(description=HEADINGS["action"])
    def of_action(self, event: LoginEvent) -> SafeString:
        return two_lines(event.action_label, event.detail.get("area", ""))

"""Login Activity of all tenants, for support staff."""

from __future__ import annotations

from django.contrib import admin

from wisely_security.reports.support_events import EventAdmin

from .models import LoginEvent
from .report.declaration import REPORT
from .report.support_filters import SupportFilterSet


@admin.register(LoginEvent)
class LoginEventAdmin(EventAdmin[LoginEvent]):
    report = REPORT
    filter_set = SupportFilterSet

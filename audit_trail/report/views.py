from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wisely_security.tenancy.views.access import MemberView

from . import coverage
from .declaration import REPORT, VIEW, path


class Coverage(MemberView):
    """What is recorded, and what is not."""

    permission = VIEW
    area = f"{REPORT.title}: what is recorded"

    def get(self, request: HttpRequest) -> HttpResponse:
        self.record_view()
        seen = coverage.last_seen(self.request.tenant.pk)
        context: dict[str, Any] = {
            "report": REPORT,
            "page_url": path(self.request.tenant),
            "modules": coverage.modules_with(seen),
            "seen": seen,
            "exempt": coverage.exempt_models(),
            "untracked": coverage.untracked_fields(),
            "masked": coverage.masked_fields(),
        }
        return render(request, "audit_trail/coverage.html", context)

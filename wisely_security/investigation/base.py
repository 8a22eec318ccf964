"""The base of these pages: for whoever may see one of the two records, with what of them is visible."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponseBase

from wisely_security.reports.declaration import Report
from wisely_security.reports.pages.time_limit import SearchTooLongError
from wisely_security.tenancy.views.access import AccessRefused, MemberView

from .moments import REPORTS


class InvestigationView(MemberView):
    """``reports``: the records of which a reader has to see one."""

    reports: tuple[Report, ...] = REPORTS

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and request.tenant is not None and not self.visible:
            raise AccessRefused(self.area, permission=self.reports[0].view_permission)
        try:
            return super().dispatch(request, *args, **kwargs)
        except SearchTooLongError:
            raise BadRequest("Finding these events took too long. Try again later.") from None

    @cached_property
    def visible(self) -> list[Report]:
        return [report for report in self.reports if self.request.user.may(report.view_permission)]

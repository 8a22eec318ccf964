"""A person chooses the columns of a record's page. Not an event: the page, its details and its download show nobody
more or less than before."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ..views import ReportPage
from . import chosen_columns


class ChooseColumns(ReportPage):
    def get(self, request: HttpRequest, section: str = "") -> HttpResponse:
        """Where signing in again leads, when the session had ended."""
        return redirect(self.path)

    def post(self, request: HttpRequest, section: str = "") -> HttpResponse:
        columns = self.report.columns
        names = {column.name for column in chosen_columns.offered(columns)}
        chosen = names if "all" in request.POST else set(request.POST.getlist("column"))
        if not chosen <= names:
            raise BadRequest("This page has no such column to choose. Load it again, and choose from its menu.")
        chosen_columns.choose(self.request.session, self.report.key, columns, chosen)
        back = request.POST.get("next", "")
        return redirect(back if back.startswith(self.path) else self.path)

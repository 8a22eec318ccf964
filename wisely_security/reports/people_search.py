"""Whom the filter of people finds besides those whose events the period has, for a script."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from .filtering.parameters import normalized
from .filtering.people import found_users
from .views import ReportPage

LONGEST = 100


class FindPeople(ReportPage):
    """``?q=``: a part of a name or of an e-mail address. Not an event: the page names the same people."""

    http_method_names = ["get", "options"]

    def get(self, request: HttpRequest, section: str = "") -> HttpResponse:
        return JsonResponse({"people": found_users(normalized(request.GET).get("q", "")[:LONGEST].strip())})

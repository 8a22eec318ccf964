"""No query string is an error of the server: each parameter that a page reads, with each text that breaks something."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit_trail.models import AuditEvent
from audit_trail.report.filters import AuditTrailFilterSet
from login_activity.report.filters import LoginActivityFilterSet
from tests.support.cast import Cast, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.reports.filtering.parameters import NO_FILTERS
from wisely_security.tenancy.models import Session

HOSTILE: list[str] = [
    "\0",
    "-,\N{SUPERSCRIPT TWO}",
    "9" * 300,
    "'\"><script>",
    "since:9999-99-99",
    'by:"',
    "by:\0",
    "[",
]
SHORT = HOSTILE[:4]  # the others mean something to the search alone
SIGN_INS = ["identity-access"]
PAGES: dict[str, tuple[list[str], set[str]]] = {
    "login_activity": (SIGN_INS, {*LoginActivityFilterSet.base_filters, *NO_FILTERS}),
    "login_activity_chart": (SIGN_INS, {"q", "from", "finding"}),
    "login_activity_download": (SIGN_INS, {"q", "format"}),
    "audit_trail": ([], {*AuditTrailFilterSet.base_filters, *NO_FILTERS}),
    "audit_trail_chart": ([], {"q", "record"}),
    "findings": ([], {"state", "rule", "before"}),
    "saved_views": ([], {"record"}),
    "roles_add": ([], {"from"}),
    "users": ([], {"q", "sort", "page"}),
}


@pytest.mark.parametrize("name", PAGES)
def test_is_refused_or_found_nothing(cast: Cast, name: str) -> None:
    """Django's test client raises what a view raises."""
    alice, (arguments, parameters) = sign_in(cast.alice), PAGES[name]
    for parameter in sorted(parameters):
        for text in HOSTILE if parameter == "q" else SHORT:
            response = alice.get(reverse(name, args=arguments), {parameter: text})
            assert response.status_code in {200, 302, 400, 404}, (parameter, text)
            assert b"'\"><script>" not in (b"" if response.streaming else response.content)
            if response.streaming:
                response.getvalue()  # an unread download holds its slot


def test_is_refused_by_the_pages_of_an_investigation(cast: Cast) -> None:
    alice = sign_in(cast.alice)
    with acting_as(tenant_id=cast.acme.pk):
        session, event = Session.objects.get(user=cast.alice), AuditEvent.objects.latest("id")
    for path in (reverse("session_story", args=[session.name]), reverse("resource_history", args=[event.resource_id])):
        for text in SHORT:
            assert alice.get(path, {"after": text}).status_code == 400, text

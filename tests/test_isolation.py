"""Every URL of the site, requested by permitted users, by the wrong role, by another tenant and anonymously."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action
from wisely_security.core.request_context import acting_as
from wisely_security.scheduled_reports.models import ReportRun
from wisely_security.scheduled_reports.runs.running import run_due
from wisely_security.tenancy.models import Session
from wisely_security.workspace.pages import urls as workspace_urls

from .findings.making import exception, new_country
from .scheduled_reports.making import a_report
from .support.cast import Cast, sign_in

ENTERPRISE, AGGREGATOR = "identity-access", "users-permissions"
OPEN_TO_ALL = {
    "sign_in",
    "sign_in_code",
    "sign_in_code_passkey",
    "sign_in_code_passkey_options",
    "sign_in_passkey",
    "sign_in_passkey_options",
    "sign_out",
    "password_reset",
    "password_reset_sent",
    "password_reset_confirm",
    "accept_invitation",
    "was_this_you",
}
OF_ONES_OWN = {
    "home",
    "settings",
    "profile",
    "password_change",
    "second_factor",
    "app_add",
    "app_remove",
    "app_rename",
    "recovery_codes",
    "passkeys",
    "passkey_add",
    "passkey_add_options",
    "passkey_remove",
    "passkey_rename",
    "confirm",
    "confirm_passkey",
    "confirm_passkey_options",
    "sessions",
    "end_session",
    "end_other_sessions",
}
NEED_PERMISSION = {
    "user_factors",
    "reset_user_factors",
    "user_sessions",
    "end_user_session",
    "end_user_sessions",
    "sign_in_settings",
    "login_activity",
    "login_activity_download",
    "login_activity_chart",
    "login_activity_event",
    "login_activity_columns",
    "login_activity_people",
    "audit_trail",
    "audit_trail_download",
    "audit_trail_chart",
    "audit_trail_coverage",
    "audit_trail_event",
    "audit_trail_columns",
    "audit_trail_people",
    "login_activity_proof",
    "login_activity_text",
    "login_activity_json",
    "audit_trail_proof",
    "audit_trail_text",
    "audit_trail_json",
    "integrity",
    "integrity_checkpoint",
    "integrity_tool",
    "integrity_compare",
    "integrity_growth",
    "findings",
    "finding",
    "finding_rules",
    "finding_alerts",
    "finding_exception_delete",
    "session_story",
    "person",
    "resource_history",
    "saved_views",
    "report_run",
    "report_run_file",
}
# Of one record of a tenant, whose key is in the address.
OF_A_RECORD = {
    "user_sessions",
    "end_user_sessions",
    "end_user_session",
    "end_session",
    "login_activity_event",
    "audit_trail_event",
    "login_activity_proof",
    "audit_trail_proof",
    "login_activity_text",
    "login_activity_json",
    "audit_trail_text",
    "audit_trail_json",
    "finding",
    "finding_exception_delete",
    "session_story",
    "person",
    "resource_history",
    "report_run",
    "report_run_file",
}
# Below, tests of Django admin, of the API, of findings and of saved views.
ELSEWHERE = {
    "saved_view_add",
    "saved_view_edit",
    "saved_view_delete",
    "switch_tenant",
    "switch_time_zone",
    "note",
    "note_add",
    "note_edit",
    "note_delete",
    "api_audit_events",
    "api_description",
    "finding_decide",
    "enterprises",
}
OF_THE_WORKSPACE = {pattern.name for pattern in workspace_urls.urlpatterns}  # tests/workspace


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str | None]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name
        elif pattern.namespace is None:
            yield from names(pattern.url_patterns)


def test_every_address_is_in_one_of_the_lists() -> None:
    assert set(names(get_resolver().url_patterns)) == (
        OPEN_TO_ALL | OF_ONES_OWN | NEED_PERMISSION | ELSEWHERE | OF_THE_WORKSPACE
    )


@pytest.fixture
def urls(cast: Cast) -> dict[str, str]:
    """The addresses of Acme's own records."""
    sign_in(cast.bob)
    with acting_as(tenant_id=cast.acme.pk):
        session = Session.objects.get(user=cast.bob)
    record(Action.LOG_IN, cast.alice)
    with acting_as(tenant_id=cast.acme.pk):
        event = LoginEvent.objects.latest("id")
        audit_event = AuditEvent.objects.latest("id")
    finding = new_country(cast.bob)
    a_report(cast)
    run_due()
    with acting_as(tenant_id=cast.acme.pk):
        run = ReportRun.objects.get()
    arguments: dict[str, list[object]] = {
        "user_factors": [cast.bob.pk],
        "reset_user_factors": [cast.bob.pk],
        "app_remove": [session.pk],
        "app_rename": [session.pk],
        "user_sessions": [cast.bob.pk],
        "end_user_sessions": [cast.bob.pk],
        "end_user_session": [cast.bob.pk, session.pk],
        "login_activity": [ENTERPRISE],
        "login_activity_download": [ENTERPRISE],
        "login_activity_chart": [ENTERPRISE],
        "login_activity_columns": [ENTERPRISE],
        "login_activity_people": [ENTERPRISE],
        "login_activity_event": [ENTERPRISE, event.pk],
        "audit_trail_event": [audit_event.pk],
        "login_activity_proof": [ENTERPRISE, event.pk],
        "audit_trail_proof": [audit_event.pk],
        "login_activity_text": [ENTERPRISE, event.pk],
        "login_activity_json": [ENTERPRISE, event.pk],
        "audit_trail_text": [audit_event.pk],
        "audit_trail_json": [audit_event.pk],
        "integrity_checkpoint": ["audit-trail"],
        "integrity_tool": ["witness.py"],
        "integrity_growth": ["audit-trail", 0],
        "end_session": [session.pk],
        "passkey_remove": [session.pk],
        "passkey_rename": [session.pk],
        "finding": [finding.pk],
        "finding_exception_delete": [exception(finding).pk],
        "session_story": [session.name],
        "person": [cast.bob.pk],
        "resource_history": [audit_event.resource_id],
        "report_run": [run.pk],
        "report_run_file": [run.pk],
    }
    return {name: reverse(name, args=arguments.get(name, [])) for name in NEED_PERMISSION | OF_ONES_OWN}


POSTS = {
    "reset_user_factors",
    "finding_exception_delete",
    "saved_view_delete",
    "end_user_session",
    "end_user_sessions",
    "end_session",
    "end_other_sessions",
    "login_activity_columns",
    "audit_trail_columns",
}


SENT = {"reset_user_factors": {"checked": "Called them back."}}


def visit(client: Client, name: str, url: str):
    return client.post(url, SENT.get(name)) if name in POSTS else client.get(url)


@pytest.mark.parametrize("name", sorted(NEED_PERMISSION | OF_ONES_OWN))
def test_nobody_is_sent_to_sign_in(urls: dict[str, str], name: str) -> None:
    response = visit(Client(), name, urls[name])
    assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, "/sign-in/")


@pytest.mark.parametrize("name", sorted(NEED_PERMISSION))
def test_the_wrong_role_is_refused_and_the_refusal_is_recorded(
    cast: Cast, urls: dict[str, str], events, name: str
) -> None:
    response = visit(sign_in(cast.bob), name, urls[name])
    assert response.status_code == 403
    event = events(cast.acme)[-1]
    assert (event.user_name, event.status, event.reason) == ("Bob Brown", "failure", "no_permission")
    assert event.detail["area"]


@pytest.mark.parametrize("name", sorted(NEED_PERMISSION | OF_ONES_OWN))
def test_the_permitted_get_in(cast: Cast, urls: dict[str, str], name: str) -> None:
    response = visit(sign_in(cast.alice), name, urls[name])
    expected = {
        "end_session": 404,  # the session is not Alice's own
        "app_remove": 404,
        "app_rename": 404,
        "passkey_rename": 404,
        "passkey_remove": 404,  # nor is there a passkey
        "confirm_passkey": 302,  # to the page that asks for it
        "integrity_checkpoint": 404,  # what a test does not commit is not sealed
        "integrity_growth": 404,
        "login_activity_proof": 409,
        "audit_trail_proof": 409,
    }
    assert response.status_code == expected.get(name, 302 if name in POSTS | {"home", "settings"} else 200)
    if response.streaming:
        response.getvalue()  # an unread download holds its slot


@pytest.mark.parametrize("name", sorted(OF_A_RECORD))
@pytest.mark.parametrize("who", ["charlie", "erin"])
def test_another_tenants_record_is_not_found(cast: Cast, urls: dict[str, str], name: str, who: str) -> None:
    url = urls[name].replace(ENTERPRISE, AGGREGATOR) if who == "erin" else urls[name]
    response = visit(sign_in(getattr(cast, who)), name, url)
    assert response.status_code == 404
    body = response.content.decode()
    for secret in ("Acme", "Bob", "Alice", "bob@acme.example"):
        assert secret not in body


def test_pages_show_nothing_of_another_tenant(cast: Cast, urls: dict[str, str]) -> None:
    charlie = sign_in(cast.charlie)
    for query in ("", f"?user={cast.alice.pk}", "?user=alice@acme.example", "?q=Alice", "?q=Brown"):
        for url in (urls["login_activity"], urls["login_activity_download"], urls["audit_trail"], reverse("users")):
            response = charlie.get(url + query)
            body = response.getvalue()
            shown = body.decode().replace(query.partition("=")[2], "")
            assert "alice adams" not in shown.lower()
            assert "bob brown" not in shown.lower()


def test_the_other_editions_address_is_not_found(cast: Cast) -> None:
    for user, section in ((cast.alice, AGGREGATOR), (cast.erin, ENTERPRISE)):
        client = sign_in(user)
        for page in ("", "download/"):
            assert client.get(f"/settings/{section}/login-activity/{page}").status_code == 404

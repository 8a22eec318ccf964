"""A refused action records one failure for the right tenant and changes nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import resolve

from tests.support.cast import Cast, sign_in
from tests.workspace.audit_assertions import AuditTrail, state_of
from tests.workspace.browsing import Visitor
from tests.workspace.samples.declaration import Row
from tests.workspace.samples.users import user
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.pages.resource_page import resource_pages
from wisely_security.workspace.pages.urls import urlpatterns

from .failing import EVERY_WAY, ROWS, address_of, every_way, every_way_on_a_record, only_failure, record_in

pytestmark = pytest.mark.long


def test_every_url_that_changes_something_is_tried(workspace: Cast) -> None:
    ROWS["Business Profile, Profile: Update"].prepare(workspace)
    tried = {
        resolve(address_of(row, workspace).partition("?")[0]).url_name
        for row in EVERY_WAY
        if row.press != "Set up business profile"
    }
    looked_at = {resource_page.key for resource_page in resource_pages()} | {
        f"{resource_page.key}_record" for resource_page in resource_pages()
    }
    elsewhere = {"business_profile_add", "scheduled_reports_run"}  # tests/scheduled_reports/test_runs.py
    offered = {pattern.name for pattern in urlpatterns} - looked_at - {"short_link"}
    assert tried | elsewhere == offered, "a Row that does it goes into its module's file in tests/workspace/samples/"


@every_way
def test_the_wrong_role_is_refused(workspace: Cast, row: Row) -> None:
    row.prepare(workspace)
    address = address_of(row, workspace)
    ella = sign_in(user(workspace, "Ella Ellis"))
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    for send in (ella.get, ella.post):
        response = send(address)
        assert response.status_code == 403
        event = only_failure(audit_trail, row)
        assert (event.reason_code, event.actor_name) == ("no_permission", "Ella Ellis")
        assert (event.resource_id, event.resource_name) == (record_in(address), "")
    assert state_of(workspace.acme) == before


@every_way_on_a_record
def test_a_user_who_may_only_view_is_offered_no_actions(workspace: Cast, row: Row) -> None:
    row.prepare(workspace)
    visitor = Visitor(sign_in(workspace.alice))
    row.open(visitor)
    address = visitor.url
    assert row.press in visitor.offered
    ella = sign_in(user(workspace, "Ella Ellis"))
    response = ella.get(address)
    if response.status_code == 200:
        assert row.press not in Visitor.of(response).offered
    else:
        assert response.status_code == 403


@every_way_on_a_record
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_record_of_another_tenant_is_not_found(workspace: Cast, row: Row, method: str) -> None:
    row.prepare(workspace)
    address = address_of(row, workspace)
    charlie = sign_in(workspace.charlie)
    own, others = AuditTrail(workspace.globex), AuditTrail(workspace.acme)
    before = state_of(workspace.acme)
    answers = []
    for record_id in (record_in(address), uuid4()):
        response = getattr(charlie, method)(address.replace(str(record_in(address)), str(record_id)))
        assert response.status_code == 404
        event = only_failure(own, row)
        assert (event.reason_code, event.reason) == ("not_found", "There is no such record.")
        assert (event.resource_id, event.resource_name, event.actor_name) == (record_id, "", "Charlie Clark")
        answers.append(Visitor.of(response).text)
    assert answers[0] == answers[1]
    assert others.new() == []
    assert state_of(workspace.acme) == before


@every_way
def test_an_aggregators_admin_changes_nothing_in_an_enterprise(workspace: Cast, row: Row) -> None:
    row.prepare(workspace)
    address = address_of(row, workspace)
    with acting_as(tenant_id=workspace.acme.pk):
        Tenant.objects.filter(pk=workspace.acme.pk).update(aggregator=workspace.initech)
    erin = sign_in(workspace.erin)
    assert erin.post("/switch-tenant/", {"tenant": str(workspace.acme.pk)}).status_code == 302
    audit_trail, own, before = AuditTrail(workspace.acme), AuditTrail(workspace.initech), state_of(workspace.acme)
    assert erin.post(address).status_code == 403
    event = only_failure(audit_trail, row)
    assert (event.reason_code, event.actor_name) == ("no_permission", "Erin Evans (Initech)")
    assert event.reason == "You are viewing Acme’s data. Return to your own tenant to make changes."
    assert own.new() == []
    assert state_of(workspace.acme) == before


@every_way
def test_a_user_whose_session_has_ended_is_sent_to_sign_in(workspace: Cast, row: Row) -> None:
    row.prepare(workspace)
    address = address_of(row, workspace)
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    for response in (Client().get(address), Client().post(address)):
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/sign-in/")
    assert audit_trail.new() == []
    assert state_of(workspace.acme) == before


NOT_ALLOWED = {  # a record whose state does not allow the action, and the reason
    "Access Account, Account: Deactivate": ("Till", "This account is already deactivated."),
    "Access Account, Account: Activate": ("Shop", "This account is already active."),
    "Templates, Template Content: Approve/Reject": ("offer", "Its content has already been reviewed."),
    "Templates, Template: Approve": ("welcome", "Its content must be approved first."),
    "Templates, Template: Reject": ("invoice", "It has already been reviewed."),
    "Users, User: Made Admin": ("Alice Adams", "You can’t do this to your own account."),
    "Users, User: Suspend": ("Sam Stone", "This user is already suspended."),
    "Users, User: Delete": ("Alice Adams", "You can’t do this to your own account."),
    "Users, User: Activate": ("Ella Ellis", "This user isn’t suspended."),
    "Roles, Role: Edit": ("MIS", "Built-in roles can’t be changed. Add a role of your own."),
}


@pytest.mark.parametrize("name", NOT_ALLOWED)
def test_a_state_that_does_not_fit_is_not_offered_and_refused(workspace: Cast, name: str) -> None:
    row = ROWS[name]
    other, reason = NOT_ALLOWED[name]
    address = address_of(row, workspace)
    visitor = Visitor(sign_in(workspace.alice))
    visitor.open("/account/sessions/").menu(row.menu).follow(other)
    assert row.press not in visitor.offered
    address = address.replace(str(record_in(address)), str(record_in(visitor.url)))
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    assert reason in visitor.open(address).text  # an old link shows the reason and is no attempt
    assert audit_trail.new() == []
    answer = visitor.client.post(address)
    assert answer.status_code == 409
    assert reason in Visitor.of(answer).text
    event = only_failure(audit_trail, row)
    assert (event.reason_code, event.reason) == ("not_allowed", reason)
    assert event.resource_name.startswith(other)
    assert state_of(workspace.acme) == before

"""Who may not do something: one Failure in the right record, and no trace of a change."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import resolve

from tests.support.cast import Cast, sign_in
from tests.workspace.action_matrix import Row
from tests.workspace.audit_assertions import Trail, state_of
from tests.workspace.browsing import Visitor
from tests.workspace.fixtures import user
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.resource_page import resource_pages
from wisely_security.workspace.urls import urlpatterns

from .failing import EVERY_WAY, ROWS, address_of, every_way, every_way_on_a_record, only_failure, record_in


def test_every_address_that_changes_something_is_tried(world: Cast) -> None:
    ROWS["Business Profile, Profile: Update"].prepare(world)
    tried = {
        resolve(address_of(row, world).partition("?")[0]).url_name
        for row in EVERY_WAY
        if row.press != "Set up business profile"
    }
    looked_at = {resource_page.key for resource_page in resource_pages()} | {
        f"{resource_page.key}_record" for resource_page in resource_pages()
    }
    assert tried | {"business_profile_add"} == {pattern.name for pattern in urlpatterns} - looked_at - {"short_link"}


@every_way
def test_the_wrong_role_is_refused(world: Cast, row: Row) -> None:
    row.prepare(world)
    address = address_of(row, world)
    ella = sign_in(user(world, "Ella Ellis"))
    trail, before = Trail(world.acme), state_of(world.acme)
    for send in (ella.get, ella.post):
        response = send(address)
        assert response.status_code == 403
        event = only_failure(trail, row)
        assert (event.reason_code, event.actor_name) == ("no_permission", "Ella Ellis")
        assert (event.resource_id, event.resource_name) == (record_in(address), "")
    assert state_of(world.acme) == before


@every_way_on_a_record
def test_who_may_only_look_is_offered_nothing(world: Cast, row: Row) -> None:
    row.prepare(world)
    visitor = Visitor(sign_in(world.alice))
    row.open(visitor)
    address = visitor.url
    assert row.press in visitor.offered
    ella = sign_in(user(world, "Ella Ellis"))
    response = ella.get(address)
    if response.status_code == 200:
        assert row.press not in Visitor.of(response).offered
    else:
        assert response.status_code == 403


@every_way_on_a_record
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_record_of_another_tenant_is_as_one_that_is_nowhere(world: Cast, row: Row, method: str) -> None:
    row.prepare(world)
    address = address_of(row, world)
    charlie = sign_in(world.charlie)
    own, others = Trail(world.globex), Trail(world.acme)
    before = state_of(world.acme)
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
    assert state_of(world.acme) == before


@every_way
def test_an_aggregators_admin_changes_nothing_in_an_enterprise(world: Cast, row: Row) -> None:
    row.prepare(world)
    address = address_of(row, world)
    with acting_as(tenant_id=world.acme.pk):
        Tenant.objects.filter(pk=world.acme.pk).update(aggregator=world.initech)
    erin = sign_in(world.erin)
    assert erin.post("/switch-tenant/", {"tenant": str(world.acme.pk)}).status_code == 302
    trail, own, before = Trail(world.acme), Trail(world.initech), state_of(world.acme)
    assert erin.post(address).status_code == 403
    event = only_failure(trail, row)
    assert (event.reason_code, event.actor_name) == ("no_permission", "Erin Evans (Initech)")
    assert event.reason == "You are viewing Acme’s data. Return to your own tenant to make changes."
    assert own.new() == []
    assert state_of(world.acme) == before


@every_way
def test_whose_session_has_ended_is_sent_to_sign_in(world: Cast, row: Row) -> None:
    row.prepare(world)
    address = address_of(row, world)
    trail, before = Trail(world.acme), state_of(world.acme)
    for response in (Client().get(address), Client().post(address)):
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/sign-in/")
    assert trail.new() == []
    assert state_of(world.acme) == before


NOT_ALLOWED = {  # the record that is in another state than the action needs, and why
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
def test_a_state_that_does_not_fit_is_not_offered_and_refused(world: Cast, name: str) -> None:
    row = ROWS[name]
    other, reason = NOT_ALLOWED[name]
    address = address_of(row, world)
    visitor = Visitor(sign_in(world.alice))
    visitor.open("/account/sessions/").menu(row.menu).follow(other)
    assert row.press not in visitor.offered
    address = address.replace(str(record_in(address)), str(record_in(visitor.url)))
    trail, before = Trail(world.acme), state_of(world.acme)
    assert reason in visitor.open(address).text  # who comes by an old link is told, and has not tried
    assert trail.new() == []
    answer = visitor.client.post(address)
    assert answer.status_code == 409
    assert reason in Visitor.of(answer).text
    event = only_failure(trail, row)
    assert (event.reason_code, event.reason) == ("not_allowed", reason)
    assert event.resource_name.startswith(other)
    assert state_of(world.acme) == before

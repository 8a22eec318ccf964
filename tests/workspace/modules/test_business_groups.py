"""Business groups: one owner, users of the tenant, and who hears of changes."""

from __future__ import annotations

from django.core.management import call_command

from tests.support.cast import Cast
from tests.support.smtp import MailServer
from tests.workspace.action_matrix import ACTION_MATRIX
from tests.workspace.audit_assertions import Trail, said, state_of
from tests.workspace.browsing import Visitor
from tests.workspace.failures.failing import ROWS, only_failure
from tests.workspace.fixtures import user
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.business_groups import BusinessGroup


def test_owner_and_users_are_of_the_tenant(world: Cast, visitor: Visitor) -> None:
    row = ROWS["Business Group, Group: Add"]
    form = row.begin(visitor)
    shown = visitor.text
    assert "Charlie" not in shown
    form.values |= {"owner": str(world.charlie.pk), "users": [str(world.charlie.pk), str(world.alice.pk)]}
    trail, before = Trail(world.acme), state_of(world.acme)
    visitor.send(form)
    assert visitor.answer.status_code == 400
    event = only_failure(trail, row)
    assert (event.reason_code, event.reason) == (
        "invalid_input",
        "Owner: Choose one from the list. Users: Choose one from the list.",
    )
    assert state_of(world.acme) == before


def test_a_user_who_owns_a_group_is_not_deleted(world: Cast, visitor: Visitor) -> None:
    visitor.open("/settings/users/").follow("Bob Brown").follow_in_page("Delete")
    trail, before = Trail(world.acme), state_of(world.acme)
    visitor.press()
    assert visitor.answer.status_code == 409
    [event] = trail.new()
    assert (event.action_label, event.status, event.reason_code) == ("Delete", "failure", "in_use")
    assert event.reason == "It is used by business group “Sales”. Change that first."
    assert event.resource_name == "Bob Brown"
    assert event.reason in visitor.text
    assert state_of(world.acme) == before


def test_a_deleted_user_leaves_the_groups_and_each_says_so(world: Cast, visitor: Visitor, trail: Trail) -> None:
    form = ROWS["Business Group, Group: Edit"].begin(visitor)
    form.fill({"Users": ["Ella Ellis", "Alice Adams"]})
    visitor.send(form)
    trail.new()
    ROWS["Users, User: Delete"].do(visitor)
    told = {(event.module_label, event.action_label, event.resource_name): said(event) for event in trail.new()}
    assert set(told) == {("Users", "Delete", "Ella Ellis"), ("Business Group", "Edit", "Finance and tax")}
    assert told["Business Group", "Edit", "Finance and tax"] == [
        {"label": "Users", "added": [], "removed": ["Ella Ellis"]}
    ]


def test_an_owner_who_cannot_be_mailed_is_one_failure(world: Cast, visitor: Visitor, mailbox: MailServer) -> None:
    [row] = [row for row in ACTION_MATRIX if row.action == "Notify business group owner"]
    mailbox.answers["bob@acme.example"] = "550 5.1.1 No such mailbox"
    row.do(visitor)
    trail = Trail(world.acme)
    call_command("send_outbox", once=True, verbosity=0)
    [event] = trail.new()
    assert (event.action_label, event.status, event.reason_code) == (row.action, "failure", "email_failed")
    assert event.reason == "The e-mail did not reach Bob Brown: 550 5.1.1 No such mailbox"
    with acting_as(tenant_id=world.acme.pk):
        assert BusinessGroup.objects.filter(name="Sales North", owner=user(world, "Bob Brown")).exists()

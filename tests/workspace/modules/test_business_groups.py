"""Business groups: one owner, users of the tenant, and who is notified of changes."""

from __future__ import annotations

from django.core.management import call_command

from tests.support.cast import Cast
from tests.support.servers.smtp import MailServer
from tests.workspace.audit_assertions import AuditTrail, displayed_changes, state_of
from tests.workspace.browsing import Visitor
from tests.workspace.failures.failing import ROWS, only_failure
from tests.workspace.samples import ACTION_MATRIX
from tests.workspace.samples.users import user
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.business_groups import BusinessGroup


def test_owner_and_users_are_of_the_tenant(workspace: Cast, visitor: Visitor) -> None:
    row = ROWS["Business Group, Group: Add"]
    form = row.begin(visitor)
    shown = visitor.text
    assert "Charlie" not in shown
    form.values |= {"owner": str(workspace.charlie.pk), "users": [str(workspace.charlie.pk), str(workspace.alice.pk)]}
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    visitor.send(form)
    assert visitor.answer.status_code == 400
    event = only_failure(audit_trail, row)
    assert (event.reason_code, event.reason) == (
        "invalid_input",
        "Owner: Choose one from the list. Users: Choose one from the list.",
    )
    assert state_of(workspace.acme) == before


def test_a_user_who_owns_a_group_is_not_deleted(workspace: Cast, visitor: Visitor) -> None:
    visitor.open("/settings/users/").follow("Bob Brown").follow_in_page("Delete")
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    visitor.press()
    assert visitor.answer.status_code == 409
    [event] = audit_trail.new()
    assert (event.action_label, event.status, event.reason_code) == ("Delete", "failure", "in_use")
    assert event.reason == "It is used by business group “Sales”. Change that first."
    assert event.resource_name == "Bob Brown"
    assert event.reason in visitor.text
    assert state_of(workspace.acme) == before


def test_a_deleted_user_leaves_the_groups_and_each_group_records_it(
    workspace: Cast, visitor: Visitor, audit_trail: AuditTrail
) -> None:
    form = ROWS["Business Group, Group: Edit"].begin(visitor)
    form.fill({"Users": ["Ella Ellis", "Alice Adams"]})
    visitor.send(form)
    audit_trail.new()
    ROWS["Users, User: Delete"].do(visitor)
    recorded = {
        (event.module_label, event.action_label, event.resource_name): displayed_changes(event)
        for event in audit_trail.new()
    }
    assert set(recorded) == {("Users", "Delete", "Ella Ellis"), ("Business Group", "Edit", "Finance and tax")}
    assert recorded["Business Group", "Edit", "Finance and tax"] == [
        {"label": "Users", "added": [], "removed": ["Ella Ellis"]}
    ]


def test_an_owner_who_cannot_be_mailed_is_one_failure(workspace: Cast, visitor: Visitor, mailbox: MailServer) -> None:
    [row] = [row for row in ACTION_MATRIX if row.action == "Notify business group owner"]
    mailbox.answers["bob@acme.example"] = "550 5.1.1 No such mailbox"
    row.do(visitor)
    audit_trail = AuditTrail(workspace.acme)
    call_command("send_outbox", once=True, verbosity=0)
    [event] = audit_trail.new()
    assert (event.action_label, event.status, event.reason_code) == (row.action, "failure", "email_failed")
    assert event.reason == "The e-mail did not reach Bob Brown: 550 5.1.1 No such mailbox"
    with acting_as(tenant_id=workspace.acme.pk):
        assert BusinessGroup.objects.filter(name="Sales North", owner=user(workspace, "Bob Brown")).exists()

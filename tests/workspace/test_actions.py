"""Every action of the platform, done through its pages, records exactly one correct event."""

from __future__ import annotations

from operator import attrgetter

import pytest
from django.core.management import call_command

from audit_trail.registry import actions
from tests.support.cast import Cast, sign_in
from tests.support.smtp import MailServer

from .action_matrix import ACTION_MATRIX, BEYOND_THE_TABLE, OTHER_WAYS, Row
from .audit_assertions import AuditTrail, displayed_changes
from .browsing import Visitor
from .fixtures import set_up_workspace


def test_the_table_has_31_rows_and_the_registry_knows_no_others() -> None:
    assert len({str(row) for row in ACTION_MATRIX}) == 31
    assert {str(action) for action in actions() if not action.direct} == {
        str(row) for row in ACTION_MATRIX + BEYOND_THE_TABLE
    }


@pytest.mark.parametrize("row", ACTION_MATRIX + BEYOND_THE_TABLE + OTHER_WAYS, ids=attrgetter("way"))
def test_each_action_leaves_one_event(committed_cast: Cast, mailbox: MailServer, row: Row) -> None:
    cast = committed_cast
    set_up_workspace(cast)
    row.prepare(cast)
    alice, audit_trail, elsewhere = Visitor(sign_in(cast.alice)), AuditTrail(cast.acme), AuditTrail(cast.globex)
    row.do(alice)
    assert alice.page.status_code == 200, alice.text
    if row.mailed:
        assert [event.action for event in audit_trail.new()] == ["edit"]
        call_command("send_outbox", once=True, verbosity=0)
    [event] = audit_trail.new()
    assert (event.module_label, event.sub_module_label, event.action_label) == (row.module, row.sub_module, row.action)
    assert (event.actor_kind, event.actor_id) == ("person", cast.alice.pk)
    assert (event.actor_name, event.actor_email) == ("Alice Adams", "alice@acme.example")
    assert (event.status, event.reason_code, event.reason) == ("success", "", "")
    assert (event.resource_type, event.resource_name) == (row.kind, row.resource)
    assert displayed_changes(event) == row.changes
    assert event.ip == "127.0.0.1"
    assert event.resource_id
    assert event.request_id
    assert elsewhere.new() == []

"""Every action of the platform, done through its pages, records exactly one correct event."""

from __future__ import annotations

from operator import attrgetter

import pytest
from django.core.management import call_command

from audit_trail.registry import actions
from tests.support.cast import Cast, sign_in
from tests.support.servers.smtp import MailServer

from .audit_assertions import AuditTrail, displayed_changes
from .browsing import Visitor
from .samples import ACTION_MATRIX, ROWS, set_up_workspace
from .samples.declaration import Row

# What the platform has promised to record. Modules may have further actions.
PROMISED = """
Business Group, Group: Add, Edit, Notify business group owner, Notify assigned users
Business Profile, Profile: Setup, Update
Access Account, Account: Setup, Edit, Deactivate, Activate
WABA Numbers, Number: Activate, Edit
WABA Numbers, Message Links: Create, Edit, Delete
Templates, Template: Create, Edit, Approve, Reject, Delete
Templates, Template Content: Approve/Reject
Templates, Settings: Edit
Opt-in/Opt-out, Consent group: Create, Edit/Update, Delete
Users, User: Made Admin, Suspend, Delete, Edited
Roles, Role: Add, Edit
"""

# tests/findings/test_decisions.py, tests/notes/test_notes.py, tests/scheduled_reports/test_saved_views.py
ELSEWHERE = {"findings", "notes", "saved_views"}


def test_what_is_promised_is_recorded() -> None:
    lines = [line.partition(": ") for line in PROMISED.strip().splitlines()]
    promised = {f"{kind}: {action}" for kind, _, listed in lines for action in listed.split(", ")}
    assert len(promised) == 31
    assert promised <= {str(action) for action in actions()}


def test_each_action_has_a_row_that_does_it() -> None:
    done = {str(action) for action in actions() if not action.direct and action.module.key not in ELSEWHERE}
    missing = done ^ {str(row) for row in ACTION_MATRIX}
    assert missing == set(), "rows of modules are in tests/workspace/samples/, a file for each module"


@pytest.mark.parametrize("row", ROWS, ids=attrgetter("way"))
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
    assert (event.module_label, event.sub_module_label, event.action_label) == (
        row.module,
        row.sub_module,
        row.action,
    ), "the trigger sees what has changed, not which button was pressed: `audited` needs a Transition"
    assert (event.actor_kind, event.actor_id) == ("person", cast.alice.pk)
    assert (event.actor_name, event.actor_email) == ("Alice Adams", "alice@acme.example")
    assert (event.status, event.reason_code, event.reason) == ("success", "", "")
    assert (event.resource_type, event.resource_name) == (row.kind, row.resource)
    assert displayed_changes(event) == row.changes
    assert event.ip == "127.0.0.1"
    assert event.resource_id
    assert event.request_id
    assert elsewhere.new() == []

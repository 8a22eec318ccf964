"""Two people act at once: one succeeds, the other sees the conflict, and nothing is overwritten."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast, sign_in
from tests.workspace.audit_assertions import AuditTrail, state_of
from tests.workspace.browsing import Visitor
from tests.workspace.samples import set_up_workspace
from tests.workspace.samples.declaration import Row
from tests.workspace.samples.users import user
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.business_profile import BusinessProfile
from wisely_security.workspace.modules.templates import Template

from .at_once import press_at_once
from .failing import ROWS, change_as_bob, every_way_on_a_record, only_failure, record_in


@every_way_on_a_record
def test_the_second_of_two_people_sees_the_conflict_and_overwrites_nothing(
    workspace: Cast, visitor: Visitor, row: Row
) -> None:
    row.prepare(workspace)
    form = row.begin(visitor)
    change_as_bob(workspace, row, record_in(visitor.address_of(form)))
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    visitor.send(form)
    assert visitor.answer.status_code == 409
    event = only_failure(audit_trail, row)
    assert event.reason_code == "conflict"
    assert event.reason.startswith("Bob Brown has changed this since you opened it.")
    assert event.resource_name
    assert event.reason in visitor.text
    assert state_of(workspace.acme) == before
    again = visitor.form
    typed = {name: value for name, value in form.values.items() if name not in {"seen", "csrfmiddlewaretoken"}}
    assert {name: again.values[name] for name in typed} == typed
    visitor.send(again)  # the person has read the message and means it
    [event] = audit_trail.new()
    assert (event.action_label, event.status) == (row.action, "success")


def test_a_conflict_is_shown_before_other_errors_and_keeps_what_was_typed(workspace: Cast, visitor: Visitor) -> None:
    row = ROWS["Business Group, Group: Edit"]
    form = row.begin(visitor)
    form.fill({"Name": ""})
    change_as_bob(workspace, row, record_in(visitor.address_of(form)))
    audit_trail = AuditTrail(workspace.acme)
    assert visitor.send(form).answer.status_code == 409
    assert only_failure(audit_trail, row).reason_code == "conflict"
    assert visitor.send(visitor.form).answer.status_code == 400
    assert only_failure(audit_trail, row).reason_code == "invalid_input"


@pytest.fixture
def two(committed_cast: Cast) -> tuple[Cast, Visitor, Visitor, AuditTrail]:
    """Alice in two browsers."""
    set_up_workspace(committed_cast)
    alice = committed_cast.alice
    return committed_cast, Visitor(sign_in(alice)), Visitor(sign_in(alice)), AuditTrail(committed_cast.acme)


def outcomes(audit_trail: AuditTrail, row: Row) -> list[tuple[str, str]]:
    events = audit_trail.new()
    assert {event.action_label for event in events} == {row.action}
    return sorted((event.status, event.reason_code) for event in events)


@pytest.mark.parametrize(
    ("name", "model", "refused"),
    [
        ("Business Profile, Profile: Setup", BusinessProfile, (400, "duplicate")),
        ("Business Group, Group: Add", BusinessGroup, (400, "duplicate")),
        ("Business Group, Group: Edit", BusinessGroup, (409, "conflict")),
        ("Templates, Template: Approve", Template, (409, "not_allowed")),
        ("Templates, Template: Delete", Template, (404, "not_found")),
        ("Users, User: Made Admin", Tenant, (409, "not_allowed")),
    ],
)
def test_of_two_simultaneous_actions_one_succeeds(two, name: str, model, refused: tuple[int, str]) -> None:
    _, one, other, audit_trail = two
    row = ROWS[name]
    codes = press_at_once(model, (one, row.begin(one)), (other, row.begin(other)))
    status, code = refused
    assert sorted(codes) == [302, status]
    assert outcomes(audit_trail, row) == [("failure", code), ("success", "")]


def test_the_position_of_super_admin_is_handed_over_once(two) -> None:
    cast, one, other, audit_trail = two
    presses = []
    for visitor, name in ((one, "Bob Brown"), (other, "Ella Ellis")):
        visitor.open("/settings/users/").follow(name).follow_in_page("Make Super Admin")
        presses.append((visitor, visitor.form))
    assert sorted(press_at_once(Tenant, *presses)) == [302, 409]
    row = ROWS["Users, User: Made Admin"]
    events = audit_trail.new()
    assert sorted((event.action_label, event.status) for event in events) == [
        (row.action, "failure"),
        (row.action, "success"),
    ]
    [done] = [event for event in events if event.status == "success"]
    assert user(cast, "Alice Adams").role_name == "Admin"
    assert user(cast, done.resource_name).role_name == "Super Admin"

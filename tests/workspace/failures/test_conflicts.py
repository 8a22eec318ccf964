"""Two people at once: one does it, the other is told, and nothing is overwritten."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast, sign_in
from tests.workspace.action_matrix import Row
from tests.workspace.audit_assertions import Trail, state_of
from tests.workspace.browsing import Visitor
from tests.workspace.fixtures import set_up_workspace, user
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.business_profile import BusinessProfile
from wisely_security.workspace.modules.templates import Template

from .at_once import press_at_once
from .failing import ROWS, change_as_bob, every_way_on_a_record, only_failure, record_in


@every_way_on_a_record
def test_the_second_of_two_is_told_and_overwrites_nothing(world: Cast, visitor: Visitor, row: Row) -> None:
    row.prepare(world)
    form = row.begin(visitor)
    change_as_bob(world, row, record_in(visitor.address_of(form)))
    trail, before = Trail(world.acme), state_of(world.acme)
    visitor.send(form)
    assert visitor.answer.status_code == 409
    event = only_failure(trail, row)
    assert event.reason_code == "conflict"
    assert event.reason.startswith("Bob Brown has changed this since you opened it.")
    assert event.resource_name
    assert event.reason in visitor.text
    assert state_of(world.acme) == before
    again = visitor.form
    typed = {name: value for name, value in form.values.items() if name not in {"seen", "csrfmiddlewaretoken"}}
    assert {name: again.values[name] for name in typed} == typed
    visitor.send(again)  # and who has read that means it
    [event] = trail.new()
    assert (event.action_label, event.status) == (row.action, "success")


def test_a_conflict_is_told_before_what_is_wrong_and_keeps_what_was_typed(world: Cast, visitor: Visitor) -> None:
    row = ROWS["Business Group, Group: Edit"]
    form = row.begin(visitor)
    form.fill({"Name": ""})
    change_as_bob(world, row, record_in(visitor.address_of(form)))
    trail = Trail(world.acme)
    assert visitor.send(form).answer.status_code == 409
    assert only_failure(trail, row).reason_code == "conflict"
    assert visitor.send(visitor.form).answer.status_code == 400
    assert only_failure(trail, row).reason_code == "invalid_input"


@pytest.fixture
def two(committed_cast: Cast) -> tuple[Cast, Visitor, Visitor, Trail]:
    """Alice in two browsers."""
    set_up_workspace(committed_cast)
    alice = committed_cast.alice
    return committed_cast, Visitor(sign_in(alice)), Visitor(sign_in(alice)), Trail(committed_cast.acme)


def outcomes(trail: Trail, row: Row) -> list[tuple[str, str]]:
    events = trail.new()
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
def test_of_two_at_the_same_moment_one_does_it(two, name: str, model, refused: tuple[int, str]) -> None:
    _, one, other, trail = two
    row = ROWS[name]
    codes = press_at_once(model, (one, row.begin(one)), (other, row.begin(other)))
    status, code = refused
    assert sorted(codes) == [302, status]
    assert outcomes(trail, row) == [("failure", code), ("success", "")]


def test_the_post_of_super_admin_is_handed_over_once(two) -> None:
    cast, one, other, trail = two
    presses = []
    for visitor, name in ((one, "Bob Brown"), (other, "Ella Ellis")):
        visitor.open("/settings/users/").follow(name).follow_in_page("Make Super Admin")
        presses.append((visitor, visitor.form))
    assert sorted(press_at_once(Tenant, *presses)) == [302, 409]
    row = ROWS["Users, User: Made Admin"]
    events = trail.new()
    assert sorted((event.action_label, event.status) for event in events) == [
        (row.action, "failure"),
        (row.action, "success"),
    ]
    [done] = [event for event in events if event.status == "success"]
    assert user(cast, "Alice Adams").role_name == "Admin"
    assert user(cast, done.resource_name).role_name == "Super Admin"

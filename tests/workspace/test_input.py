"""Invalid, duplicate and missing input."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast
from tests.workspace.samples.declaration import Row

from .audit_assertions import AuditTrail, state_of
from .browsing import Visitor
from .failures.failing import BY_PEOPLE, ROWS, only_failure


def test_every_form_has_its_invalid_input() -> None:
    assert [str(row) for row in BY_PEOPLE if row.typed and not row.invalid] == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *((str(row), "invalid_input") for row in BY_PEOPLE if row.invalid),
        *((str(row), "duplicate") for row in BY_PEOPLE if row.taken),
    ],
)
def test_errors_are_marked_and_what_was_typed_stays(workspace: Cast, visitor: Visitor, name: str, code: str) -> None:
    row = ROWS[name]
    row.prepare(workspace)
    refused = row.invalid if code == "invalid_input" else row.taken
    assert refused
    form = row.begin(visitor)
    form.fill(refused.typed)
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    visitor.send(form)
    assert visitor.answer.status_code == 400
    shown = visitor.form
    assert shown.errors() == refused.errors
    own = {"seen", "csrfmiddlewaretoken"}
    assert {name: shown.values.get(name, []) for name in form.values if name not in own} == {
        name: value for name, value in form.values.items() if name not in own
    }
    event = only_failure(audit_trail, row)
    assert event.reason_code == code
    assert all(
        error.removeprefix("Line 2: ") in event.reason or "lines" in event.reason for error in refused.errors.values()
    )
    assert state_of(workspace.acme) == before


def test_a_record_may_change_case_and_accents_of_its_own_name(workspace: Cast, visitor: Visitor) -> None:
    visitor.open("/settings/business-groups/").follow("Sales").follow_in_page("Edit").press({"Name": "SALES"})
    assert visitor.answer.status_code == 302
    assert "Business group “SALES” saved." in visitor.text


def test_the_profile_is_set_up_once(workspace: Cast, visitor: Visitor) -> None:
    row = ROWS["Business Profile, Profile: Setup"]
    form = row.begin(visitor)
    ROWS["Business Profile, Profile: Update"].prepare(workspace)
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    visitor.send(form)
    assert visitor.answer.status_code == 400
    event = only_failure(audit_trail, row)
    assert (event.reason_code, event.reason) == ("duplicate", "The business profile is already set up.")
    assert state_of(workspace.acme) == before


NEED_A_REMARK = {"Reject", "Approve/Reject"}


@pytest.mark.parametrize(
    "row", [row for row in BY_PEOPLE if row.typed and row.record and row.action not in NEED_A_REMARK], ids=str
)
def test_saving_unchanged_values_records_no_event(workspace: Cast, visitor: Visitor, row: Row) -> None:
    row.prepare(workspace)
    row.open(visitor).follow_in_page(row.press)
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    assert visitor.press().answer.status_code == 302
    assert audit_trail.new() == []
    assert state_of(workspace.acme) == before

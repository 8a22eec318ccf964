"""When the program or the database breaks midway: nothing is half done, and the failure is recorded."""

from __future__ import annotations

import pytest
from django.db import connections

from tests.support.cast import Cast, sign_in
from tests.workspace.audit_assertions import AuditTrail, state_of
from tests.workspace.browsing import Visitor
from tests.workspace.samples import sample_of, set_up_workspace
from tests.workspace.samples.declaration import Row
from wisely_security.core.request_context import FIRST_CELL
from wisely_security.database.cells.routing import current_cell

from .at_once import press_and_break
from .failing import ROWS, every_action, only_failure, record_in


@every_action
def test_a_crash_is_one_failure_with_a_reference(committed_cast: Cast, row: Row) -> None:
    cast = committed_cast
    set_up_workspace(cast)
    row.prepare(cast)
    visitor = Visitor(sign_in(cast.alice))
    form = row.begin(visitor)
    audit_trail, before = AuditTrail(cast.acme), state_of(cast.acme)
    table = sample_of(row).model._meta.db_table
    with connections["owner"].cursor() as owner:
        owner.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM wisely_app")
    visitor.client.raise_request_exception = False
    visitor.send(form)
    assert visitor.answer.status_code == 500
    event = only_failure(audit_trail, row)
    assert event.reason_code == "error"
    assert (
        event.reason == f"Something went wrong. The server log has the details under the reference {event.request_id}."
    )
    assert str(event.request_id) in visitor.html
    assert event.resource_id == record_in(visitor.url)
    assert state_of(cast.acme) == before


@pytest.mark.parametrize(
    "name", ["Business Profile, Profile: Setup", "Business Group, Group: Edit", "Templates, Template: Approve"]
)
def test_a_lost_connection_is_one_failure_and_the_next_try_works(committed_cast: Cast, name: str) -> None:
    row, cast = ROWS[name], committed_cast
    set_up_workspace(cast)
    visitor = Visitor(sign_in(cast.alice))
    form = row.begin(visitor)
    audit_trail, before = AuditTrail(cast.acme), state_of(cast.acme)
    visitor.client.raise_request_exception = False
    status = 500 if current_cell() == FIRST_CELL else 503  # a further cell that is lost has a page of its own
    assert press_and_break(sample_of(row).model, visitor, form) == status
    event = only_failure(audit_trail, row)
    assert event.reason_code == "error"
    assert str(event.request_id) in visitor.html
    assert state_of(cast.acme) == before
    visitor.client.raise_request_exception = True
    row.do(visitor)
    [event] = audit_trail.new()
    assert event.status == "success"

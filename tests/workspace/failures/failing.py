"""What the tests of failing actions share: URLs, conflicting changes, and assertions on the recorded failure."""

from __future__ import annotations

from operator import attrgetter
from uuid import UUID

import pytest

from audit_trail.models import AuditEvent
from tests.support.cast import Cast, sign_in
from tests.workspace.audit_assertions import AuditTrail
from tests.workspace.browsing import Visitor
from tests.workspace.samples import ACTION_MATRIX, OTHER_WAYS, sample_of
from tests.workspace.samples.declaration import Row
from wisely_security.core.request_context import RequestContext, using

BY_PEOPLE = [row for row in ACTION_MATRIX if not row.mailed]
ROWS = {str(row): row for row in BY_PEOPLE}
EVERY_WAY = BY_PEOPLE + OTHER_WAYS
every_action = pytest.mark.parametrize("row", BY_PEOPLE, ids=str)
every_way = pytest.mark.parametrize("row", EVERY_WAY, ids=attrgetter("way"))
every_way_on_a_record = pytest.mark.parametrize("row", [row for row in EVERY_WAY if row.record], ids=attrgetter("way"))


def address_of(row: Row, cast: Cast) -> str:
    """The URL that the action is sent to."""
    visitor = Visitor(sign_in(cast.alice))
    form = row.begin(visitor)
    return visitor.address_of(form)


def record_in(address: str) -> UUID | None:
    ids = [part for part in address.partition("?")[0].split("/") if part.count("-") == 4]
    return UUID(ids[0]) if ids else None


def only_failure(audit_trail: AuditTrail, row: Row) -> AuditEvent:
    [event] = audit_trail.new()
    assert (event.module_label, event.sub_module_label, event.action_label) == (row.module, row.sub_module, row.action)
    assert (event.status, event.changes) == ("failure", [])
    assert event.reason
    return event


def change_as_bob(cast: Cast, row: Row, record_id: UUID | None) -> None:
    sample = sample_of(row)
    values = row.by_bob or sample.by_bob or {}
    with using(RequestContext(tenant_id=cast.acme.pk, actor=cast.bob.as_actor())):
        assert sample.model._default_manager.filter(pk=record_id).update(**values) == 1

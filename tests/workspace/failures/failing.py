"""What the tests of failing actions share: URLs, conflicting changes, and assertions on the recorded failure."""

from __future__ import annotations

from operator import attrgetter
from typing import Any
from uuid import UUID

import pytest

from audit_trail.models import AuditEvent
from tests.support.cast import Cast, sign_in
from tests.workspace.action_matrix import ACTION_MATRIX, BEYOND_THE_TABLE, OTHER_WAYS, Row
from tests.workspace.audit_assertions import AuditTrail
from tests.workspace.browsing import Visitor
from wisely_security.core.request_context import RequestContext, using
from wisely_security.tenancy.models import Role, User
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.business_profile import BusinessProfile
from wisely_security.workspace.modules.consent_groups import ConsentGroup
from wisely_security.workspace.modules.templates import Template
from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber
from wisely_security.workspace.receivers.receiver import CheckpointReceiver

BY_PEOPLE = [row for row in ACTION_MATRIX + BEYOND_THE_TABLE if not row.mailed]
ROWS = {str(row): row for row in BY_PEOPLE}
EVERY_WAY = BY_PEOPLE + OTHER_WAYS
every_action = pytest.mark.parametrize("row", BY_PEOPLE, ids=str)
every_way = pytest.mark.parametrize("row", EVERY_WAY, ids=attrgetter("way"))
every_way_on_a_record = pytest.mark.parametrize("row", [row for row in EVERY_WAY if row.record], ids=attrgetter("way"))

# What somebody else changes of a record of each kind.
CHANGED_BY_BOB: dict[str, tuple[Any, dict[str, Any]]] = {
    "businessgroup": (BusinessGroup, {"description": "By Bob"}),
    "businessprofile": (BusinessProfile, {"street": "Bob’s Road"}),
    "accessaccount": (AccessAccount, {"communication": "conversational"}),
    "wabanumber": (WabaNumber, {"category": "edu"}),
    "messagelink": (MessageLink, {"name": "Bob’s link"}),
    "template": (Template, {"header": "By Bob"}),
    "consentgroup": (ConsentGroup, {"description": "By Bob"}),
    "checkpointreceiver": (CheckpointReceiver, {"frequency": "hourly"}),
    "user": (User, {"name": "Renamed by Bob"}),
    "role": (Role, {"permissions": ["login_activity.view"]}),
}


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
    model, values = CHANGED_BY_BOB[row.kind]
    if row.sub_module == "Settings":
        values = {"validity_minutes": 5}
    with using(RequestContext(tenant_id=cast.acme.pk, actor=cast.bob.as_actor())):
        assert model._default_manager.filter(pk=record_id).update(**values) == 1

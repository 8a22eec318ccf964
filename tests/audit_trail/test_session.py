"""An event of a person has the session that it was made in, by the name that Login Activity has for it."""

from __future__ import annotations

from django.db import connection
from django.test import Client

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support.cast import Cast
from tests.workspace.api import calls
from tests.workspace.browsing import Visitor
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.sealing.logs.event_rows.sealed_columns import sealed_fields
from wisely_security.tenancy.models import Tenant
from wisely_security.tenancy.sign_in.sessions import hash_key
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.consent_groups import ConsentGroup


def events_of(tenant: Tenant, **conditions: object) -> list[AuditEvent]:
    with acting_as(tenant_id=tenant.pk), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        return list(AuditEvent.objects.for_tenant(tenant.pk).filter(**conditions).order_by("id"))


def test_what_a_person_does_has_it(cast: Cast, alice: Client) -> None:
    """A change that is recorded at once, one at the transaction's end, and a refusal."""
    with acting_as(tenant_id=cast.acme.pk):
        sign_in = LoginEvent.objects.filter(user_id=cast.alice.pk, action="log_in").latest("id")
    visitor = Visitor(alice)
    for model, path in ((ConsentGroup, "consent-groups"), (BusinessGroup, "business-groups")):
        record = make(model, cast.acme, name="Old")
        visitor.open(f"/settings/{path}/{record.pk}/edit/")
        visitor.press({"Name": "New"})
        visitor.open(f"/settings/{path}/{record.pk}/edit/")
        visitor.press({"Name": ""})
        events = events_of(cast.acme, resource_id=record.pk, actor_id=cast.alice.pk)
        assert [(event.status, event.session) for event in events] == [
            ("success", sign_in.session),
            ("failure", sign_in.session),
        ]
    key = alice.session.session_key or ""
    assert sign_in.session not in {"", key, hash_key(key)[: len(sign_in.session)]}


def test_nobody_else_has_one(cast: Cast, alice: Client) -> None:
    """A call of an access account, though a person's cookie came along; what no request has made."""
    assert calls.add_account(cast.acme, cast.alice).report(calls.event(), client=alice).status_code == 201
    make(ConsentGroup, cast.acme)
    events = events_of(cast.acme)
    assert {"api", "system"} <= {event.actor_kind for event in events}
    assert {event.session for event in events} == {""}
    assert "session" not in sealed_fields(events[0]).values, "leaves of before the column stay as they are"

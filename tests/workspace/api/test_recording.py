"""What other services report is recorded as reported."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from audit_trail.registry import actions
from tests.support.cast import Cast
from tests.support.hostile import hostile
from wisely_security.core.text.characters import validate_lines

from .calls import Caller, add_account, event, reported

RECORD_ID = "0199f0a4-6e3b-7c1e-8a34-2f6f0c6d9b11"


def test_an_event_is_recorded_as_done_by_the_access_account(cast: Cast, billing: Caller) -> None:
    changes = [
        {"field": "body", "label": "Body", "before": "Hello", "after": "Hello {{1}}"},
        {"field": "buttons", "label": "Buttons", "added": ["Track"], "removed": []},
        {"field": "secret", "label": "Secret", "masked": True},
    ]
    resource = {"type": "template", "id": RECORD_ID, "name": "order_shipped (en)"}
    response = billing.report(event(action="edit", resource=resource, changes=changes), REMOTE_ADDR="203.0.113.9")
    assert response.status_code == 201, response.content
    [it] = reported(cast.acme)
    assert response.json() == {"events": [{"id": str(it.id)}]}
    assert (it.actor_kind, it.actor_id, it.actor_name, it.actor_email) == ("api", billing.account.pk, "Billing", "")
    assert (it.module, it.sub_module, it.action, it.status) == ("templates", "template", "edit", "success")
    assert (it.resource_type, str(it.resource_id), it.resource_name) == ("template", RECORD_ID, "order_shipped (en)")
    assert (it.changes, it.reason_code, it.reason, it.ip) == (changes, "", "", "203.0.113.9")
    assert str(it.request_id) == response["X-Request-ID"]


def test_a_failure_has_its_reason(cast: Cast, billing: Caller) -> None:
    failure = event(status="failure", reason_code="in_use", reason="A campaign uses it.", action="delete")
    assert billing.report(failure).status_code == 201
    [it] = reported(cast.acme)
    assert (it.status, it.reason_code, it.reason) == ("failure", "in_use", "A campaign uses it.")


@pytest.mark.parametrize("action", [action for action in actions() if action.module.key != "records"], ids=str)
def test_every_action_can_be_reported(cast: Cast, billing: Caller, action) -> None:
    module, sub_module, key = action.name
    assert billing.report(event(module=module, sub_module=sub_module, action=key)).status_code == 201
    [it] = reported(cast.acme)
    assert (it.module, it.sub_module, it.action) == action.name


def test_a_batch_keeps_its_order_in_one_statement(cast: Cast, billing: Caller) -> None:
    names = [f"template {number}" for number in range(1000)]
    with CaptureQueriesContext(connection) as statements:
        response = billing.report(*(event(resource={"name": name}) for name in names))
    assert response.status_code == 201
    assert sum("audit_trail_record" in each["sql"] for each in statements) == 1
    assert len(statements) <= 10
    recorded = reported(cast.acme)
    assert [each.resource_name for each in recorded] == names
    assert [each["id"] for each in response.json()["events"]] == [str(each.id) for each in recorded]


def test_what_an_account_reports_is_seen_by_its_own_tenant_alone(cast: Cast, billing: Caller) -> None:
    globex = add_account(cast.globex, cast.charlie)
    billing.report(event(resource={"name": "of Acme"}))
    globex.report(event(resource={"name": "of Globex"}))
    assert [each.resource_name for each in reported(cast.acme)] == ["of Acme"]
    assert [each.resource_name for each in reported(cast.globex)] == ["of Globex"]


@settings(max_examples=25)
@given(text=hostile)
def test_hostile_texts_are_kept_as_they_are_or_refused(cast: Cast, billing: Caller, text: str) -> None:
    change = {"field": "body", "label": "Body", "before": text, "after": ""}
    response = billing.report(event(changes=[change]))
    try:
        validate_lines(text)
    except ValidationError:
        assert response.status_code == 422, response.content
    else:
        assert response.status_code == 201, response.content
        assert reported(cast.acme)[-1].changes == [change]

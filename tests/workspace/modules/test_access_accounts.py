"""Access accounts: the API key is shown once and stored as a hash only; rules of allowed addresses."""

from __future__ import annotations

import json
import re

import pytest
from django.core.exceptions import ValidationError

from tests.support.cast import Cast
from tests.workspace.audit_assertions import AuditTrail, displayed_changes
from tests.workspace.browsing import Visitor, text_of
from tests.workspace.failures.failing import ROWS
from tests.workspace.samples.access_accounts import KEY
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.records.api_keys import hash_of
from wisely_security.workspace.records.validators import validate_network


def key_on(visitor: Visitor) -> str:
    [key] = [each for each in visitor.main.iter("code") if each.get("id") == "key"]
    return text_of(key)


def account(cast: Cast, label: str) -> AccessAccount:
    with acting_as(tenant_id=cast.acme.pk):
        return AccessAccount.objects.get(label=label)


def press_new_key(visitor: Visitor) -> None:
    visitor.open("/settings/access-accounts/").follow("Shop").follow_in_page("New API key").press()


def test_the_key_is_shown_once_and_kept_as_a_hash(workspace: Cast, visitor: Visitor) -> None:
    ROWS["Access Account, Account: Setup"].do(visitor)
    key = key_on(visitor)
    assert re.fullmatch(r"wsk_[\w-]{43}", key)
    assert visitor.answer["Cache-Control"] == "no-store"
    kiosk = account(workspace, "Kiosk")
    assert (kiosk.key_hash, kiosk.key_start) == (hash_of(key), key[:12])
    visitor.follow("I’ve copied it")
    assert f"{key[:12]}…" in visitor.text


def test_the_key_is_stored_and_logged_nowhere(
    workspace: Cast, visitor: Visitor, audit_trail: AuditTrail, caplog
) -> None:
    ROWS["Access Account, Account: Setup"].do(visitor)
    keys = [key_on(visitor)]
    press_new_key(visitor)
    keys.append(key_on(visitor))
    recorded = json.dumps([[event.changes, event.reason, event.resource_name] for event in audit_trail.new()])
    seen = "".join(
        visitor.open(address).page.getvalue().decode()
        for address in (
            "/settings/access-accounts/",
            f"/settings/access-accounts/{account(workspace, 'Kiosk').pk}/",
            f"/settings/access-accounts/{account(workspace, 'Kiosk').pk}/edit/",
            "/settings/security/audit-trail/",
            "/settings/security/audit-trail/download/",
        )
    )
    kept = "".join(morsel.value for morsel in visitor.client.cookies.values())
    for key in keys:
        for place in (recorded, seen, kept, caplog.text):
            assert key[12:] not in place
            assert hash_of(key) not in place


def test_a_new_key_takes_the_place_of_the_old_one(workspace: Cast, visitor: Visitor, audit_trail: AuditTrail) -> None:
    press_new_key(visitor)
    key = key_on(visitor)
    assert hash_of(key) != hash_of(KEY)
    assert account(workspace, "Shop").key_hash == hash_of(key)
    [event] = audit_trail.new()
    assert (event.action_label, displayed_changes(event)) == ("Edit", [{"label": "API key", "masked": True}])


def test_an_edit_leaves_the_key_alone(workspace: Cast, visitor: Visitor) -> None:
    ROWS["Access Account, Account: Edit"].do(visitor)
    assert account(workspace, "Shop").key_hash == hash_of(KEY)


def test_an_account_that_was_deactivated_is_active_again_with_the_same_key(workspace: Cast, visitor: Visitor) -> None:
    visitor.open("/settings/access-accounts/").follow("Shop")
    visitor.send(visitor.form_with("Deactivate"))
    assert not account(workspace, "Shop").is_active
    visitor.send(visitor.form_with("Activate"))
    assert account(workspace, "Shop").is_active
    assert account(workspace, "Shop").key_hash == hash_of(KEY)


@pytest.mark.parametrize(
    "network", ["192.0.2.7", "192.0.2.0/24", "0.0.0.0/0", "2001:db8::1", "2001:db8::/32", "::/0", "10.0.0.0/8"]
)
def test_addresses_and_networks_are_allowed(network: str) -> None:
    validate_network(network)


@pytest.mark.parametrize(
    "text",
    ["192.0.2.7/24", "192.0.2", "192.0.2.256", "192.0.2.0/33", "2001:db8::1/32", "localhost", "10.0.0.0 8", "::g", "*"],
)
def test_nothing_else_is_allowed(text: str) -> None:
    with pytest.raises(ValidationError, match="isn’t an IP address or network"):
        validate_network(text)

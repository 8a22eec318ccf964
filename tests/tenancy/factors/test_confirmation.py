"""Signing in again before something that matters: needed after ten minutes, with whatever the person has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.support.cast import PASSWORD, Cast, sign_in
from tests.support.sign_in.passkeys import Device, add_passkey
from wisely_security.tenancy.forms.form_owner import FIELD, owner_token

CONFIRM = "/account/confirm/"
ADD = "/account/passkeys/add/"


@pytest.fixture
def later() -> Iterator[None]:
    """Eleven minutes after everybody signed in."""
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        yield


@pytest.fixture
def bob(cast: Cast) -> Client:
    return sign_in(cast.bob)


def last(events: Any, cast: Cast) -> tuple[str, str, str]:
    event = events(cast.acme)[-1]
    return event.action, event.status, event.reason


def test_not_within_ten_minutes(bob: Client) -> None:
    assert bob.get(ADD).status_code == 200


def test_with_the_password_of_whoever_has_nothing_else(cast: Cast, bob: Client, later: None, events: Any) -> None:
    asked = bob.get(ADD)
    assert asked["Location"] == f"{CONFIRM}?next=%2Faccount%2Fpasskeys%2Fadd%2F"
    html = bob.get(asked["Location"]).content.decode()
    assert 'type="password"' in html
    assert "data-passkey" not in html
    refused = bob.post(CONFIRM, {"password": "guessed", "next": ADD})
    assert refused.status_code == 400
    assert "This isn’t your password." in refused.content.decode()
    assert last(events, cast) == ("second_factor", "failure", "wrong_password")
    key = bob.cookies["wisely_session"].value
    assert bob.post(CONFIRM, {"password": PASSWORD, "next": ADD})["Location"] == ADD
    assert bob.cookies["wisely_session"].value != key
    assert last(events, cast) == ("second_factor", "success", "confirmed")
    assert bob.get(ADD).status_code == 200


def test_guessing_there_locks_the_account(cast: Cast, bob: Client, later: None, settings: Any) -> None:
    settings.LOCKOUT_FAILURES_PER_ACCOUNT = 3
    for _ in range(3):
        bob.post(CONFIRM, {"password": "guessed"})
    refused = bob.post(CONFIRM, {"password": PASSWORD})
    assert refused.status_code == 400
    assert "Too many failed attempts" in refused.content.decode()


def test_with_the_passkey_of_whoever_has_one(cast: Cast, bob: Client, events: Any) -> None:
    device, others = add_passkey(bob), add_passkey(sign_in(cast.charlie))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        html = bob.get(CONFIRM).content.decode()
        assert 'data-passkey="get"' in html
        assert 'type="password"' not in html
        options = bob.get(f"{CONFIRM}passkey/options/").json()
        refused = bob.post(f"{CONFIRM}passkey/", {"answer": others.use(options)})
        assert refused.status_code == 400
        assert "wasn’t accepted" in refused.content.decode()
        assert last(events, cast) == ("second_factor", "failure", "unknown_passkey")
        accepted = bob.post(f"{CONFIRM}passkey/", {"answer": device.use(options), "next": ADD})
        assert accepted["Location"] == ADD
        assert last(events, cast) == ("second_factor", "success", "confirmed")


def test_what_was_typed_too_late_is_shown_again(cast: Cast, bob: Client) -> None:
    options, owner = bob.get(f"{ADD}options/").json(), owner_token(cast.bob, cast.acme.pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        late = bob.post(ADD, {"name": "Desk", "answer": Device().make(options), FIELD: owner})
        assert late["Location"].startswith(CONFIRM)
        bob.post(CONFIRM, {"password": PASSWORD, "next": ADD})
        assert 'value="Desk"' in bob.get(ADD).content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_leads_nowhere_else(bob: Client, elsewhere: str) -> None:
    assert bob.post(CONFIRM, {"password": PASSWORD, "next": elsewhere})["Location"] == "/"

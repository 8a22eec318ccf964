"""Text from machines or typed into a search is not refused: it is recorded harmlessly."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from login_activity.models import LoginEvent
from login_activity.sign_ins.recorder import HIDDEN_NAME
from tests.support.cast import PASSWORD, Cast, sign_in
from wisely_security.core.request_context import LONGEST_HINT
from wisely_security.core.request_context import Client as Visitor
from wisely_security.core.text.characters import is_one_line

Events = Callable[..., list[LoginEvent]]
HOSTILE = [
    "\x1b[31mred",
    "a\x9bb",
    "a\r\nSet-Cookie: b",
    "\u202emoc.live",
    "a\u2066b",
    "a\u2028b",
    "a\ufeffb",
    "a\uffffb",
]
ADDRESSES = ['"\x1b[31m"@acme.example', '"a\x01b"@acme.example', "bob@\u202eemca.example", "bob@a\u2066cme.example"]


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [each for pair in value.items() for part in pair for each in texts(part)]
    return [each for part in value for each in texts(part)] if isinstance(value, list) else [str(value)]


@pytest.mark.parametrize("typed", ADDRESSES)
def test_an_address_that_is_typed_at_sign_in(cast: Cast, events: Events, typed: str) -> None:
    Client().post("/sign-in/", {"username": typed, "password": "x" * 12})
    Client().post("/password-reset/", {"email": typed})
    assert {event.user_name for event in events(None)} <= {HIDDEN_NAME}


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_browser_says_of_itself(cast: Cast, events: Events, text: str) -> None:
    client = Client(headers={"user-agent": f"Mozilla/5.0 {text}", "sec-ch-ua-platform": '"Android"'})
    client.defaults["HTTP_SEC_CH_UA_MODEL"] = f'"{text}"'
    client.post("/sign-in/", {"username": cast.alice.email, "password": PASSWORD})
    [event] = events(cast.acme, action="log_in")
    shown = (event.user_agent, event.device, event.browser, event.system)
    assert all(map(is_one_line, shown)), shown


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 9000])
def test_a_header_that_is_recorded(text: str) -> None:
    recorded = Visitor(headers={"Accept-Language": text}).header("Accept-Language")
    assert is_one_line(recorded)
    assert 0 < len(recorded) <= LONGEST_HINT
    assert Visitor().header("Accept-Language") == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_typed_into_a_search(cast: Cast, events: Events, text: str) -> None:
    sign_in(cast.alice).get("/settings/identity-access/login-activity/", {"q": text, "period": "today"})
    support = Client()
    support.post("/admin/login/", {"username": cast.dana.email, "password": PASSWORD})
    support.get("/admin/tenancy/user/", {"q": text, "tenant": "acme"})
    assert len(details := [event.detail for event in events(cast.acme, action="view")]) == 2
    assert all(map(is_one_line, texts(details))), json.dumps(details)

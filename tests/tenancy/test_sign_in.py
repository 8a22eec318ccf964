"""Signing in and out: what a person sees and what is recorded."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from login_activity.sign_ins.recorder import HIDDEN_NAME
from tests.support.cast import PASSWORD, Cast, add_member, person, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Session, User, UserStatus
from wisely_security.tenancy.sign_in.links import tokens

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605"


def attempt(username: str, password: str = PASSWORD, **extra: Any):
    return Client().post("/sign-in/", {"username": username, "password": password}, **extra)


def set_status(user: User, status: UserStatus) -> None:
    with acting_as(**user.own_scope):
        User.objects.filter(pk=user.pk).update(status=status)


def test_a_sign_in_is_recorded_with_everything_about_it(cast: Cast, events) -> None:
    client = Client(headers={"user-agent": IPHONE})
    response = client.post(
        "/sign-in/", {"username": " Alice@ACME.example", "password": PASSWORD}, REMOTE_ADDR="10.1.2.3"
    )
    assert response.status_code == 302
    [event] = events(cast.acme)
    assert (event.user_id, event.user_name, event.user_email) == (cast.alice.pk, "Alice Adams", "alice@acme.example")
    assert (event.action, event.status, event.reason) == ("log_in", "success", "")
    assert (event.ip, event.device, event.place) == ("10.1.2.3", "iPhone", "Private network")
    assert (event.user_agent, event.user_agent_cut) == (IPHONE, False)
    assert str(event.request_id) == response.headers["X-Request-ID"]


def test_signing_out_is_recorded_once_and_ends_the_session(cast: Cast, events) -> None:
    client = sign_in(cast.alice)
    assert client.post("/sign-out/").status_code == 302
    assert [event.action for event in events(cast.acme)] == ["log_in", "log_out"]
    logged_in, logged_out = events(cast.acme)
    assert logged_in.session == logged_out.session != ""
    assert client.get("/account/profile/").status_code == 302
    with acting_as(tenant_id=cast.acme.pk):
        assert not Session.objects.exists()


def test_a_wrong_password_is_refused_and_recorded(cast: Cast, events) -> None:
    response = attempt("alice@acme.example", "not it")
    assert response.status_code == 400
    assert "The e-mail address or password is incorrect." in response.content.decode()
    assert 'value="alice@acme.example"' in response.content.decode()
    [event] = events(cast.acme)
    assert (event.action, event.status, event.reason) == ("log_in", "failure", "wrong_password")
    assert event.user_name == "Alice Adams"


def test_an_unknown_address_is_refused_in_the_same_words_and_recorded_without_tenant(cast: Cast, events) -> None:
    unknown, wrong = attempt("nobody@acme.example"), attempt("alice@acme.example", "not it")
    messages = [r.context["form"].non_field_errors() for r in (unknown, wrong)]
    assert messages[0] == messages[1]
    [event] = events(None)
    assert (event.user_id, event.user_name, event.reason) == (None, "nobody@acme.example", "unknown_user")
    assert [e.reason for e in events(cast.acme)] == ["wrong_password"]


@pytest.mark.parametrize(
    ("path", "form"), [("/sign-in/", {"password": "not it"}), ("/password-reset/", {})], ids=["sign-in", "reset"]
)
def test_a_refusal_takes_the_same_steps_whoever_is_meant(cast: Cast, path: str, form: dict[str, str]) -> None:
    """So that neither its time nor its size nor its cookies disclose who has an account (benchmarks/enumeration.py)."""
    set_status(cast.bob, UserStatus.SUSPENDED)
    ivy = person("Ivy", "ivy@acme.example", status=UserStatus.PENDING)
    ivy.set_unusable_password()
    add_member(cast.acme, "admin", ivy)
    field = "username" if path == "/sign-in/" else "email"
    Client().post(path, form | {field: "eve@acme.example"})
    seen = set()
    for email in ("alice@acme.example", "bob@acme.example", "ivy@acme.example", "eve@acme.example"):
        with CaptureQueriesContext(connection) as sent:
            answer = Client().post(path, form | {field: email})
        size = len(answer.content) - answer.content.count(email.encode()) * len(email)
        seen.add((len(sent), answer.status_code, size, tuple(answer.cookies)))
    assert len(seen) == 1


@pytest.mark.parametrize("view", ["password_reset_confirm", "accept_invitation"])
def test_a_link_that_does_not_work_takes_the_same_steps_whoever_it_names(cast: Cast, view: str) -> None:
    token = tokens.make_token(cast.charlie)  # well formed, and of none of them
    set_status(cast.bob, UserStatus.SUSPENDED)
    ivy = person("Ivy", "ivy@acme.example", status=UserStatus.PENDING)
    ivy.set_unusable_password()
    add_member(cast.acme, "admin", ivy)
    seen = set()
    for user_id in (cast.alice.pk, cast.bob.pk, ivy.pk, uuid4()):
        with CaptureQueriesContext(connection) as sent:
            answer = Client().get(reverse(view, args=[user_id, token]))
        seen.add((len(sent), answer.status_code, answer.content, tuple(answer.cookies)))
    [(_, status, *_)] = seen
    assert status == 410


@pytest.mark.parametrize("typed", ["hunter2", "correct horse battery", "+44 7700 900123", "a@b", "ünïcode", "x" * 254])
def test_what_may_be_a_password_is_never_stored_as_a_name(cast: Cast, events, typed: str) -> None:
    attempt(typed)
    [event] = events(None)
    assert (event.user_name, event.user_email) == (HIDDEN_NAME, "")
    assert typed not in repr(vars(event))


@pytest.mark.parametrize(
    ("status", "message"),
    [(UserStatus.SUSPENDED, "Your account is suspended"), (UserStatus.PENDING, "accepted your invitation yet")],
)
def test_the_reason_is_shown_only_when_the_password_is_right(
    cast: Cast, events, status: UserStatus, message: str
) -> None:
    set_status(cast.bob, status)
    assert message in attempt("bob@acme.example").content.decode()
    assert message not in attempt("bob@acme.example", "not it").content.decode()
    assert [event.reason for event in events(cast.acme)] == [status.value, "wrong_password"]


def test_passwords_and_session_keys_are_nowhere_in_the_record(cast: Cast, events) -> None:
    client = sign_in(cast.alice)
    attempt("alice@acme.example", "a wrong password")
    key = client.cookies["wisely_session"].value
    recorded = " ".join(repr(vars(event)) for event in events(cast.acme))
    assert PASSWORD not in recorded
    assert "a wrong password" not in recorded
    assert key not in recorded
    with acting_as(tenant_id=cast.acme.pk):
        [session] = Session.objects.all()
        assert key not in repr(vars(session))
        assert session.key_hash not in recorded


@pytest.mark.parametrize(
    "user_agent",
    ["", "x" * 65536, "\x01\x02", "Mozilla/5.0 (\udcff)".encode("utf-8", "surrogateescape").decode("latin-1")],
)
def test_no_user_agent_keeps_anybody_out(cast: Cast, events, user_agent: str) -> None:
    response = Client().post(
        "/sign-in/", {"username": "alice@acme.example", "password": PASSWORD}, HTTP_USER_AGENT=user_agent
    )
    assert response.status_code == 302
    [event] = events(cast.acme)
    assert len(event.user_agent) <= 512
    assert event.user_agent_cut == (len(user_agent) > 512)


def test_no_client_hints_keep_anybody_out(cast: Cast, events) -> None:
    client = Client(headers={f"sec-ch-ua-x{number}": "\0x" * 30_000 for number in range(50)})
    form = {"username": "alice@acme.example", "password": PASSWORD}
    response = client.post("/sign-in/", form, HTTP_USER_AGENT="Moz\0illa " * 100)
    assert response.status_code == 302
    assert client.get("/account/profile/").status_code == 200
    with acting_as(tenant_id=cast.acme.pk):
        [session] = Session.objects.all()
    assert len(repr(session.client)) < 10_000


def test_a_shortened_user_agent_is_recorded_as_shortened_when_its_session_ends(cast: Cast, events) -> None:
    client = sign_in(cast.alice, Client(headers={"user-agent": "x" * 600}))
    sign_in(cast.alice).post("/account/sessions/end/")
    assert client.get("/account/profile/").status_code == 302
    opened, _, ended = events(cast.acme)
    assert (opened.user_agent_cut, ended.user_agent_cut, ended.user_agent) == (True, True, opened.user_agent)


def test_a_broken_geolocation_file_keeps_nobody_out(cast: Cast, events, settings, tmp_path) -> None:
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"\xab\xcd\xefMaxMind.com" + b"\x00" * 64)
    settings.GEOIP_PATH = str(broken)
    assert attempt("alice@acme.example", REMOTE_ADDR="81.2.69.142").status_code == 302
    [event] = events(cast.acme)
    assert (event.ip, event.place) == ("81.2.69.142", "Unknown location")


def test_an_ipad_that_claims_to_be_a_mac_is_recognised_by_its_touch_points(cast: Cast, events) -> None:
    client = Client(headers={"user-agent": MAC})
    client.post("/sign-in/", {"username": "alice@acme.example", "password": PASSWORD, "touch_points": "5"})
    client.get("/settings/sign-in/")
    assert [(event.action, event.device) for event in events(cast.acme)] == [("log_in", "iPad"), ("view", "iPad")]


def test_only_a_trusted_proxy_is_believed(cast: Cast, events, settings) -> None:
    attempt("alice@acme.example", HTTP_X_FORWARDED_FOR="1.2.3.4")
    settings.TRUSTED_PROXIES = "127.0.0.0/8"
    attempt("alice@acme.example", HTTP_X_FORWARDED_FOR="1.2.3.4, 2001:db8::7")
    assert [event.ip for event in events(cast.acme)] == ["127.0.0.1", "2001:db8::7"]


def test_sign_in_goes_on_to_the_page_that_was_asked_for_and_nowhere_else(cast: Cast) -> None:
    form = {"username": "alice@acme.example", "password": PASSWORD}
    asked = Client().get("/account/profile/")
    assert asked.headers["Location"] == "/sign-in/?next=/account/profile/"
    assert Client().post("/sign-in/", form | {"next": "/account/profile/"}).headers["Location"] == "/account/profile/"
    assert Client().post("/sign-in/", form | {"next": "https://evil.example/"}).headers["Location"] == "/"


@pytest.mark.parametrize("page", ["/sign-in/", "/sign-in/?next=/sign-in/"])
def test_a_signed_in_user_is_not_redirected_in_a_loop(alice: Client, page: str) -> None:
    assert alice.get("/sign-in/", {"next": page}).headers["Location"] == "/"


def test_django_admin_takes_support_staff_and_records_everybody(cast: Cast, events) -> None:
    form = {"username": "dana@wisely.example", "password": PASSWORD}
    assert Client().post("/admin/login/", form).status_code == 302
    [event] = events(None)
    assert (event.user_name, event.action, event.status) == ("Dana Diaz", "log_in", "success")
    assert Client().post("/admin/login/", form | {"username": "alice@acme.example"}).status_code == 400
    [event] = events(cast.acme)
    assert (event.user_name, event.status, event.reason) == ("Alice Adams", "failure", "no_permission")


def test_a_sign_in_by_other_code_is_recorded_too(cast: Cast, events) -> None:
    assert authenticate(username="alice@acme.example", password="not it") is None
    assert [event.reason for event in events(cast.acme)] == ["wrong_password"]


def test_the_session_key_changes_with_the_sign_in(cast: Cast) -> None:
    client = Client()
    client.cookies["wisely_session"] = "chosen-by-an-attacker"
    sign_in(cast.alice, client)
    assert client.cookies["wisely_session"].value != "chosen-by-an-attacker"


def test_the_sign_in_page_asks_for_client_hints(client: Client) -> None:
    assert "Sec-CH-UA-Platform-Version" in client.get("/sign-in/").headers["Accept-CH"]

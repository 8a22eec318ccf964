"""Signing in with a second factor: the code after the password."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import time_machine
from django.db import connection
from django.test import Client

from tests.support.cast import PASSWORD, Cast, sign_in
from tests.support.sign_in.factors import (
    HERE,
    code_at,
    give_app,
    give_recovery_codes,
    password_step,
    sign_in_with,
    type_code,
    wrong_code,
)
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import AuthenticatorApp, RecoveryCode, Session
from wisely_security.tenancy.sign_in.accounts import set_password
from wisely_security.tenancy.sign_in.factors.codes import CodeRefusedError
from wisely_security.tenancy.sign_in.factors.of_person import reset, use_code
from wisely_security.tenancy.sign_in.factors.pending import MINUTES

Traveller = time_machine.Traveller


def test_who_has_an_app_is_asked_for_its_code_and_not_signed_in_before(
    cast: Cast, events, half_minute: Traveller
) -> None:
    seed = give_app(cast.alice)
    client, asked = password_step(cast.alice, next_path="/account/sessions/")
    assert asked.headers["Location"] == "/sign-in/code/?next=%2Faccount%2Fsessions%2F"
    assert client.get("/account/profile/").status_code == 302  # to sign in
    assert "wisely_session" not in client.cookies
    signed_in = type_code(client, code_at(seed), next="/account/sessions/")
    assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/account/sessions/")
    assert client.get("/account/sessions/").status_code == 200
    required, logged_in, used = events(cast.acme)
    assert [(each.action, each.reason) for each in (required, logged_in, used)] == [
        ("second_factor", "factor_required"),
        ("log_in", ""),
        ("second_factor", "factor_used"),
    ]
    assert used.session == logged_in.session != ""
    assert used.detail == {"factor": "Authenticator app “Phone”"}


def test_a_code_works_once_and_in_its_own_half_minute_alone(cast: Cast, events, half_minute: Traveller) -> None:
    seed = give_app(cast.bob)
    first = code_at(seed)
    sign_in_with(cast.bob, first)
    client, _ = password_step(cast.bob)
    assert "has been used" in type_code(client, first).content.decode()
    assert "code is not right" in type_code(client, code_at(seed, 1)).content.decode()  # of the next half minute
    half_minute.shift(14.9)
    assert "has been used" in type_code(client, first).content.decode()
    half_minute.shift(0.2)  # a new half minute
    assert "has just expired" in type_code(client, first).content.decode()
    assert type_code(client, code_at(seed)).status_code == 302
    refused = [event.reason for event in events(cast.acme) if event.status == "failure"]
    assert refused == ["used_code", "wrong_code", "used_code", "expired_code"]


def test_of_two_requests_with_one_code_one_gets_in(committed_cast: Cast, half_minute: Traveller) -> None:
    cast = committed_cast
    seed = give_app(cast.alice)
    code = code_at(seed)

    def use(_: int) -> str:
        try:
            return use_code(cast.alice, code).factor
        except CodeRefusedError as error:
            return error.reason
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(use, range(4)))
    assert outcomes == ["Authenticator app “Phone”", "used_code", "used_code", "used_code"]


def test_a_recovery_code_works_once_however_it_is_typed(cast: Cast, events, half_minute: Traveller) -> None:
    give_app(cast.alice)
    first, second, *_ = give_recovery_codes(cast.alice)
    sign_in_with(cast.alice, f" {first.lower().replace('-', ' ')} ")
    client, _ = password_step(cast.alice)
    assert type_code(client, first).status_code == 400
    assert type_code(client, second).status_code == 302
    used = [event.detail for event in events(cast.acme) if event.reason == "recovery_used"]
    assert used == [{"recovery codes left": 9}, {"recovery codes left": 8}]
    with acting_as(tenant_id=cast.acme.pk):
        assert first not in repr(list(RecoveryCode.objects.values()))


def test_wrong_codes_lock_the_account_and_a_right_one_no_longer_helps(
    cast: Cast, events, settings, half_minute: Traveller
) -> None:
    seed = give_app(cast.alice)
    client, _ = password_step(cast.alice)
    for _ in range(settings.LOCKOUT_FAILURES_PER_ACCOUNT):
        assert type_code(client, wrong_code(seed)).status_code == 400
    locked = type_code(client, code_at(seed))
    assert locked.status_code == 400 and "Too many failed attempts" in locked.content.decode()
    actions = [(event.action, event.reason) for event in events(cast.acme)]
    assert ("lock_out", "too_many_failures") in actions and actions[-1] == ("second_factor", "locked_out")


def test_a_sign_in_that_waits_ends_by_time_by_a_new_password_and_by_a_reset(cast: Cast, half_minute: Traveller) -> None:
    seed = give_app(cast.alice)
    client, _ = password_step(cast.alice)
    half_minute.shift(MINUTES * 60 + 1)
    assert type_code(client, code_at(seed)).headers["Location"] == "/sign-in/"
    client, _ = password_step(cast.alice)
    set_password(cast.alice, "another long password")
    assert type_code(client, code_at(seed)).headers["Location"] == "/sign-in/"
    set_password(cast.alice, PASSWORD)
    client, _ = password_step(cast.alice)
    reset(cast.alice, by=None, checked="Met in person")
    assert type_code(client, code_at(seed)).headers["Location"] == "/sign-in/"
    with acting_as(tenant_id=cast.acme.pk):
        assert not Session.objects.exists()


def test_the_page_of_another_tab_does_not_end_a_newer_sign_in(cast: Cast, half_minute: Traveller) -> None:
    seed = give_app(cast.alice)
    give_app(cast.bob)
    client, _ = password_step(cast.alice)
    older = client.get("/sign-in/code/").context["pending"].name
    password_step(cast.bob, client)
    mixed_up = type_code(client, code_at(seed), pending=older)
    assert mixed_up.status_code == 409 and "as bob@acme.example" in mixed_up.content.decode()
    assert client.get("/account/profile/").status_code == 302


def test_a_cookie_that_was_altered_or_is_missing_leads_to_the_password(cast: Cast, half_minute: Traveller) -> None:
    seed = give_app(cast.alice)
    client, _ = password_step(cast.alice)
    client.cookies["wisely_pending_sign_in"] = client.cookies["wisely_pending_sign_in"].value[:-1]
    for each in (client, Client()):
        assert type_code(each, code_at(seed)).headers["Location"] == "/sign-in/"


def test_support_staff_are_asked_at_their_own_door(cast: Cast, half_minute: Traveller) -> None:
    seed = give_app(cast.dana)
    client = Client()
    asked = client.post("/admin/login/", {"username": cast.dana.email, "password": PASSWORD}, headers={"origin": HERE})
    assert asked.headers["Location"] == "/sign-in/code/?next=%2Fadmin%2F"
    assert client.get("/admin/").status_code == 302
    assert type_code(client, code_at(seed), next="/admin/").headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_what_was_typed_into_a_form_comes_back_after_both_steps(cast: Cast, half_minute: Traveller) -> None:
    seed = give_app(cast.alice)
    client = sign_in_with(cast.alice, code_at(seed))
    page = client.get("/account/profile/").content.decode()
    owner = page.split('name="form_owner" value="')[1].split('"')[0]
    typed = {"name": "Alice Typed", "time_zone": "Asia/Kolkata", "form_owner": owner}
    ended = Client(enforce_csrf_checks=True).post("/account/profile/", typed, headers={"origin": HERE})
    carried = ended.context["unsaved"]
    half_minute.shift(30)
    fresh = Client()
    form = {"username": cast.alice.email, "password": PASSWORD, "unsaved": carried, "next": "/account/profile/"}
    asked = fresh.post("/sign-in/", form)
    assert asked.status_code == 200 and asked.context["unsaved"] == carried
    done = type_code(fresh, code_at(seed), unsaved=carried, next="/account/profile/")
    assert done.headers["Location"] == "/account/profile/"
    assert "Alice Typed" in fresh.get("/account/profile/").content.decode()


def test_people_without_a_factor_sign_in_with_the_password_alone(cast: Cast) -> None:
    give_app(cast.alice)
    assert sign_in(cast.bob).get("/account/profile/").status_code == 200
    with acting_as(tenant_id=cast.acme.pk):
        assert AuthenticatorApp.objects.count() == 1

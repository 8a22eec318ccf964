"""Setting up, removing and replacing what one confirms a sign-in with."""

from __future__ import annotations

import re
from base64 import b32decode, b64encode
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from tests.support.cast import Cast, sign_in
from tests.support.sign_in.factors import code_at, give_app, give_recovery_codes, password_step, sign_in_with, type_code
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import AuthenticatorApp, RecoveryCode, User
from wisely_security.tenancy.sign_in.factors.encryption import NoKeyError, decrypt, encrypt, keys_are_set

Traveller = time_machine.Traveller


def shown_seed(client: Client) -> bytes:
    page = client.get("/account/second-factor/app/").content.decode()
    assert 'class="qr"' in page and "style=" not in page
    return b32decode(re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", ""))  # type: ignore[index]


def test_an_app_counts_once_its_first_code_is_right(cast: Cast, events, half_minute: Traveller) -> None:
    client = sign_in(cast.alice)
    seed = shown_seed(client)
    assert shown_seed(client) == seed  # in another tab
    key = client.cookies["wisely_session"].value
    wrong = client.post("/account/second-factor/app/", {"name": "Pixel", "code": code_at(seed, 5)})
    assert wrong.status_code == 400 and 'value="Pixel"' in wrong.content.decode()
    assert sign_in(cast.alice).get("/account/profile/").status_code == 200  # the password is enough as yet
    done = client.post("/account/second-factor/app/", {"name": " Pixel ", "code": code_at(seed)})
    codes = done.context["codes"]
    assert len(set(codes)) == 10 and all(code in done.content.decode() for code in codes)
    assert client.cookies["wisely_session"].value != key
    assert [event.reason for event in events(cast.acme)][-2:] == ["factor_added", "recovery_made"]
    listed = client.get("/account/second-factor/").content.decode()
    assert "Pixel" in listed and "10 codes left" in listed and codes[0] not in listed
    half_minute.shift(30)
    sign_in_with(cast.alice, code_at(seed))
    stored = repr(list(all_of(cast.alice)))
    assert b64encode(seed).decode() not in stored and repr(seed) not in stored


def apps_of(user: User) -> list[dict[str, Any]]:
    with acting_as(**user.own_scope):
        return [dict(each) for each in AuthenticatorApp.objects.filter(user=user).values()]


def all_of(user: User) -> list[object]:
    with acting_as(**user.own_scope):
        return [*apps_of(user), *RecoveryCode.objects.values(), *user.sessions.values()]


def test_a_setup_that_was_left_open_ends(cast: Cast, half_minute: Traveller) -> None:
    client = sign_in(cast.alice)
    seed = shown_seed(client)
    half_minute.shift(9 * 60)
    client.get("/account/second-factor/app/")
    half_minute.shift(7 * 60)  # and ten minutes since the sign-in are over too
    late = client.post("/account/second-factor/app/", {"name": "Pixel", "code": code_at(seed)})
    assert late.headers["Location"] == "/account/confirm/?next=%2Faccount%2Fsecond-factor%2Fapp%2F"
    assert apps_of(cast.alice) == []


def test_with_the_last_app_the_recovery_codes_go_and_the_password_is_enough(
    cast: Cast, events, half_minute: Traveller
) -> None:
    seed = give_app(cast.bob)
    give_recovery_codes(cast.bob)
    client = sign_in_with(cast.bob, code_at(seed))
    [app] = apps_of(cast.bob)
    url = f"/account/second-factor/{app['id']}/remove/"
    assert "your only second factor" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    assert events(cast.acme)[-1].reason == "factor_removed"
    with acting_as(tenant_id=cast.acme.pk):
        assert not RecoveryCode.objects.exists()
    sign_in(cast.bob)


def test_another_s_app_does_not_exist(cast: Cast, half_minute: Traveller) -> None:
    for owner in (cast.bob, cast.charlie, cast.dana):
        give_app(owner)
    client = sign_in(cast.alice)
    for owner in (cast.bob, cast.charlie, cast.dana):
        [app] = apps_of(owner)
        for send in (client.get, client.post):
            assert send(f"/account/second-factor/{app['id']}/remove/").status_code == 404
    assert "Phone" not in client.get("/account/second-factor/").content.decode()


def test_a_new_set_of_codes_replaces_the_old_one(cast: Cast, half_minute: Traveller) -> None:
    seed = give_app(cast.alice)
    old = give_recovery_codes(cast.alice)
    client = sign_in_with(cast.alice, code_at(seed))
    new = client.post("/account/second-factor/recovery-codes/").context["codes"]
    again, _ = password_step(cast.alice)
    assert type_code(again, old[0]).status_code == 400
    assert type_code(again, new[0]).status_code == 302


def test_keys_can_be_replaced_and_a_row_of_another_person_opens_nothing(settings) -> None:
    old, new = (b64encode(bytes([number]) * 32).decode() for number in (1, 2))
    owner = uuid4()
    settings.FACTOR_KEYS = [old]
    stored = encrypt(b"seed", owner)
    settings.FACTOR_KEYS = [new, old]
    assert decrypt(stored, owner) == b"seed"
    with pytest.raises(NoKeyError):
        decrypt(stored, uuid4())
    settings.FACTOR_KEYS = [new]
    with pytest.raises(NoKeyError):
        decrypt(stored, owner)
    assert keys_are_set(None) == []
    for wrong in ([], ["c2hvcnQ="], ["not base64!"]):
        settings.FACTOR_KEYS = wrong
        assert [error.id for error in keys_are_set(None)] == ["wisely_security.E033"]

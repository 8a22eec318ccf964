"""A browser and a network that somebody has signed in from are not locked by guesses from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import Morsel
from typing import Any

import pytest
from django.core.signing import Signer
from django.db import connections
from django.test import Client
from django.urls import reverse

from login_activity.sign_ins import familiar
from tests.support.cast import PASSWORD, Cast
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import User
from wisely_security.tenancy.sign_in.accounts import set_password
from wisely_security.tenancy.sign_in.links import tokens
from wisely_security.tenancy.sign_in.signals import SessionEnd

from .test_lockout import LOCKED, guess

ALICE, BOB = "alice@acme.example", "bob@acme.example"
OFFICE, HOME, ELSEWHERE = "203.0.113.9", "198.51.100.4", "192.0.2.66"


@pytest.fixture(autouse=True)
def _low_limits(settings: Any) -> None:
    settings.LOCKOUT_FAILURES_PER_ACCOUNT = 3
    settings.LOCKOUT_ACCOUNTS_PER_ADDRESS = 4


def signs_in(browser: Client, username: str = ALICE, password: str = PASSWORD, address: str = ELSEWHERE) -> bool:
    answer = browser.post("/sign-in/", {"username": username, "password": password}, REMOTE_ADDR=address)
    return answer.status_code == 302


def is_locked(browser: Client, username: str = ALICE, address: str = ELSEWHERE) -> bool:
    answer = browser.post("/sign-in/", {"username": username, "password": "not it"}, REMOTE_ADDR=address)
    return LOCKED in answer.content.decode()


def cookie(browser: Client) -> Morsel[str]:
    return browser.cookies[familiar.COOKIE]


def with_cookie(value: str) -> Client:
    browser = Client()
    browser.cookies[familiar.COOKIE] = value
    return browser


@pytest.fixture
def laptop(cast: Cast) -> Client:
    """Of Alice, who has signed in with it in the office, and out."""
    browser = Client()
    assert signs_in(browser, address=OFFICE)
    browser.post("/sign-out/")
    return browser


def test_the_owner_signs_in_with_the_usual_browser_while_others_guess(laptop: Client) -> None:
    for _ in range(3):
        assert guess(ALICE, 4)[-1]
        assert signs_in(laptop)
        assert guess(ALICE, 1) == [True], "her sign-in does not give the guessers new tries"


def test_the_owner_signs_in_with_another_browser_from_the_usual_network(laptop: Client) -> None:
    assert guess(ALICE, 4, REMOTE_ADDR=ELSEWHERE)[-1]
    assert signs_in(Client(), address=OFFICE)
    assert not signs_in(Client(), address=HOME)


def test_each_of_them_has_a_count_of_its_own(laptop: Client) -> None:
    """Whoever has stolen the cookie guesses no more often than others."""
    stolen = with_cookie(cookie(laptop).value)
    assert [is_locked(stolen) for _ in range(4)] == [False, False, False, True]
    assert [is_locked(Client(), address=OFFICE) for _ in range(4)] == [False, False, False, True]
    assert [is_locked(Client()) for _ in range(4)] == [False, False, False, True]


def test_the_cookie_is_out_of_reach_of_scripts_and_changes_with_each_sign_in(laptop: Client) -> None:
    brought = cookie(laptop)
    assert (brought["httponly"], brought["samesite"], brought["max-age"]) == (True, "Lax", 180 * 24 * 3600)
    first = brought.value
    signs_in(laptop)
    second = cookie(laptop).value
    assert second != first
    signs_in(laptop)
    guess(ALICE, 3)
    assert not is_locked(with_cookie(second), address=HOME), "the answer with the newest may have been lost"
    assert is_locked(with_cookie(first), address=HOME)


def test_a_wrong_password_brings_no_cookie(cast: Cast) -> None:
    for username in (ALICE, "nobody@acme.example"):
        browser = Client()
        assert not signs_in(browser, username, "not it")
        assert familiar.COOKIE not in browser.cookies


@pytest.mark.parametrize(
    "forge",
    [
        lambda value: value[:-1] + ("A" if value[-1] != "A" else "B"),
        lambda value: value.partition(":")[0],
        lambda value: Signer(salt="another").sign(value.partition(":")[0]),
        lambda value: Signer(salt="login_activity.familiar").sign("x" * 32),
        lambda value: "\x00:" * 5000,
    ],
    ids=["altered", "unsigned", "signed for something else", "of nobody", "nonsense"],
)
def test_a_forged_cookie_is_a_strangers(laptop: Client, forge: Callable[[str], str]) -> None:
    guess(ALICE, 3)
    assert is_locked(with_cookie(forge(cookie(laptop).value)))


def test_a_cookie_is_of_use_for_its_own_account_alone(laptop: Client, cast: Cast) -> None:
    """Charlie is of another tenant, and has once used the same browser, as Bob has."""
    guess(BOB, 3)
    assert is_locked(laptop, BOB)
    assert signs_in(laptop, "charlie@globex.example")
    guess(ALICE, 3)
    guess("charlie@globex.example", 3)
    assert not is_locked(laptop)
    assert not is_locked(laptop, "charlie@globex.example")
    assert is_locked(laptop, BOB)


def test_a_browser_knows_the_last_five_people(cast: Cast, laptop: Client) -> None:
    for _ in range(6):
        signs_in(laptop, BOB)
    assert not guess(ALICE, 3)[-1]
    assert not is_locked(laptop), "the same person takes one place"
    value = Signer(salt="login_activity.familiar").unsign(cookie(laptop).value)
    assert len(value.split(".")) == 2


class TestAnAddress:
    def test_is_not_locked_by_one_colleague(self, cast: Cast) -> None:
        guess(BOB, 20, REMOTE_ADDR=OFFICE)
        assert signs_in(Client(), address=OFFICE)

    def test_that_tries_many_accounts_is_locked_for_strangers_alone(self, laptop: Client) -> None:
        for number in range(4):
            guess(f"user{number}@acme.example", 1, REMOTE_ADDR=OFFICE)
        assert not signs_in(Client(), BOB, address=OFFICE)
        assert signs_in(Client(), address=OFFICE), "she has signed in from there"
        assert signs_in(laptop, address=OFFICE)

    def test_counts_by_its_network_in_ipv6(self, cast: Cast) -> None:
        assert signs_in(Client(), address="2001:db8:1:2::7")
        guess(ALICE, 3, REMOTE_ADDR=ELSEWHERE)
        assert not is_locked(Client(), address="2001:db8:1:2:ffff::1")
        assert is_locked(Client(), address="2001:db8:1:3::7")

    def test_is_what_a_trusted_proxy_says(self, laptop: Client, settings: Any) -> None:
        guess(ALICE, 3)
        form = {"username": ALICE, "password": PASSWORD}
        through: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": OFFICE}
        assert Client().post("/sign-in/", form, **through).status_code == 400
        settings.TRUSTED_PROXIES = "127.0.0.0/8"
        assert Client().post("/sign-in/", form, **through).status_code == 302


def reset(user: User) -> None:
    link = reverse("password_reset_confirm", args=[user.pk, tokens.make_token(user)])
    assert Client().post(link, {"new_password": PASSWORD + " and staple"}).status_code == 302


def disown(user: User) -> None:
    with acting_as(tenant_id=user.tenant_id):
        set_password(user, "nobody knows this one", cause=SessionEnd.DISOWNED)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("end", [reset, disown, familiar.forget])
def test_nothing_is_familiar_after(committed_cast: Cast, end: Callable[[User], object]) -> None:
    laptop = Client()
    assert signs_in(laptop, address=OFFICE)
    with acting_as(tenant_id=committed_cast.acme.pk):
        end(User.objects.get(pk=committed_cast.alice.pk))
    guess(ALICE, 3)
    assert is_locked(laptop)
    assert is_locked(Client(), address=OFFICE)


@pytest.mark.usefixtures("committed")
def test_the_browser_in_which_the_password_is_changed_stays_familiar(committed_cast: Cast) -> None:
    laptop, phone = Client(), Client()
    assert signs_in(laptop)
    assert signs_in(phone)
    changed = laptop.post("/account/password/", {"old_password": PASSWORD, "new_password": "another good password"})
    assert changed.status_code == 302
    guess(ALICE, 3, REMOTE_ADDR=HOME)
    assert (is_locked(laptop), is_locked(phone)) == (False, True)
    value = Signer(salt="login_activity.familiar").unsign(cookie(laptop).value)
    assert len(value.split(".")) == 1


@pytest.mark.usefixtures("committed")
def test_a_place_is_familiar_for_a_while(committed_cast: Cast) -> None:
    laptop = Client()
    assert signs_in(laptop, address=OFFICE)
    guess(ALICE, 3)
    for days, of_browser, of_network in ((29, False, False), (2, False, True), (150, True, True)):
        with connections["owner"].cursor() as cursor:
            cursor.execute("UPDATE login_activity_familiar SET seen_at = seen_at - make_interval(days => %s)", [days])
        assert (is_locked(laptop), is_locked(Client(), address=OFFICE)) == (of_browser, of_network)


@pytest.mark.usefixtures("committed")
def test_what_is_kept_of_each_person_is_bounded(committed_cast: Cast) -> None:
    for number in range(12):
        assert signs_in(Client(), address=f"192.0.2.{number}")
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*), count(network) FROM login_activity_familiar")
        assert cursor.fetchone() == (20, 10)

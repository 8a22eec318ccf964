"""Password guessing is locked out, per account and per address, without disclosing which accounts exist."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client

from tests.support.cast import PASSWORD, Cast
from tests.support.sign_in.factors import code_at, give_app, password_step, type_code, wrong_code
from tests.support.statements import at_most
from tests.tenancy.test_sign_in import attempt, set_status
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import UserStatus
from wisely_security.tenancy.sign_in.accounts import set_password

LOCKED = "Too many failed attempts."


@pytest.fixture(autouse=True)
def _low_limits(settings) -> None:
    settings.LOCKOUT_FAILURES_PER_ACCOUNT = 3
    settings.LOCKOUT_ACCOUNTS_PER_ADDRESS = 6
    settings.LOCKOUT_WAITS = [1, 2, 8]
    settings.FLOOD_EVENTS_PER_ACCOUNT = settings.FLOOD_EVENTS_PER_ADDRESS = 1000  # hours are minutes here


def kept() -> list[tuple[str, str]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT account, host(network) FROM login_activity_guess ORDER BY id")
        return list(cursor.fetchall())


def guess(username: str, times: int, **extra: Any) -> list[bool]:
    """Whether each guess was answered with the lock."""
    return [LOCKED in attempt(username, "not it", **extra).content.decode() for _ in range(times)]


def minutes_pass(minutes: float) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE login_activity_guess SET at = at - make_interval(secs => %s)", [minutes * 60])


@pytest.mark.parametrize("username", ["alice@acme.example", "nobody@acme.example"])
def test_an_account_locks_after_the_limit_whether_it_exists_or_not(cast: Cast, username: str) -> None:
    assert guess(username, 5) == [False, False, False, True, True]


def test_a_locked_account_refuses_the_right_password_and_everything_is_recorded(cast: Cast, events) -> None:
    guess("alice@acme.example", 3)
    assert LOCKED in attempt("alice@acme.example").content.decode()
    assert [(event.action, event.reason) for event in events(cast.acme)] == [
        ("log_in", "wrong_password"),
        ("log_in", "wrong_password"),
        ("log_in", "wrong_password"),
        ("lock_out", "too_many_failures"),
        ("log_in", "locked_out"),
    ]


def test_other_accounts_stay_open(cast: Cast) -> None:
    guess("alice@acme.example", 3)
    assert attempt("bob@acme.example").status_code == 302


def test_a_password_reset_request_is_not_counted_as_a_guess(cast: Cast) -> None:
    for name in ("alice@acme.example", "nobody@acme.example"):
        for _ in range(7):
            Client().post("/password-reset/", {"email": name})
        assert LOCKED not in attempt(name, "not it").content.decode()


def test_the_lock_of_an_address_is_recorded_for_support(cast: Cast, events) -> None:
    for number in range(8):
        guess(f"user{number}@acme.example", 1, REMOTE_ADDR="203.0.113.9")
    assert [event.action for event in events(None)].count("lock_out") == 1


def test_a_sign_in_resets_the_count(cast: Cast) -> None:
    guess("alice@acme.example", 2)
    assert attempt("alice@acme.example").status_code == 302
    assert guess("alice@acme.example", 3) == [False, False, False]


def test_an_address_that_tries_many_names_is_locked_for_all_of_them(cast: Cast) -> None:
    for number in range(6):
        guess(f"user{number}@acme.example", 1, REMOTE_ADDR="203.0.113.9")
    assert LOCKED in attempt("alice@acme.example", REMOTE_ADDR="203.0.113.9").content.decode()
    assert attempt("alice@acme.example", REMOTE_ADDR="203.0.113.10").status_code == 302


def test_an_ipv6_address_counts_by_its_network(cast: Cast) -> None:
    for number in range(6):
        guess(f"user{number}@acme.example", 1, REMOTE_ADDR=f"2001:db8:1:2::{number:x}")
    assert LOCKED in attempt("alice@acme.example", REMOTE_ADDR="2001:db8:1:2:ffff::1").content.decode()
    assert attempt("alice@acme.example", REMOTE_ADDR="2001:db8:1:3::1").status_code == 302


def test_what_an_attempt_costs(cast: Cast) -> None:
    """Reserve and find; load the tenant and role, open account and session, record, know the place again. A failure is
    recorded, unless there is a flood of them."""
    attempt("alice@acme.example")
    with at_most(7):
        assert attempt("alice@acme.example").status_code == 302
    with at_most(4):
        assert attempt("alice@acme.example", "not it").status_code == 400


@pytest.mark.usefixtures("committed")
def test_only_addresses_are_stored(committed_cast: Cast) -> None:
    """People type passwords into the name field."""
    guess("Tr0ub4dor&3", 2)
    assert kept() == [("", "127.0.0.1")] * 2


@pytest.mark.usefixtures("committed")
def test_a_failure_is_forgotten_after_a_day(committed_cast: Cast) -> None:
    guess("alice@acme.example", 2)
    minutes_pass(24 * 60 + 1)
    assert guess("alice@acme.example", 3) == [False, False, False]


@pytest.mark.usefixtures("committed")
def test_what_no_longer_counts_is_removed_now_and_then(committed_cast: Cast) -> None:
    guess("alice@acme.example", 2)
    minutes_pass(24 * 60 + 1)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE login_activity_guess ALTER id RESTART WITH 50")
    guess("bob@acme.example", 1)
    assert kept() == [("bob@acme.example", "127.0.0.1")]


def test_the_application_can_neither_read_nor_alter_the_failures(cast: Cast) -> None:
    for statement in (
        "SELECT FROM login_activity_guess",
        "DELETE FROM login_activity_guess",
        "INSERT INTO login_activity_guess (account, counted) VALUES ('x', '')",
        "SELECT FROM login_activity_familiar",
        "SELECT login_activity_find_familiar(NULL, NULL, NULL, NULL)",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("username", ["alice@acme.example", "nobody@acme.example"])
def test_each_further_failure_locks_for_longer_and_each_lock_ends_by_itself(
    committed_cast: Cast, events, username: str
) -> None:
    """The message says when, and what was refused does not count."""
    guess(username, 3)
    for wait in ("a minute", "2 minutes", "8 minutes", "8 minutes"):
        answers = [attempt(username, "not it").content.decode() for _ in range(2)]
        assert all(f"Try again in {wait}, or reset your password." in each for each in answers)
        minutes = 1 if wait == "a minute" else int(wait.split()[0])
        minutes_pass(minutes - 0.5)
        assert guess(username, 1) == [True]
        minutes_pass(0.5)
        assert guess(username, 1) == [False]
    locks = [e for e in events(committed_cast.acme if "alice" in username else None) if e.action == "lock_out"]
    assert [event.detail["minutes"] for event in locks] == [1, 2, 8, 8, 8]
    minutes_pass(8)
    assert attempt("alice@acme.example").status_code == 302


@pytest.mark.usefixtures("committed")
def test_a_clock_that_was_set_back_locks_nobody_for_longer(committed_cast: Cast) -> None:
    guess("alice@acme.example", 3)
    minutes_pass(-600)
    assert "Try again in a minute," in attempt("alice@acme.example").content.decode()


def test_a_right_password_is_no_guess_whatever_comes_of_it(cast: Cast) -> None:
    set_status(cast.bob, UserStatus.SUSPENDED)
    for _ in range(5):
        assert "suspended" in attempt("bob@acme.example").content.decode()
        assert (
            Client().post("/admin/login/", {"username": "alice@acme.example", "password": PASSWORD}).status_code == 400
        )
    assert guess("alice@acme.example", 3) == [False] * 3


def test_of_many_guesses_at_once_no_more_are_checked_than_the_limit_allows(
    committed_cast: Cast, events, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All wait for each other in the hash, as they would on many processors."""
    checked: list[str] = []
    refused = threading.Event()
    verify = hashers.MD5PasswordHasher.verify

    def slow(hasher: hashers.MD5PasswordHasher, password: str, encoded: str) -> bool:
        checked.append(password)
        refused.wait(timeout=60)
        return verify(hasher, password, encoded)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "verify", slow)

    def work(number: int) -> bool:
        try:
            return LOCKED in attempt("alice@acme.example", f"guess {number}").content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        futures = [pool.submit(work, number) for number in range(20)]
        answers = [future.result() for future in islice(as_completed(futures), 17)]  # refused without a hash
        refused.set()
        answers += [future.result() for future in futures]
    assert (len(checked), answers[:17]) == (3, [True] * 17)
    recorded = [(event.action, event.reason) for event in events(committed_cast.acme)]
    assert recorded.count(("log_in", "wrong_password")) == 3
    assert recorded.count(("lock_out", "too_many_failures")) == 1


def test_right_passwords_at_once_are_all_right(committed_cast: Cast) -> None:
    def work(_: int) -> int:
        try:
            return int(attempt("alice@acme.example").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(work, range(3))) == [302] * 3
    assert kept() == []


@pytest.mark.usefixtures("committed")
def test_codes_of_a_second_factor_are_guesses_of_their_own(committed_cast: Cast, events) -> None:
    """Neither the right password nor a new one, which an e-mail brings, gives whoever has it new tries at the code."""
    alice = committed_cast.alice
    seed = give_app(alice)
    for _ in range(2):
        client, _ = password_step(alice)
        type_code(client, wrong_code(seed))
    client, _ = password_step(alice)
    assert LOCKED not in type_code(client, wrong_code(seed)).content.decode()
    assert "Try again in a minute." in type_code(client, code_at(seed)).content.decode()
    with acting_as(tenant_id=alice.tenant_id):
        set_password(alice, PASSWORD)
    client, _ = password_step(alice)
    assert "Try again in a minute." in type_code(client, code_at(seed)).content.decode()
    minutes_pass(1)
    assert type_code(client, code_at(seed)).status_code == 302
    assert kept() == []
    assert [event.action for event in events(committed_cast.acme)].count("lock_out") == 1

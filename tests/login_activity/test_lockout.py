"""Password guessing is locked out, per account and per address, without disclosing which accounts exist."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client

from tests.support.cast import Cast
from tests.tenancy.test_sign_in import attempt

LOCKED = "Too many failed attempts."


@pytest.fixture(autouse=True)
def _low_limits(settings) -> None:
    settings.LOCKOUT_FAILURES_PER_ACCOUNT = 3
    settings.LOCKOUT_FAILURES_PER_ADDRESS = 6


def kept() -> list[tuple[str, str]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT account, host(ip) FROM login_activity_recent_failure ORDER BY at")
        return list(cursor.fetchall())


def guess(username: str, times: int, **extra: Any) -> list[bool]:
    """Whether each guess was answered with the lock."""
    return [LOCKED in attempt(username, "not it", **extra).content.decode() for _ in range(times)]


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


@pytest.mark.usefixtures("committed")
def test_only_addresses_are_stored(committed_cast: Cast) -> None:
    """People type passwords into the name field."""
    guess("Tr0ub4dor&3", 2)
    assert kept() == [("", "127.0.0.1")] * 2


@pytest.mark.usefixtures("committed")
def test_a_failure_is_forgotten_after_a_day(committed_cast: Cast) -> None:
    guess("alice@acme.example", 2)
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE login_activity_recent_failure SET at = at - interval '25 hours'")
    guess("bob@acme.example", 1)
    assert kept() == [("bob@acme.example", "127.0.0.1")]


def test_the_application_can_neither_read_nor_alter_the_failures(cast: Cast) -> None:
    for statement in (
        "SELECT FROM login_activity_recent_failure",
        "DELETE FROM login_activity_recent_failure",
        "INSERT INTO login_activity_recent_failure (account) VALUES ('x')",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


@pytest.mark.usefixtures("committed")
def test_a_lock_ends_by_itself(committed_cast: Cast, settings) -> None:
    guess("alice@acme.example", 5)
    settings.LOCKOUT_MINUTES = 0
    assert attempt("alice@acme.example").status_code == 302


def test_concurrent_guesses_lock_once(committed_cast: Cast, events) -> None:
    def work() -> None:
        attempt("alice@acme.example", "not it")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.action for event in events(committed_cast.acme)].count("lock_out") == 1

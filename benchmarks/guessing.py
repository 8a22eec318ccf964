"""Guessers at one account while its owner signs in from the usual browser: who gets in, and what it costs.

.venv-bench/bin/python -m benchmarks.guessing [seconds]
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import Counter
from typing import Any

import django

from wisely_security.devserver.embedded import provide

from .results import Table, publish

GUESSERS = 20
OWNER_EVERY = 1.0  # seconds
TABLES = "login_activity_loginevent", "login_activity_guess", "login_activity_familiar", "login_activity_counted"


def main(seconds: float) -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from tests.support.cast import PASSWORD, create_cast
    from tests.support.databases import drop_template, fresh_database, make_template
    from wisely_security.tenancy.models import User

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    logging.disable(logging.CRITICAL)
    count: Counter[str] = Counter()
    check = User.check_password

    def counted(user: User, password: str | None) -> bool:
        count["hashed"] += password != PASSWORD
        return check(user, password)

    def guess(number: int, until: float) -> None:
        for each in range(10**9):
            if time.monotonic() >= until:
                break
            client = Client(REMOTE_ADDR=f"198.51.{number}.{each % 250}")
            client.post("/sign-in/", {"username": alice.email, "password": f"guess {number} {each}"})
            count["tried"] += 1
        connection.close()

    make_template()
    with fresh_database(f"bench_guessing_{os.getpid()}"):
        alice = create_cast().alice
        owner = Client(REMOTE_ADDR="203.0.113.9")
        form = {"username": alice.email, "password": PASSWORD}
        assert owner.post("/sign-in/", form).status_code == 302
        before = _rows()
        User.check_password = counted  # type: ignore[method-assign]
        until = time.monotonic() + seconds
        guessers = [threading.Thread(target=guess, args=(number, until)) for number in range(GUESSERS)]
        for each in guessers:
            each.start()
        while time.monotonic() < until:
            count["owner"] += 1
            count["owner in"] += owner.post("/sign-in/", form).status_code == 302
            time.sleep(OWNER_EVERY)
        for each in guessers:
            each.join()
        written = {table: rows - before[table] for table, rows in _rows().items()}
        User.check_password = check  # type: ignore[method-assign]
    drop_template()
    publish(_table(seconds, count, written), command=f"python -m benchmarks.guessing {seconds:g}")


def _rows() -> dict[str, int]:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SET wisely.scope = 'support'")
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")  # nosec B608
            found[table] = cursor.fetchone()[0]
    return found


def _table(seconds: float, count: Counter[str], written: dict[str, int]) -> Table:
    rows: list[tuple[str, Any]] = [
        ("guesses tried", count["tried"]),
        ("of them hashed", count["hashed"]),
        ("sign-ins of the owner", count["owner"]),
        ("of them successful", count["owner in"]),
        ("events written", written["login_activity_loginevent"]),
        ("rows of counts written beside them", sum(written.values()) - written["login_activity_loginevent"]),
    ]
    return Table(
        title="An attack on one account",
        about=(
            f"{GUESSERS} guessers try passwords of one account for {seconds:g} seconds, from a new address each time, "
            "as fast as they are answered; its owner signs in again and again with the browser that she has used "
            "before. One process; passwords are hashed as in production. Events: those that are not counted as a flood "
            "([floods](../operating/floods.md)); each of her sign-ins leaves two."
        ),
        headings=["", "number"],
        rows=[(name, f"{number:,}") for name, number in rows],
    )


if __name__ == "__main__":
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)

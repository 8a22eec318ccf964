"""What recording adds to a sign-in: the same page with and without it, one after the other, medians in one run.

    .venv/bin/python -m benchmarks.sign_in [rounds]

"Without" is the application with neither receivers nor lock-out. The hasher is a cheap one, so that the password does
not hide the difference: with the real one it is a fraction of a per cent.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django

from wisely_security.database.embedded import provide


def main(rounds: int) -> None:
    from random import randrange

    from django.conf import settings
    from django.db.models.functions import Now
    from django.test import Client

    from tests.cast import PASSWORD, WINDOWS_CHROME, create_cast
    from tests.databases import drop_template, fresh_database, make_template
    from wisely_security.request_context import acting_as
    from wisely_security.tenancy.models import User

    logging.disable(logging.CRITICAL)
    settings.LOCKOUT_FAILURES_PER_ACCOUNT = settings.LOCKOUT_FAILURES_PER_ADDRESS = 10**9

    def post(password: str) -> float:
        """Seconds. Each attempt comes from an address of its own and finds no earlier guesses at the account."""
        with acting_as(tenant_id=cast.acme.pk):
            User.objects.filter(pk=cast.alice.pk).update(last_login=Now())
        client = Client(headers={"user-agent": WINDOWS_CHROME}, REMOTE_ADDR=f"10.{randrange(256)}.{randrange(256)}.1")
        start = time.perf_counter()
        client.post("/sign-in/", {"username": "alice@acme.example", "password": password})
        return time.perf_counter() - start

    make_template()
    with fresh_database("bench_sign_in"):
        cast = create_cast()
        for title, password in (("right password", PASSWORD), ("wrong password", "not it")):
            plain, recorded = [], []
            for number in range(rounds + 20):
                with _without_recording():
                    before = post(password)
                after = post(password)
                if number >= 20:  # the first are warm-up
                    plain.append(before)
                    recorded.append(after)
            one, two = statistics.median(plain) * 1000, statistics.median(recorded) * 1000
            print(f"{title}: without {one:.2f} ms, recorded {two:.2f} ms, ratio {two / one:.2f}")
    drop_template()


@contextmanager
def _without_recording() -> Iterator[None]:
    from django.conf import settings
    from django.contrib.auth import signals

    from login_activity import receivers

    pairs = [
        (signals.user_logged_in, receivers.logged_in),
        (signals.user_login_failed, receivers.login_failed),
    ]
    backends = settings.AUTHENTICATION_BACKENDS
    settings.AUTHENTICATION_BACKENDS = backends[1:]
    for signal, _ in pairs:
        signal.disconnect(dispatch_uid="login_activity")
    try:
        yield
    finally:
        settings.AUTHENTICATION_BACKENDS = backends
        for signal, receiver in pairs:
            signal.connect(receiver, dispatch_uid="login_activity")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)

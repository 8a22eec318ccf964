"""What recording adds to a sign-in: the same page three ways, one after the other, medians in one run.

    .venv/bin/python -m benchmarks.sign_in [rounds]

"recorded" is the application as it is; "not recorded" is it without receivers and lock-out; "Django's own" has
Django's session store besides. The hasher is a cheap one, so that the password does not hide the difference: with the
real one it is a fraction of a per cent.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from random import randrange
from statistics import median

import django

from wisely_security.database.embedded import provide

WARM_UP = 20


def main(rounds: int) -> None:
    from django.conf import settings
    from django.db import connections
    from django.db.models.functions import Now
    from django.test import Client, override_settings

    from tests.cast import PASSWORD, WINDOWS_CHROME, create_cast
    from tests.databases import drop_template, fresh_database, make_template
    from wisely_security.request_context import acting_as
    from wisely_security.tenancy.models import User

    logging.disable(logging.CRITICAL)
    settings.LOCKOUT_FAILURES_PER_ADDRESS = 10**9
    variants = {
        "Django's own": lambda: _not_recording(SESSION_ENGINE="benchmarks.django_sessions"),
        "not recorded": _not_recording,
        "recorded": nullcontext,
    }

    def post(password: str) -> float:
        """Seconds. Each attempt comes from an address of its own and finds no earlier guesses at the account."""
        with acting_as(tenant_id=cast.acme.pk):
            User.objects.filter(pk=cast.alice.pk).update(last_login=Now())
        client = Client(headers={"user-agent": WINDOWS_CHROME}, REMOTE_ADDR=f"10.{randrange(256)}.{randrange(256)}.1")
        start = time.perf_counter()
        client.post("/sign-in/", {"username": "alice@acme.example", "password": password})
        return time.perf_counter() - start

    make_template()
    with fresh_database("bench_sign_in"), override_settings():
        with connections["owner"].cursor() as cursor:
            cursor.execute("GRANT ALL ON django_session TO wisely_app")
        cast = create_cast()
        for title, password in (("right password", PASSWORD), ("wrong password", "not it")):
            taken: dict[str, list[float]] = {name: [] for name in variants}
            for _ in range(rounds + WARM_UP):
                for name, variant in variants.items():
                    with variant():
                        taken[name].append(post(password))
            medians = {name: median(seconds[WARM_UP:]) * 1000 for name, seconds in taken.items()}
            for name, milliseconds in medians.items():
                ratio = medians["recorded"] / milliseconds
                print(f"{title}, {name}: {milliseconds:.2f} ms (recorded is {ratio:.2f} times that)")
    drop_template()


@contextmanager
def _not_recording(**changed: object) -> Iterator[None]:
    from django.conf import settings
    from django.contrib.auth import signals
    from django.test import override_settings

    from login_activity import receivers

    pairs = [(signals.user_logged_in, receivers.logged_in), (signals.user_login_failed, receivers.login_failed)]
    for signal, _ in pairs:
        signal.disconnect(dispatch_uid="login_activity")
    try:
        with override_settings(AUTHENTICATION_BACKENDS=settings.AUTHENTICATION_BACKENDS[1:], **changed):
            yield
    finally:
        for signal, receiver in pairs:
            signal.connect(receiver, dispatch_uid="login_activity")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)

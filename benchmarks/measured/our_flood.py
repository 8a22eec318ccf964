"""The pages that ``benchmarks.flood`` floods, one after the other."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from login_activity.models import LoginEvent
from login_activity.sign_ins import summaries
from tests.support.cast import Cast, create_cast
from tests.support.databases import drop_template, fresh_database, make_template
from tests.support.sign_in.passkeys import Device
from wisely_security.core.request_context import acting_as

from .doors import passkey_of

Request = Callable[[int], tuple[str, dict[str, str] | None]]  # path, and the form where it is posted
KNOWN = "alice@acme.example"


@dataclass(frozen=True, slots=True)
class Flood:
    """``counted``: rows beside the record. ``python``, ``postgresql``: seconds of a processor."""

    page: str
    events: int
    attempts: int
    counted: int
    python: float
    postgresql: float


def _pages(cast: Cast) -> dict[str, Request]:
    dead = reverse("password_reset_confirm", args=[cast.alice.pk, "dead"])
    sign_in, admin, reset, passkey = "/sign-in/", "/admin/login/", "/password-reset/", "/sign-in/passkey/"
    unknown, wrong = (each.use({"challenge": "AAAA"}) for each in (Device(), passkey_of(cast.alice)))
    return {
        "Sign in: one account": lambda _: (sign_in, {"username": KNOWN, "password": "not it"}),
        "Sign in: a name that nobody has": lambda _: (sign_in, {"username": "nobody@x.example", "password": "x"}),
        "Sign in: each time another name": lambda n: (sign_in, {"username": f"n{n}@x.example", "password": "x"}),
        "Sign in: passwords typed as names": lambda n: (sign_in, {"username": f"secret {n}", "password": "x"}),
        "Django admin: one account": lambda _: (admin, {"username": "dana@wisely.example", "password": "x"}),
        "A passkey that nobody has": lambda _: (passkey, {"answer": unknown}),
        "A passkey of an account, wrongly signed": lambda _: (passkey, {"answer": wrong}),
        "Reset password: one account": lambda _: (reset, {"email": KNOWN}),
        "Reset password: each time another name": lambda n: (reset, {"email": f"n{n}@x.example"}),
        "A dead link of an account": lambda _: (dead, None),
        "A dead invitation of nobody": lambda _: (reverse("accept_invitation", args=[uuid4(), "dead"]), None),
    }


def measure(number: int, processor_seconds: Callable[[int], float]) -> list[Flood]:
    logging.disable(logging.CRITICAL)
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    make_template()
    with fresh_database(f"bench_flood_{os.getpid()}"):
        pages = _pages(create_cast())
        floods = [
            _measure(page, pages[page], f"203.0.113.{n}", number, processor_seconds) for n, page in enumerate(pages)
        ]
    drop_template()
    return floods


def _measure(
    page: str, request: Request, address: str, number: int, processor_seconds: Callable[[int], float]
) -> Flood:
    """As if nothing had been before."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE login_activity_admitted, login_activity_counted, login_activity_guess")
        cursor.execute("SELECT uuidv7()")
        [since] = cursor.fetchone()
    server, client = _server_process(), Client(REMOTE_ADDR=address)
    before = time.process_time(), processor_seconds(server)
    for each in range(number):
        path, form = request(each)
        answer = client.get(path) if form is None else client.post(path, form)
        assert answer.status_code < 500, answer.status_code
    python, postgresql = time.process_time() - before[0], processor_seconds(server) - before[1]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM login_activity_counted")
        [counted] = cursor.fetchone()
    while summaries.write(timezone.now() + timedelta(minutes=2)):
        pass
    with acting_as(support=True), transaction.atomic():
        events = list(LoginEvent.objects.filter(pk__gt=since))
    attempts = sum(event.times for event in events if event.action != "lock_out")
    return Flood(page, len(events), attempts, counted, python, postgresql)


def _server_process() -> int:
    """Of PostgreSQL, for this connection."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [process] = cursor.fetchone()
    return int(process)

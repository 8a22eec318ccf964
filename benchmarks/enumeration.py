"""Whether an answer discloses who has an account: by its words, its size, its headers, or how long it takes.

.venv-bench/bin/python -m benchmarks.enumeration [attempts of each]
"""

from __future__ import annotations

import gc
import logging
import os
import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from statistics import median
from typing import Any

import django

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish

KINDS = ["nobody's", "active", "suspended", "pending"]
WARM_UP = 20
VARYING = re.compile(rb'(value="[^"]{30,}"|[a-z]+\d+@\w+\.example)')  # CSRF tokens, the address that was typed


@dataclass(slots=True)
class Answers:
    milliseconds: list[float] = field(default_factory=list)
    seen: set[Any] = field(default_factory=set)


def main(attempts: int) -> None:
    from django.conf import settings

    from tests.support.cast import create_cast
    from tests.support.databases import drop_template, fresh_database, make_template

    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    # Below what a flood is: beyond it, nobody is written.
    settings.FLOOD_EVENTS_PER_ADDRESS = settings.FLOOD_EVENTS_PER_ACCOUNT = settings.FLOOD_EVENTS_PER_TENANT = 10**9
    logging.disable(logging.CRITICAL)
    make_template()
    with fresh_database(f"bench_enumeration_{os.getpid()}"):
        cast = create_cast()
        number = attempts + WARM_UP
        addresses = _addresses(cast, number)
        pages = {"Sign in": _sign_in, "Forgot your password?": _reset}
        rows = []
        for page, ask in pages.items():
            answers = _ask(ask, addresses, number)
            rows += [[f"{page}: {kind}", *_compared(answers[kind], answers[KINDS[0]])] for kind in KINDS[1:]]
    drop_template()
    publish(
        Table(
            title="Who has an account",
            about=(
                f"{attempts} attempts with addresses of each kind, in turn, each with an address and from a network of "
                "its own, compared with as many addresses that nobody has: whether status, headers, cookies and words "
                "are the same; milliseconds, medians; and how often an answer takes longer than one of nobody’s "
                "(0.5: as often as not). The password’s hash is a cheap one, so that it does not hide a difference; "
                "passwords are wrong."
            ),
            headings=["", "the same words", "bytes", "ms", "nobody’s, ms", "longer than nobody’s"],
            rows=rows,
        ),
        command=f"python -m benchmarks.enumeration {attempts}",
    )


def _addresses(cast: Any, number: int) -> dict[str, list[str]]:
    from django.contrib.auth.hashers import make_password

    from wisely_security.core.request_context import acting_as
    from wisely_security.tenancy.models import Role, User, UserStatus

    typed = {
        kind: [f"{'abcd'[index]}{each:06}@acme.example" for each in range(number)] for index, kind in enumerate(KINDS)
    }
    status = {"active": UserStatus.ACTIVE, "suspended": UserStatus.SUSPENDED, "pending": UserStatus.PENDING}
    with acting_as(tenant_id=cast.acme.pk):
        role = Role.objects.get(key="developer", tenant=cast.acme)
        for kind in KINDS[1:]:
            for email in typed[kind]:
                password = make_password(None if kind == "pending" else "correct horse battery")
                User.objects.create(
                    tenant=cast.acme, role=role, email=email, name=email, status=status[kind], password=password
                )
    return typed


def _ask(ask: Callable[[Any, str], Any], addresses: dict[str, list[str]], number: int) -> dict[str, Answers]:
    from django.test import Client

    answers = {kind: Answers() for kind in KINDS}
    order = random.Random(7)
    gc.disable()
    for attempt in range(number):
        for shift, kind in enumerate(order.sample(KINDS, len(KINDS))):
            client = Client(REMOTE_ADDR=str(ip_address("100.64.0.1") + attempt * len(KINDS) + shift))
            start = time.perf_counter()
            answer = ask(client, addresses[kind][attempt])
            taken = (time.perf_counter() - start) * 1000
            _mails_are_out()
            if attempt >= WARM_UP:
                answers[kind].milliseconds.append(taken)
                answers[kind].seen.add(_seen(answer))
        gc.collect()
    gc.enable()
    return answers


def _mails_are_out() -> None:
    from wisely_security.tenancy.views.password import _mail_workers

    for waiting in [_mail_workers.submit(time.sleep, 0.001) for _ in range(2)]:
        waiting.result()


def _sign_in(client: Any, email: str) -> Any:
    return client.post("/sign-in/", {"username": email, "password": "not it"})


def _reset(client: Any, email: str) -> Any:
    return client.post("/password-reset/", {"email": email})


def _seen(answer: Any) -> tuple[Any, ...]:
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in ("X-Request-ID", "Expires"))
    cookies = tuple(sorted(answer.cookies))
    return answer.status_code, tuple(headers), cookies, VARYING.sub(b"", answer.content), len(answer.content)


def _compared(these: Answers, nobodys: Answers) -> Sequence[str]:
    same = "yes" if these.seen == nobodys.seen and len(these.seen) == 1 else "no"
    size = f"{next(iter(these.seen))[-1]:,}"
    times = these.milliseconds, nobodys.milliseconds
    return same, size, *(decimals(median(each)) for each in times), f"{auc(*times):.2f}"


def auc(these: Sequence[float], others: Sequence[float]) -> float:
    """How often one of these is the greater, of all pairs: the area under the ROC curve."""
    wins = sum((one > other) + (one == other) / 2 for one in these for other in others)
    return wins / (len(these) * len(others))


if __name__ == "__main__":
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)

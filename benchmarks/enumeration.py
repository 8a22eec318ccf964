"""Whether an answer discloses who has an account: by its words, its size, its headers, or how long it takes.

.venv-bench/bin/python -m benchmarks.enumeration [attempts of each [real]]

``real``: passwords are hashed as in production.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import django

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish

if TYPE_CHECKING:
    from .measured.doors import Door

WARM_UP = 20
# CSRF tokens, the address that was typed, the minutes that a lock still lasts.
VARYING = re.compile(rb'(value="[^"]{30,}"|x\d{12}@\w+\.example|\d+ minutes)')


@dataclass(slots=True)
class Answers:
    """``milliseconds``: until the answer; ``processor``: those of a processor, here and in PostgreSQL."""

    milliseconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    seen: set[Any] = field(default_factory=set)


def main(attempts: int, real: bool) -> None:
    from django.conf import settings

    from tests.support.cast import create_cast
    from tests.support.databases import drop_template, fresh_database, make_template

    from .measured.doors import NOBODYS, doors

    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    settings.FLOOD_EVENTS_PER_ADDRESS = settings.FLOOD_EVENTS_PER_ACCOUNT = 10**9
    if real:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    logging.disable(logging.CRITICAL)
    make_template()
    rows = []
    with fresh_database(f"bench_enumeration_{os.getpid()}"):
        for door in doors(create_cast(), attempts + WARM_UP):
            answers = _ask(door, attempts + WARM_UP)
            nobodys = answers.pop(NOBODYS)
            rows += [[f"{door.page}: {kind}", *_compared(these, nobodys)] for kind, these in answers.items()]
    drop_template()
    publish(
        Table(
            title="Who has an account",
            about=(
                f"{attempts} attempts of each kind, in turn, each about another account and from a network of its own, "
                "compared with as many about what nobody has: whether status, headers, cookies and words are the same; "
                "milliseconds until the answer and of processors (Python and PostgreSQL), medians; and how often one "
                "takes longer than nobody’s (0.5: as often as not). Before each of them comes one about nobody, "
                f"which is not measured. {HASHES[real]} Passwords, links and signatures are wrong."
            ),
            headings=[
                *("", "the same words", "bytes", "ms", "nobody’s, ms", "longer than nobody’s"),
                *("processors, ms", "nobody’s, ms", "longer than nobody’s"),
            ],
            rows=rows,
        ),
        command=f"python -m benchmarks.enumeration {attempts}{' real' * real}",
    )


HASHES = {
    False: "The password’s hash is a cheap one, so that it does not hide a difference.",
    True: "Passwords are hashed as in production.",
}


def _ask(door: Door, number: int) -> dict[str, Answers]:
    from django.db import connection
    from django.test import Client

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [server] = cursor.fetchone()
    answers = {kind: Answers() for kind in door.asked}
    order, addresses = random.Random(7), iter(range(10**9))

    def client() -> Client:
        return Client(REMOTE_ADDR=str(ip_address("100.64.0.1") + next(addresses)))

    gc.disable()
    for attempt in range(number):
        _begin(door)
        for kind in order.sample(list(door.asked), len(door.asked)):
            door.request(client(), door.nobodys())()  # whatever was asked before, this is what precedes an attempt
            _mails_are_out()
            send = door.request(client(), door.asked[kind][attempt])
            processor, start = _processor(server), time.perf_counter()
            answer = send()
            taken, used = time.perf_counter() - start, _processor(server) - processor
            _mails_are_out()
            if attempt >= WARM_UP:
                answers[kind].milliseconds.append(taken * 1000)
                answers[kind].processor.append(used * 1000)
                answers[kind].seen.add(_seen(answer))
        gc.collect()
    gc.enable()
    return answers


def _begin(door: Door) -> None:
    """A round: nobody has written anything in the last minute, or whatever the door says."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        for statement in ("TRUNCATE login_activity_admitted", *door.before):
            cursor.execute(statement)


def _processor(server: int) -> float:
    """Seconds of this thread and of a process of PostgreSQL."""
    return time.thread_time() + int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1e9


def _mails_are_out() -> None:
    from wisely_security.tenancy.views.password import _mail_workers

    for waiting in [_mail_workers.submit(time.sleep, 0.001) for _ in range(2)]:
        waiting.result()


def _seen(answer: Any) -> tuple[Any, ...]:
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in ("X-Request-ID", "Expires"))
    cookies = tuple(sorted(answer.cookies))
    return answer.status_code, tuple(headers), cookies, VARYING.sub(b"", answer.content), len(answer.content)


def _compared(these: Answers, nobodys: Answers) -> Sequence[str]:
    same = "yes" if these.seen == nobodys.seen and len(these.seen) == 1 else "no"
    size = f"{next(iter(these.seen))[-1]:,}"
    times = these.milliseconds, nobodys.milliseconds
    processor = these.processor, nobodys.processor
    return same, size, *(text for both in (times, processor) for text in _longer(*both))


def _longer(these: Sequence[float], others: Sequence[float]) -> Sequence[str]:
    return decimals(median(these)), decimals(median(others)), f"{auc(these, others):.2f}"


def auc(these: Sequence[float], others: Sequence[float]) -> float:
    """How often one of these is the greater, of all pairs: the area under the ROC curve."""
    wins = sum((one > other) + (one == other) / 2 for one in these for other in others)
    return wins / (len(these) * len(others))


if __name__ == "__main__":
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, sys.argv[2:] == ["real"])

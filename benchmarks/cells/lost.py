"""One cell is lost: what the people of the others notice, and what its own people get.

    .venv/bin/python -m benchmarks.cells.lost [seconds of each phase]

Two servers of its own, in front of them gunicorn with two workers, set up as in production. A server is killed
(kill -9), or frozen: none of its processes goes on, so it neither refuses nor answers, and all connections stay.
"""

from __future__ import annotations

import http.client
import io
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

import django

from ..results import Table, decimals, publish
from .servers import EU, MAIN, CellServer, migrate, servers

EVENTS = 5_000
PAGE = "/settings/identity-access/login-activity/?period=30d"
FEW, MANY = 2, 20  # people
OFTEN, SELDOM = 0.1, 2.0  # seconds between an answer and the next request of somebody
FROM_A_PROXY = {"Host": "localhost", "X-Forwarded-Proto": "https", "Accept-Encoding": "gzip"}
BACK_AFTER = 5  # seconds: a cell that was down is tried again every three
PHASES = ["before", "first seconds", "later", "after it is back"]


@dataclass(frozen=True, slots=True)
class Answer:
    kind: str
    begun: float
    milliseconds: float
    status: int  # 0: none came

    @property
    def ended(self) -> float:
        return self.begun + self.milliseconds / 1000


Request = Callable[[http.client.HTTPConnection], int]
IsOf = Callable[[Answer], bool]


class People:
    """Each asks, waits for the answer, and asks again."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: list[Answer] = []
        self._ends = threading.Event()
        self._threads: list[threading.Thread] = []

    def add(self, kind: str, number: int, pause: float, request: Request) -> None:
        for each in range(number):
            arguments = (kind, pause, pause * each / number, request)
            self._threads.append(threading.Thread(target=self._ask, args=arguments))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> list[Answer]:
        self._ends.set()
        for thread in self._threads:
            thread.join()
        return self.answers

    def _ask(self, kind: str, pause: float, first: float, request: Request) -> None:
        self._ends.wait(first)
        while not self._ends.is_set():
            site = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            begun = time.monotonic()
            try:
                status = request(site)
            except (OSError, http.client.HTTPException):
                status = 0
            finally:
                site.close()
            self.answers.append(Answer(kind, begun, (time.monotonic() - begun) * 1000, status))
            self._ends.wait(pause)


def main(seconds: float) -> None:
    with servers(EU) as running, ExitStack() as stack:
        django.setup()
        from django.conf import settings

        from ..measured.pages import served

        logging.disable(logging.CRITICAL)
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
        migrate()
        views, sign_in = _people()
        port = stack.enter_context(served(Path(os.environ["DATA_DIR"])))
        for view in views.values():
            for _ in range(20):
                assert view(http.client.HTTPConnection("127.0.0.1", port)) == 200
        signing_in = sign_in(port)
        tables = []
        for lost, kept in ((EU, MAIN), (MAIN, EU)):
            rows = []
            for what in ("killed", "frozen"):
                people = People(port)
                people.add(f"pages of {kept}", FEW, OFTEN, views[kept])
                if lost == MAIN:
                    people.add(f"sign-ins in {kept}", 1, SELDOM / 2, signing_in)
                people.add(f"pages of {lost}", MANY, SELDOM, views[lost])
                people.start()
                phases = _lose(running[lost], what, seconds)
                rows += _rows(what, people.end(), phases)
            tables.append(_table(lost, kept, seconds, rows))
        publish(*tables, command=f"python -m benchmarks.cells.lost {seconds:g}")


def _lose(server: CellServer, what: str, seconds: float) -> list[tuple[float, float]]:
    """When each phase began and ended."""

    def phase() -> tuple[float, float]:
        begun = time.monotonic()
        time.sleep(seconds)
        return begun, time.monotonic()

    before = phase()
    (server.kill if what == "killed" else server.freeze)()
    lost = [phase(), phase()]
    (server.start if what == "killed" else server.thaw)()
    time.sleep(BACK_AFTER)
    return [before, *lost, phase()]


def _rows(what: str, answers: list[Answer], phases: list[tuple[float, float]]) -> list[list[str]]:
    return [
        [f"{what}: {kind}, {name}", *_summary([each for each in answers if each.kind == kind and is_of(each)])]
        for kind in sorted({answer.kind for answer in answers})
        for name, is_of in zip(PHASES, _by_phase(*phases), strict=True)
    ]


def _by_phase(before: tuple[float, float], first: tuple[float, float], *others: tuple[float, float]) -> list[IsOf]:
    """Whoever waited at the moment of the loss counts among the first after it."""
    return [
        lambda answer: before[0] <= answer.begun and answer.ended < before[1],
        lambda answer: before[1] <= answer.ended and answer.begun < first[1],
        *(partial(_has_begun, phase) for phase in others),
    ]


def _has_begun(phase: tuple[float, float], answer: Answer) -> bool:
    return phase[0] <= answer.begun < phase[1]


def _summary(answers: list[Answer]) -> list[str]:
    statuses = [each.status for each in answers]
    good = sum(status in {200, 302} for status in statuses)
    counts = [len(answers), good, statuses.count(503), len(answers) - good - statuses.count(503)]
    times = sorted(each.milliseconds for each in answers)
    if len(times) < 2:
        return [*map(str, counts), *["–"] * 4]
    cuts = quantiles(times, n=100, method="inclusive")
    return [*map(str, counts), *(decimals(cuts[percent - 1]) for percent in (50, 95, 99)), decimals(times[-1])]


def _table(lost: str, kept: str, seconds: float, rows: list[list[str]]) -> Table:
    sign_ins = f"somebody signs in to {kept} every second, " if lost == MAIN else ""
    return Table(
        title=f"The cell {lost} is lost" + " (the first, with the directory)" * (lost == MAIN),
        about=(
            f"{FEW} people of {kept} view Login Activity again and again with {OFTEN * 1000:.0f} ms between, "
            f"{sign_ins}and {MANY} of {lost} with {SELDOM:g} s between; gunicorn with two workers of eight threads. "
            f"Phases of {seconds:g} seconds: before, the first after the loss, later, and after it is back (from the "
            "fifth second on). Answers, of them good, refused with the plain page (503), and anything else; "
            "milliseconds until the answer."
        ),
        headings=["", "answers", "good", "503", "other", "median", "95 %", "99 %", "longest"],
        rows=rows,
    )


def _people() -> tuple[dict[str, Request], Callable[[int], Request]]:
    """How somebody of each cell views Login Activity, and, for a port, how somebody of eu-1 signs in."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from tests.cells.people import create_european_cast
    from tests.support.cast import create_cast, sign_in
    from tests.support.records import load
    from wisely_security.cells import directory
    from wisely_security.database.cells.routing import in_cell, in_each_cell
    from wisely_security.ledger.derived.projectors import project

    cast = create_cast()
    load(cast.acme.pk, EVENTS, days=30)
    project()
    with in_cell(EU):
        european = create_european_cast()
        load(european.umbrella.pk, EVENTS, days=30)
        project()
    for alias in ("owner", f"{EU}.owner"):
        with in_cell(EU if alias.startswith(EU) else MAIN), connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
    in_each_cell(directory.write_all)
    call_command("cells", stdout=io.StringIO())  # fails if the directory disagrees
    views = {}
    for cell, user in ((MAIN, cast.alice), (EU, european.uma)):
        cookie = sign_in(user).cookies[settings.SESSION_COOKIE_NAME].value
        views[cell] = _view(f"{settings.SESSION_COOKIE_NAME}={cookie}")
    return views, lambda port: _sign_in(port, european.ulf.email)


def _view(cookie: str) -> Request:
    def request(site: http.client.HTTPConnection) -> int:
        site.request("GET", PAGE, headers=FROM_A_PROXY | {"Cookie": cookie})
        return _read(site).status

    return request


def _sign_in(port: int, email: str) -> Request:
    from tests.support.cast import PASSWORD

    site = http.client.HTTPConnection("127.0.0.1", port)
    site.request("GET", "/sign-in/", headers=FROM_A_PROXY | {"Accept-Encoding": "identity"})
    answer = site.getresponse()
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())[:1]
    cookies = "; ".join(each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie", []))
    form = urlencode({"username": email, "password": PASSWORD, "csrfmiddlewaretoken": token})
    headers = FROM_A_PROXY | {
        "Cookie": cookies,
        "Origin": "https://localhost",
        "Content-Type": "application/x-www-form-urlencoded",
    }

    def request(site: http.client.HTTPConnection) -> int:
        site.request("POST", "/sign-in/", form, headers)
        return _read(site).status

    return request


def _read(site: http.client.HTTPConnection) -> Any:
    answer = site.getresponse()
    answer.read()
    return answer


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 9)

"""The visits that ``benchmarks.pages`` measures, and the site they go to. Django is set up by then."""

from __future__ import annotations

import gzip
import http.client
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, connections
from django.template.base import Template
from django.test import Client

from tests.support.cast import add_member, person, sign_in
from wisely_security.core.http.middleware import CompressionMiddleware
from wisely_security.core.request_context import acting_as
from wisely_security.reports.filtering.people import MOST_PEOPLE_LISTED
from wisely_security.reports.pages import rows
from wisely_security.reports.pages.keyset import PAGE_SIZE
from wisely_security.tenancy.models import Tenant, User

PROJECT = Path(__file__).resolve().parents[2]
AS_FROM_A_PROXY = {"Host": "localhost", "X-Forwarded-Proto": "https", "Accept-Encoding": "gzip"}
FILTERS, ROWS, PAGE = "filters", "rows", "page around them"
DATABASE, COMPRESSION, REST = "database", "compression", "everything else"
PARTS = [DATABASE, FILTERS, ROWS, PAGE, COMPRESSION, REST]
TEMPLATES = {"reports/filters.html": FILTERS, "reports/report.html": PAGE}


def an_admin() -> str:
    """The key of a session in Acme, which gets as many people as the filter lists."""
    with acting_as(support=True):
        acme = Tenant.objects.get(slug="acme")
    with acting_as(tenant_id=acme.pk):
        missing = MOST_PEOPLE_LISTED - User.objects.filter(tenant=acme).count()
    for number in range(missing):
        add_member(acme, "business", person(f"Member Number {number}", f"member{number}@acme.example"))
    anna = add_member(acme, "admin", person("Anna Auditor", "anna@acme.example", time_zone="Asia/Kolkata"))
    return str(sign_in(anna).cookies[settings.SESSION_COOKIE_NAME].value)


def vacuum() -> None:
    """What autovacuum does within minutes of so many new rows: the planner knows them, and BRIN passes them over."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The port of the site, behind a proxy that has ended TLS."""
    database = str(connection.settings_dict["NAME"])
    environ = {name: value for name, value in os.environ.items() if "OWNER_URL" not in name} | {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl(),
        "DJANGO_SETTINGS_MODULE": "wisely_security.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "DEBUG": "0",
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": "https://localhost",
        "TRUST_X_FORWARDED_PROTO": "1",
        "STATIC_ROOT": str(folder / "static"),
        "DATA_DIR": str(folder),
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=PROJECT, env=environ, check=True)
    with socket.create_server(("127.0.0.1", 0)) as door:
        command = [sys.executable, "-m", "gunicorn", "wisely_security.wsgi", "--bind", f"fd://{door.fileno()}"]
        server = subprocess.Popen(command, cwd=PROJECT, env=environ, pass_fds=[door.fileno()])
        try:
            yield door.getsockname()[1]
        finally:
            server.terminate()
            server.wait(timeout=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstVisit:
    kilobytes: float
    page_kilobytes: float
    requests: int


@dataclass(frozen=True, slots=True)
class Visitor:
    port: int
    session: str
    path: str

    def fetch(self, site: http.client.HTTPConnection, path: str) -> tuple[bytes, HTTPMessage]:
        """The body as it travels, and the headers."""
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.session}"
        site.request("GET", path, headers=AS_FROM_A_PROXY | {"Cookie": cookie})
        response = site.getresponse()
        body = response.read()
        assert response.status == 200, (path, response.status)
        return body, response.headers

    def get(self, site: http.client.HTTPConnection, path: str) -> tuple[str, int]:
        """The text, and how many bytes it travelled as, headers included."""
        body, headers = self.fetch(site, path)
        size = len(f"HTTP/1.1 200 OK\r\n{headers}") + len(body)
        return (gzip.decompress(body) if headers["Content-Encoding"] else body).decode(), size

    def times(self, requests: int) -> list[float]:
        """Milliseconds of one request after another, on one connection."""
        site = http.client.HTTPConnection("127.0.0.1", self.port)
        taken = []
        for _ in range(requests):
            start = time.perf_counter()
            self.fetch(site, self.path)
            taken.append((time.perf_counter() - start) * 1000)
        site.close()
        return taken

    def warm_up(self) -> None:
        """Each web process has served the page, and all its rows are there."""
        self.times(40)
        text, _ = self.get(http.client.HTTPConnection("127.0.0.1", self.port), self.path)
        assert text.count('<tr class="event">') == PAGE_SIZE

    def alone(self, requests: int) -> tuple[float, float]:
        taken = self.times(requests)
        return median(taken), quantiles(taken, n=20)[-1]

    def together(self, readers: int, requests: int) -> float:
        """Requests a second."""
        with multiprocessing.get_context("fork").Pool(readers) as pool:
            pool.map(abs, range(readers * 4))
            start = time.perf_counter()
            pool.map(self.times, [requests] * readers, chunksize=1)
            return readers * requests / (time.perf_counter() - start)

    def first_visit(self) -> FirstVisit:
        site = http.client.HTTPConnection("127.0.0.1", self.port)
        html, size = self.get(site, self.path)
        files = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
        sizes = [size, *(self.get(site, file)[1] for file in files)]
        return FirstVisit(kilobytes=sum(sizes) / 1000, page_kilobytes=size / 1000, requests=len(sizes))

    def split(self, requests: int) -> tuple[dict[str, float], int]:
        """Milliseconds by part, and statements, of a response in this process."""
        client = Client(headers=AS_FROM_A_PROXY)
        client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        clocks = []
        for _ in range(requests):
            clock = Clock()
            with clock.running():
                response = client.get(self.path)
            assert response.status_code == 200, response.status_code
            clocks.append(clock)
        parts = {part: median(clock.spent[part] * 1000 for clock in clocks) for part in PARTS}
        return parts, clocks[-1].statements


class Clock:
    """Seconds by part: of parts within parts, each counts for itself alone."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.statements = 0
        self._within = [REST]
        self._since = 0.0

    def _turn(self) -> None:
        now = time.perf_counter()
        self.spent[self._within[-1]] += now - self._since
        self._since = now

    def timed(self, part: str, run: Callable[..., Any], *arguments: Any) -> Any:
        self._turn()
        self._within.append(part)
        try:
            return run(*arguments)
        finally:
            self._turn()
            self._within.pop()

    @contextmanager
    def running(self) -> Iterator[None]:
        def execute(run: Callable[..., Any], *arguments: Any) -> Any:
            self.statements += 1
            return self.timed(DATABASE, run, *arguments)

        def render(template: Template, context: Any) -> Any:
            part = TEMPLATES.get(str(template.name), self._within[-1])
            return self.timed(part, as_it_was, template, context)

        def render_rows(*arguments: Any) -> Any:
            return self.timed(ROWS, rows_as_they_were, *arguments)

        def compress(*arguments: Any) -> Any:
            return self.timed(COMPRESSION, compressed_as_it_was, *arguments)

        as_it_was, rows_as_they_were = Template.render, rows.rendered
        compressed_as_it_was = CompressionMiddleware.process_response
        with (
            mock.patch.object(Template, "render", render),
            mock.patch("wisely_security.reports.views.rendered", render_rows),
            mock.patch.object(CompressionMiddleware, "process_response", compress),
            connection.execute_wrapper(execute),
        ):
            self._since = time.perf_counter()
            yield
            self._turn()

"""A download that streams: recorded before its last byte, whole or plainly not, and small however long it is."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.db import connection, connections
from django.test import Client

from login_activity.models import LoginEvent
from wisely_security.tenancy import signals

from .cast import Cast, sign_in
from .csv_files import read_csv
from .records import append_many, load

ROOT = Path(__file__).resolve().parents[1]
DOWNLOAD = "/settings/identity-access/login-activity/download/"
MIB = 1024 * 1024
COPIES = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%%'"
Events = Callable[..., list[LoginEvent]]


@pytest.fixture
def alice(committed_cast: Cast) -> Client:
    return sign_in(committed_cast.alice)


def start(client: Client, **query: str) -> tuple[Any, Iterator[bytes]]:
    """A download of which the first piece has been read."""
    response = client.get(DOWNLOAD, query)
    assert response.status_code == 200
    pieces = iter(response.streaming_content)  # type: ignore[attr-defined]
    assert next(pieces).startswith(b"\xef\xbb\xbfName,")
    return response, pieces


def ask(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def break_the_copy() -> None:
    assert ask(f"SELECT count(pg_terminate_backend(pid, 5000)) {COPIES}") == 1


def told(events: Events, cast: Cast) -> list[tuple[str, str, str]]:
    """What the record says of downloads."""
    said = events(cast.acme, reason__in=["downloaded", "cut_short"])
    return [(event.action, event.status, event.reason) for event in said]


WHOLE, CUT_SHORT = ("view", "success", "downloaded"), ("view", "failure", "cut_short")


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline, "waited for too long"
        time.sleep(0.01)


def exports() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "csv-export"]


class TestRecord:
    def test_comes_before_the_last_piece(self, alice: Client, committed_cast: Cast, events: Events) -> None:
        append_many(committed_cast.acme.pk, 1_000, user_agent="x" * 400)
        response, pieces = start(alice, period="today", action="log_in")
        body = [b"\xef\xbb\xbf"]
        recorded_after: list[int] = []
        for piece in pieces:
            recorded_after.append(len(told(events, committed_cast)))
            body.append(piece)
        assert len(recorded_after) > 3
        assert recorded_after == [0] * (len(recorded_after) - 1) + [1]

        [look] = events(committed_cast.acme, reason="downloaded")
        assert (look.action, look.status, look.user_id) == ("view", "success", committed_cast.alice.pk)
        assert look.detail["rows"] == 1_001  # and the sign-in
        assert look.detail["filters"].keys() == {"Period", "Action"}
        assert str(look.request_id) == response["X-Request-ID"]

    def test_that_cannot_be_written_keeps_the_last_piece_back(
        self, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        def broken(**_: Any) -> None:
            raise OSError("the disk is full")

        response = alice.get(DOWNLOAD)
        signals.settings_viewed.connect(broken, dispatch_uid="broken")
        try:
            with pytest.raises(OSError, match="disk is full"):
                list(response.streaming_content)  # type: ignore[attr-defined]
        finally:
            signals.settings_viewed.disconnect(dispatch_uid="broken")
        assert told(events, committed_cast) == []

    @pytest.mark.parametrize("query", [{"status": "?"}, {"from": "0001-01-01"}, {"q": "x" * 201}])
    def test_is_not_written_of_a_download_that_was_refused(
        self, alice: Client, committed_cast: Cast, events: Events, query: dict[str, str]
    ) -> None:
        assert alice.get(DOWNLOAD, query).status_code == 400
        assert alice.head(DOWNLOAD).status_code == 405
        assert alice.get("/settings/users-permissions/login-activity/download/").status_code == 404
        assert told(events, committed_cast) == []


class TestInterrupted:
    @pytest.fixture(autouse=True)
    def many_events(self, committed_cast: Cast) -> None:
        load(committed_cast.acme.pk, 60_000, days=0.2)

    def test_by_the_database_is_an_error_and_recorded_as_cut_short(
        self, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        _, pieces = start(alice, period="30d")
        break_the_copy()
        with pytest.raises(psycopg2.OperationalError):
            list(pieces)
        assert told(events, committed_cast) == [CUT_SHORT]
        [event] = events(committed_cast.acme, reason="cut_short")
        assert 0 < event.detail["rows"] < 60_000
        assert event.detail["filters"].keys() == {"Period"}

    def test_by_the_reader_is_recorded_and_stops_the_copy_at_once(
        self, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        response, _ = start(alice, period="30d")
        [copying] = exports()
        assert ask(f"SELECT count(*) {COPIES}") == 1
        response.close()
        assert told(events, committed_cast) == [CUT_SHORT]
        copying.join(timeout=5)
        assert not copying.is_alive()
        wait_for(lambda: ask(f"SELECT count(*) {COPIES}") == 0)

    def test_before_it_began_runs_nothing(self, alice: Client, committed_cast: Cast, events: Events) -> None:
        alice.get(DOWNLOAD).close()
        assert exports() == []
        assert told(events, committed_cast) == []


def test_a_long_download_takes_no_more_memory_than_a_short_one(alice: Client, committed_cast: Cast) -> None:
    load(committed_cast.acme.pk, 300_000, days=50)
    _, pieces = start(alice, **{"from": "2020-01-01"})
    tracemalloc.start()
    try:
        size = sum(map(len, pieces))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 60 * MIB
    assert peak < 8 * MIB


class TestThroughTheWebServer:
    @pytest.fixture
    def site(self, committed: None) -> Iterator[http.client.HTTPConnection]:
        with web_server() as address, closing(http.client.HTTPConnection(*address, timeout=20)) as site:
            yield site

    def get(self, site: http.client.HTTPConnection, alice: Client) -> http.client.HTTPResponse:
        session = alice.cookies["wisely_session"].value
        site.request("GET", f"{DOWNLOAD}?period=30d", headers={"Cookie": f"wisely_session={session}"})
        response = site.getresponse()
        assert (response.status, response.getheader("Transfer-Encoding")) == (200, "chunked")
        return response

    def test_a_download_arrives_whole(
        self, site: http.client.HTTPConnection, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        load(committed_cast.acme.pk, 20_000, days=0.2)
        rows = read_csv(self.get(site, alice).read())
        assert len(rows) == 20_001
        assert told(events, committed_cast) == [WHOLE]

    def test_the_client_is_told_that_a_broken_one_is_incomplete(
        self, site: http.client.HTTPConnection, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        load(committed_cast.acme.pk, 120_000, days=0.2)
        response = self.get(site, alice)
        response.read(1_000)
        break_the_copy()
        with pytest.raises(http.client.IncompleteRead):
            response.read()
        assert told(events, committed_cast) == [CUT_SHORT]

    def test_a_client_that_goes_away_is_recorded(
        self, site: http.client.HTTPConnection, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        load(committed_cast.acme.pk, 120_000, days=0.2)
        response = self.get(site, alice)
        response.read(1_000)
        response.close()
        site.close()
        wait_for(lambda: told(events, committed_cast) == [CUT_SHORT])
        wait_for(lambda: ask(f"SELECT count(*) {COPIES}") == 0)


@contextmanager
def web_server() -> Iterator[tuple[str, int]]:
    """The site as it is served, on the database of this test."""
    url = urlsplit(os.environ["DATABASE_URL"])
    database = str(connections["default"].settings_dict["NAME"])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        environment = os.environ | {
            "DATABASE_URL": urlunsplit(url._replace(path=f"/{database}")),
            "DJANGO_SETTINGS_MODULE": "wisely_security.settings",
            "DEBUG": "1",
        }
        options = ["--config", str(ROOT / "gunicorn.conf.py"), "--workers", "1", "--bind", f"fd://{listening.fileno()}"]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wisely_security.wsgi", *options],
            cwd=ROOT,
            env=environment,
            pass_fds=[listening.fileno()],
            stderr=subprocess.DEVNULL,
        )
        try:
            yield listening.getsockname()
        finally:
            server.terminate()
            server.wait(timeout=20)

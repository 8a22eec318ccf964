"""A tenant's slow readers, at the site as it is served: no other tenant waits for a download, and nobody for a page.
However many processes serve it, the tenant has as many downloads at once."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from tests.support.cast import Cast, sign_in
from tests.support.records import load
from tests.support.servers.web_server import LONGEST, web_server
from wisely_security.reports.download.download_slots import OF_ONE_TENANT

pytestmark = pytest.mark.servers
PAGE = "/settings/identity-access/login-activity/"
DOWNLOAD = f"{PAGE}download/"


@pytest.fixture
def site(committed_cast: Cast) -> Iterator[tuple[str, int]]:
    load(committed_cast.acme.pk, 120_000, days=0.2)  # 25 MB: more than sockets take
    with web_server() as address:
        yield address


def cookie(client: Client) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def get(site: tuple[str, int], client: Client, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection(*site, timeout=LONGEST)) as connection:
        connection.request("GET", path, headers={"Cookie": cookie(client)})
        response = connection.getresponse()
        return response.status, response.read().decode()


def read_slowly(site: tuple[str, int], client: Client) -> socket.socket:
    """A download of which the reader takes the head, and nothing more for now."""
    reader = socket.create_connection(site, timeout=LONGEST)
    request = f"GET {DOWNLOAD}?period=30d HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie(client)}\r\n\r\n"
    reader.sendall(request.encode())
    assert reader.recv(15) == b"HTTP/1.1 200 OK"
    return reader


def test_cost_nobody_else(site: tuple[str, int], committed_cast: Cast) -> None:
    alice, charlie = sign_in(committed_cast.alice), sign_in(committed_cast.charlie)
    with ExitStack() as slow:
        for _ in range(OF_ONE_TENANT):
            slow.enter_context(read_slowly(site, alice))
        status, page = get(site, alice, DOWNLOAD)
        assert (status, "downloads of Acme are in progress" in page) == (429, True)
        assert get(site, alice, PAGE)[0] == 200
        status, rows = get(site, charlie, DOWNLOAD)
        assert (status, rows.count("Charlie Clark")) == (200, 1)
        slow.enter_context(read_slowly(site, charlie))


def test_of_all_processes_count_together_until_their_process_ends(site: tuple[str, int], committed_cast: Cast) -> None:
    alice, charlie = sign_in(committed_cast.alice), sign_in(committed_cast.charlie)
    with web_server() as other, ExitStack() as slow:
        for each in (site, other):
            slow.enter_context(read_slowly(each, alice))
        for each in (site, other):
            assert get(each, alice, DOWNLOAD)[0] == 429
            assert get(each, charlie, DOWNLOAD)[0] == 200
        end_one_that_reads()
        assert get(site, alice, f"{DOWNLOAD}?q=nowhere")[0] == 200


def end_one_that_reads() -> None:
    """As when its process is killed."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 20000) FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE locktype = 'advisory' AND mode = 'ShareLock' AND datname = current_database() LIMIT 1"
        )
        assert cursor.fetchall() == [(True,)]

"""A cell that is silent (frozen, or out of reach) neither refuses nor answers, and takes no thread from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from tests.support.cast import sign_in
from tests.support.downloads.copies import wait_for
from wisely_security.core.request_context import RequestContext, using
from wisely_security.database.cells import silence
from wisely_security.database.cells.errors import CellUnavailableError
from wisely_security.database.cells.routing import in_cell
from wisely_security.ledger.sealing.logs.event_rows.copying import copy_rows
from wisely_security.tenancy.models import User

from .conftest import Cells
from .server import EU

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
IN_EU = RequestContext(cell=EU)
THREADS = 8  # of a web process; six may wait for one cell


@pytest.fixture
def watched() -> Iterator[silence.Watch]:
    watch = silence.Watch(THREADS)
    watch.start()
    wait_for(lambda: bool(silence._most_at_once))
    try:
        yield watch
    finally:
        watch.stop()


@pytest.fixture
def frozen(cells: Cells, watched: silence.Watch) -> Iterator[Callable[[], None]]:
    """Freezes the server of eu-1, until the test ends or thaws it."""
    try:
        yield cells.eu_server.freeze
    finally:
        cells.eu_server.thaw()


def person(user: User) -> Client:
    client = sign_in(user)
    client.raise_request_exception = False
    return client


@contextmanager
def waiting(number: int) -> Iterator[None]:
    """So many requests wait inside the block, each in a thread of its own, for a statement in eu-1."""

    def wait() -> None:
        try:
            in_eu("SELECT pg_advisory_xact_lock(1)")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=number) as threads, locked():
        waits = [threads.submit(wait) for _ in range(number)]
        yield
    for each in waits:
        each.result()


@contextmanager
def locked() -> Iterator[None]:
    with closing(connections.create_connection(EU)) as holder, holder.cursor() as cursor:
        with using(IN_EU):
            cursor.execute("SELECT pg_advisory_lock(1)")
        yield


def in_eu(statement: str) -> None:
    with in_cell(EU), using(replace(IN_EU, request_id=uuid4())), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """One of a web process, which keeps its connections."""
    with ThreadPoolExecutor(max_workers=1) as one:
        yield one
        one.submit(connections.close_all).result()


def test_who_waits_for_it_is_let_go_and_others_are_refused_at_once(
    cells: Cells, frozen: Callable[[], None], thread: ThreadPoolExecutor
) -> None:
    uma, alice = person(cells.eu.uma), person(cells.main.alice)
    assert thread.submit(uma.get, LOGIN_ACTIVITY).result().status_code == 200
    frozen()
    waiting = thread.submit(uma.get, LOGIN_ACTIVITY)
    assert alice.get(LOGIN_ACTIVITY).status_code == 200
    wait_for(lambda: silence.is_silent(EU))
    refused = uma.get(LOGIN_ACTIVITY)
    assert refused.status_code == 503
    assert "Your company’s data can’t be reached right now." in refused.content.decode()
    assert alice.get(LOGIN_ACTIVITY).status_code == 200
    assert waiting.result().status_code == 503


def test_a_copy_is_let_go_too(cells: Cells, frozen: Callable[[], None], thread: ThreadPoolExecutor) -> None:
    def copy() -> None:
        with in_cell(EU), transaction.atomic():
            copy_rows("SELECT pg_advisory_xact_lock(1)", [], lambda row: None)

    with locked():
        waiting = thread.submit(copy)
        wait_for(lambda: bool(silence._waits))
        frozen()
        with pytest.raises(OperationalError):
            waiting.result()


def test_it_is_used_again_when_it_answers(cells: Cells, frozen: Callable[[], None], thread: ThreadPoolExecutor) -> None:
    uma = person(cells.eu.uma)
    thread.submit(uma.get, LOGIN_ACTIVITY).result()
    frozen()
    waiting = thread.submit(uma.get, LOGIN_ACTIVITY)
    wait_for(lambda: silence.is_silent(EU))
    cells.eu_server.thaw()
    wait_for(lambda: not silence.is_silent(EU))
    assert waiting.result().status_code in {200, 503}
    assert uma.get(LOGIN_ACTIVITY).status_code == 200


def test_six_of_eight_threads_wait_for_it_at_most(cells: Cells, watched: silence.Watch) -> None:
    with waiting(6):
        wait_for(lambda: silence._is_full(EU))
        with pytest.raises(CellUnavailableError):
            in_eu("SELECT 1")
    in_eu("SELECT 1")


def test_what_is_in_a_transaction_is_never_refused(cells: Cells, watched: silence.Watch) -> None:
    with in_cell(EU), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        with waiting(6):
            wait_for(lambda: silence._is_full(EU))
            cursor.execute("SELECT 1")


def test_a_slow_statement_is_not_taken_for_silence(cells: Cells, watched: silence.Watch) -> None:
    with waiting(1):
        wait_for(lambda: EU in watched._asked)
        first = watched._asked[EU]
        wait_for(lambda: watched._asked[EU] > first)  # it has answered
        assert not silence.is_silent(EU)

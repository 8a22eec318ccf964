"""A cell that is silent: its server neither refuses nor answers (it is frozen, or the network swallows everything).
Who waits for it must not take the threads that the other cells' people need.

No more than three quarters of a process's threads wait for a cell that has just answered nobody: other requests are
refused. And a thread of each web process, the watch, asks a database that keeps somebody waiting. While it doesn't
answer, whoever comes is refused at once; after some seconds, those who still wait are let go.
"""

from __future__ import annotations

import logging
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from errno import EAGAIN
from typing import Any

import psycopg2
from django.db import connections
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE

from wisely_security.core.request_context import current
from wisely_security.worker import Worker

from .errors import CellUnavailableError

logger = logging.getLogger(__name__)

# Seconds.
LOOK_EVERY = 0.5
ASK_AFTER = 1  # of waiting
ASK_AGAIN_AFTER = 2
ANSWER_WITHIN = 3  # another continent answers in two
LET_GO_AFTER = 2  # of silence: it has been asked twice
HEARD_WITHIN = 0.5
LONG = 2


@dataclass(frozen=True, slots=True)
class _Wait:
    """``database``: the connection on which an answer is waited for."""

    database: Any
    since: float
    of_request: bool


_waits: dict[int, _Wait] = {}  # by thread
_ending = threading.Lock()  # whose wait has ended may close its connection, and not before
_heard: dict[str, float] = {}  # by alias: when it has answered anybody
_silent: dict[str, float] = {}  # by alias: since when
_most_at_once: list[int] = []  # requests that may wait for one cell; empty: nobody watches, so nothing is noted
_NOT_NOTED = nullcontext()


def waiting_for(database: Any, *, may_refuse: bool = True, is_download: bool = False) -> AbstractContextManager[None]:
    """Around whatever waits for an answer of a database (this thread's own, not a proxy). Raises CellUnavailableError
    where that is better not begun. A download may take long; it is limited in its own way (reports/download/)."""
    return _waiting_for(database, may_refuse, is_download) if _most_at_once else _NOT_NOTED


@contextmanager
def _waiting_for(database: Any, may_refuse: bool, is_download: bool) -> Iterator[None]:
    of_request = current().request_id is not None and not is_download
    if may_refuse and not database.in_atomic_block:  # a transaction may hold what others wait for
        if is_silent(database.alias):
            raise CellUnavailableError(f"The database {database.alias} does not answer.")
        if of_request and _is_full(database.alias):
            raise CellUnavailableError(f"As many requests as may wait for the database {database.alias}.")
    thread = threading.get_ident()
    around = _waits.get(thread)
    _waits[thread] = _Wait(database, time.monotonic(), of_request)
    try:
        yield
        _heard[database.alias] = time.monotonic()
    finally:
        with _ending:
            if around is None:
                _waits.pop(thread, None)
            else:
                _waits[thread] = around


def is_silent(alias: str) -> bool:
    return alias in _silent


def _is_full(alias: str) -> bool:
    """Whether as many requests as may wait for it, which has answered nobody for a while, or not these."""
    now, most = time.monotonic(), _most_at_once[0] if _most_at_once else 0
    since = [wait.since for wait in list(_waits.values()) if wait.of_request and wait.database.alias == alias]
    if not most or len(since) < most:
        return False
    is_quiet = now - max(min(since), _heard.get(alias, 0.0)) >= HEARD_WITHIN
    return is_quiet or sum(now - each >= LONG for each in since) >= most


class Watch(Worker):
    """``threads``: of the process, for requests. A quarter of them is left to the other cells."""

    name = "cell-watch"

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.most = max(1, threads * 3 // 4)
        self._asked: dict[str, float] = {}

    def work(self) -> None:
        _most_at_once[:] = [self.most]
        try:
            while not self.stopping.wait(LOOK_EVERY):
                try:
                    self._look()
                except Exception:
                    logger.exception("Whether cells are silent could not be found out; it is tried again.")
        finally:
            _most_at_once.clear()
            _silent.clear()

    def _look(self) -> None:
        now = time.monotonic()
        slow = {wait.database.alias for wait in list(_waits.values()) if now - wait.since >= ASK_AFTER}
        for alias in slow | set(_silent):
            if alias in _silent or now - self._asked.get(alias, 0.0) >= ASK_AGAIN_AFTER:
                self._asked[alias] = now
                self._ask(alias)

    def _ask(self, alias: str) -> None:
        if _answers(connections.create_connection(alias).get_connection_params()):
            if _silent.pop(alias, None) is not None:
                logger.warning("The database %s answers again.", alias)
        elif alias not in _silent:
            _silent[alias] = time.monotonic()
            logger.warning("The database %s does not answer. Whoever needs it is refused until it does.", alias)
        elif time.monotonic() - _silent[alias] >= LET_GO_AFTER:
            _let_go(alias)


def _let_go(alias: str) -> None:
    """Whoever has waited for it gets an error, as if the server had closed the connection."""
    with _ending:
        for wait in list(_waits.values()):
            connection = wait.database.connection
            if wait.database.alias != alias or connection is None or time.monotonic() - wait.since < LET_GO_AFTER:
                continue
            with suppress(OSError, psycopg2.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)


def _answers(parameters: dict[str, Any]) -> bool:
    """Whether the server answers in time. An error is an answer too, unless it is that so many wait in front."""
    until = time.monotonic() + ANSWER_WITHIN
    try:
        with closing(psycopg2.connect(**parameters, async_=1)) as asked:
            if not _done(asked, until):
                return False
            asked.cursor().execute("SELECT 1")
            return _done(asked, until)
    except psycopg2.Error as error:
        return os.strerror(EAGAIN) not in str(error)


def _done(asked: Any, until: float) -> bool:
    while (state := asked.poll()) != POLL_OK:
        left = until - time.monotonic()
        readable = [asked] if state == POLL_READ else []
        writable = [asked] if state == POLL_WRITE else []
        if left <= 0 or select.select(readable, writable, [], left) == ([], [], []):
            return False
    return True

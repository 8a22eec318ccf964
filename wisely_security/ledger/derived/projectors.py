"""Projectors keep what is derived from events up to date, off the write path: in a thread of each web process, or in
``manage.py run_projectors``. Any number may run at once.

A projector is a function in the database, or (``register``) in Python. Given an event table, it consumes one window of
transactions (``ledger_next_window``) in a transaction of its own, and returns whether more is pending. Readers add the
events that are not consumed yet, so results never depend on how far a projector is; only their speed does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from django.db import connection
from django.utils import timezone

from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_each_cell
from wisely_security.worker import Worker

from ..models import time_of
from ..months.partitions import event_tables
from ..sealing.logs import sealer, signing

logger = logging.getLogger(__name__)

PROJECTORS = ["ledger_roll_up", "ledger_build_segments"]  # functions; each has this name in ledger_projector too
SEALER = "ledger_seal"  # written in Python because it signs; runs where there is a key
POLL_SECONDS = 5

_registered: dict[str, Callable[[str], bool]] = {}
_sources: list[tuple[Callable[[], bool], Callable[[], datetime | None]]] = []


def register(name: str, consume: Callable[[str], bool]) -> None:
    """Add a projector of a layer above. ``name``: of its rows in ledger_projector, one for each event table."""
    _registered[name] = consume


def register_source(write: Callable[[], bool], waiting_since: Callable[[], datetime | None]) -> None:
    """Add what writes events of its own accord, from something that a layer above has kept. ``write`` writes some and
    returns whether more are due; ``waiting_since``: since when something has been kept, None: nothing is."""
    _sources.append((write, waiting_since))


def _each() -> Iterator[tuple[str, str]]:
    projectors = [*PROJECTORS, *([SEALER] if signing.is_configured() else []), *_registered]
    return ((projector, table) for table in event_tables() for projector in projectors)


def names() -> list[str]:
    """Of all that run here."""
    return [*dict.fromkeys(projector for projector, _ in _each())]


def project() -> None:
    """Have each source write what is due, and each projector consume what is pending: what was committed before the
    oldest running transaction began."""
    for write, _ in _sources:
        while write():
            pass
    for projector, table in _each():
        while _consume(projector, table):
            pass


def _consume(projector: str, table: str) -> bool:
    if projector == SEALER:
        return sealer.seal(table)
    if projector in _registered:
        return _registered[projector](table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {projector}(%s)", [table])
        [more] = cursor.fetchone()
    return bool(more)


def behind() -> timedelta:
    """How long the event has been pending that has been pending longest, or is to be written; zero if none is."""
    now = timezone.now()
    pending = [now - moment for projector, table in _each() if (moment := pending_since(projector, table))]
    pending += [now - moment for _, waiting_since in _sources if (moment := waiting_since())]
    return max(pending, default=timedelta(0))


def pending_since(projector: str, table: str) -> datetime | None:
    """Since when something has been waiting for a projector; None: nothing is."""
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute(
            "SELECT next_tx, projected_at FROM ledger_projector WHERE (name, events) = (%s, %s)", [projector, table]
        )
        next_tx, projected_at = cursor.fetchone() or (0, None)
        cursor.execute("SELECT ledger_pending(%s, %s)", [table, next_tx])
        [event_id] = cursor.fetchone()
    if event_id is None:
        return None
    occurred_at = time_of(event_id)  # of a back-dated event, long ago
    return max(occurred_at, projected_at) if projected_at else occurred_at


class ProjectorThread(Worker):
    """Runs all projectors every ``POLL_SECONDS``. Holds no connection in between."""

    name = "projectors"

    def work(self) -> None:
        while not self.stopping.is_set():
            in_each_cell(self._work_here)
            self.stopping.wait(POLL_SECONDS)

    def _work_here(self) -> None:
        for write, _ in _sources:
            self._work_off(write, write.__module__)
        for projector, table in _each():
            self._work_off(partial(_consume, projector, table), f"{projector} on {table}")
        connection.close()

    def _work_off(self, work: Callable[[], bool], name: str) -> None:
        try:
            while not self.stopping.is_set() and work():
                pass
        except Exception:
            logger.exception("%s failed and will be tried again.", name)

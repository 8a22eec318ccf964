"""Projectors keep what is derived from events up to date, off the write path: in a thread of each web process, or in
``manage.py run_projectors``. Any number may run at once.

A projector is a function in the database, or (``register``) in Python. Given an event table, it consumes one window of
transactions (``ledger_next_window``) in a transaction of its own, and returns whether more is pending. Readers add the
events that are not consumed yet, so results never depend on how far a projector is; only their speed does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import connection
from django.utils import timezone

from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import current_cell, if_up
from wisely_security.database.cells.turns import Turns
from wisely_security.worker import SECONDS_TO_STOP, Worker

from ..models import time_of
from ..months.partitions import event_tables
from ..sealing.logs import sealer, signing

logger = logging.getLogger(__name__)

PROJECTORS = ["ledger_roll_up", "ledger_build_segments"]  # functions; each has this name in ledger_projector too
SEALER = "ledger_seal"  # written in Python because it signs; runs where there is a key
POLL_SECONDS = 5

ANY_NUMBER = 1_000_000


@dataclass(frozen=True, slots=True)
class _Source:
    write: Callable[[], bool]
    waiting_since: Callable[[], datetime | None]
    reaches_out: bool


_registered: dict[str, Callable[[str], bool]] = {}
_sources: list[_Source] = []


def register(name: str, consume: Callable[[str], bool]) -> None:
    """Add a projector of a layer above. ``name``: of its rows in ledger_projector, one for each event table."""
    _registered[name] = consume


def register_source(
    write: Callable[[], bool], waiting_since: Callable[[], datetime | None], *, reaches_out: bool = False
) -> None:
    """Add what writes events of its own accord, from something that a layer above has kept. ``write`` writes some and
    returns whether more are due; ``waiting_since``: since when something has been kept, None: nothing is;
    ``reaches_out``: it needs another cell, for which no projector waits."""
    _sources.append(_Source(write, waiting_since, reaches_out))


def _each() -> Iterator[tuple[str, str]]:
    projectors = [*PROJECTORS, *([SEALER] if signing.is_configured() else []), *_registered]
    return ((projector, table) for table in event_tables() for projector in projectors)


def names() -> list[str]:
    """Of all that run here."""
    return [*dict.fromkeys(projector for projector, _ in _each())]


def project() -> None:
    """Have each source write what is due, and each projector consume what is pending: what was committed before the
    oldest running transaction began."""
    for source in _sources:
        while source.write():
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
    return max(waiting().values(), default=timedelta(0))


def waiting() -> dict[str, timedelta]:
    """How long something has been pending that has been pending longest: for each projector and source by name."""
    now = timezone.now()
    found = [(projector, pending_since(projector, table)) for projector, table in _each()]
    found += [(source.write.__module__, source.waiting_since()) for source in _sources]
    longest: dict[str, timedelta] = {}
    for name, moment in found:
        longest[name] = max(longest.get(name, timedelta(0)), now - moment if moment else timedelta(0))
    return longest


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

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns(self._work_here, self.name)
        # They hang where another cell does: however many there are, none waits for another.
        self.reaching_out = Turns(self._reach_out, "sources", at_once=ANY_NUMBER)

    def work(self) -> None:
        while not self.stopping.is_set():
            self.turns.round()
            self.stopping.wait(POLL_SECONDS)
        for turns in (self.turns, self.reaching_out):
            turns.wait(SECONDS_TO_STOP)

    def _work_here(self) -> None:
        if_up(self._project)
        connection.close()

    def _project(self) -> None:
        for source in _sources:
            if source.reaches_out:
                self._work_off(partial(self._call_for, source), source.write.__module__)
            else:
                self._work_off(source.write, source.write.__module__)
        for projector, table in _each():
            self._work_off(partial(_consume, projector, table), f"{projector} on {table}")

    def _call_for(self, source: _Source) -> bool:
        if source.waiting_since() is not None:
            self.reaching_out.begin(current_cell())
        return False

    def _reach_out(self) -> None:
        for source in _sources:
            if source.reaches_out:
                self._work_off(source.write, source.write.__module__)
        connection.close()

    def _work_off(self, work: Callable[[], bool], name: str) -> None:
        try:
            while not self.stopping.is_set() and work():
                pass
        except Exception:
            logger.exception("%s failed and will be tried again.", name)

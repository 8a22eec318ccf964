"""Work that is done in every cell again and again, a few cells at a time. Each turn has a thread of its own: a cell
that is slow, or hangs, keeps nobody waiting but itself."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import connections

from .routing import all_cells, has_cells, in_cell

logger = logging.getLogger(__name__)

AT_ONCE = 4
LONGEST = 5.0  # seconds; a turn that takes longer goes on, and another may begin beside it

_only: ContextVar[str | None] = ContextVar("only", default=None)


@contextmanager
def only_in(cell: str) -> Iterator[None]:
    """Inside the block background work is done in that cell alone."""
    token = _only.set(cell)
    try:
        yield
    finally:
        _only.reset(token)


def cells_of_process() -> list[str]:
    """Where this process does background work."""
    if cell := _only.get():
        return [cell]
    return settings.BACKGROUND_CELLS or all_cells()


class Turns:
    """``work`` is done in a cell by one thread at a time. Where there are no further cells, in the caller's own."""

    def __init__(self, work: Callable[[], object], name: str, at_once: int = AT_ONCE) -> None:
        self._work, self._name, self._at_once = work, name, at_once
        self._changed = threading.Condition()
        self._since: dict[str, float] = {}  # by cell: since when it has had its turn
        self._again: set[str] = set()

    def round(self, cells: Iterable[str] | None = None) -> None:
        """A turn in each of these cells: all of this process, if none are named. Returns when the last has begun."""
        for cell in cells_of_process() if cells is None else cells:
            self.begin(cell)

    def begin(self, cell: str) -> None:
        """What is called for while the cell has its turn is done afterwards, by the same thread."""
        if not has_cells():
            self._work()
            return
        with self._changed:
            if cell in self._since:
                self._again.add(cell)
                return
            while (seconds := self._until_free()) > 0:
                self._changed.wait(seconds)
            self._since[cell] = time.monotonic()
        threading.Thread(target=self._turn, args=[cell], name=f"{self._name} in {cell}", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Until no turn is under way, but no longer than that. Returns whether none is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._since, seconds)

    def _until_free(self) -> float:
        now = time.monotonic()
        short = sorted(since for since in self._since.values() if now - since < LONGEST)
        return short[-self._at_once] + LONGEST - now if len(short) >= self._at_once else 0.0

    def _turn(self, cell: str) -> None:
        while True:
            try:
                with in_cell(cell):
                    self._work()
            except Exception:
                logger.exception("Work failed in the cell %s.", cell)
            finally:
                connections.close_all()
            with self._changed:
                if cell not in self._again:
                    del self._since[cell]
                    self._changed.notify_all()
                    return
                self._again.discard(cell)

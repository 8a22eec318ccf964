"""Set when something new lies in the outbox: the mail worker of this process need not wait for its next poll."""

from __future__ import annotations

import threading

from wisely_security.database.cells.routing import current_cell


class WakeEvent(threading.Event):
    """Knows in which cells something is new."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._cells: frozenset[str] = frozenset()

    def set(self) -> None:
        with self._lock:
            self._cells |= {current_cell()}
        super().set()

    def take(self) -> frozenset[str]:
        """These cells, once; it is cleared."""
        self.clear()
        with self._lock:
            taken, self._cells = self._cells, frozenset()
        return taken


wake_event = WakeEvent()

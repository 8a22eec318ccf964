"""Download slots: a slow reader holds a thread of the web server. Some threads must be left for pages, and some slots
for the other tenants."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Generator
from uuid import UUID

DOWNLOADS_AT_ONCE = 6  # in one process; fewer than its threads (gunicorn.conf.py)
OF_ONE_TENANT = 2  # of them
_running: dict[object, UUID] = {}  # whose, by slot
_one_at_a_time = threading.Lock()


class NoSlotError(Exception):
    """As many downloads run as may. ``is_tenants_own``: of this tenant; there are slots for others."""

    def __init__(self, *, is_tenants_own: bool) -> None:
        super().__init__()
        self.is_tenants_own = is_tenants_own


class DownloadSlot:
    """What a response streams. The slot is freed when Django closes the response, begun or not.

    A response that is lost before it is sent (its transaction cannot be committed) is closed by nobody: then the slot
    is freed with the object.
    """

    def __init__(self, key: object, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        self._end = weakref.finalize(self, _running.pop, key)  # runs once, and waits for nobody

    def __iter__(self) -> Generator[bytes]:
        return self._pieces

    def close(self) -> None:
        try:
            self._pieces.close()
        finally:
            self._end()


def take_slot(tenant_id: UUID, pieces: Generator[bytes]) -> DownloadSlot:
    """Raises NoSlotError."""
    with _one_at_a_time:
        running = list(_running.values())
        if running.count(tenant_id) >= OF_ONE_TENANT:
            raise NoSlotError(is_tenants_own=True)
        if len(running) >= DOWNLOADS_AT_ONCE:
            raise NoSlotError(is_tenants_own=False)
        _running[key := object()] = tenant_id
    return DownloadSlot(key, pieces)

"""Download slots: a slow reader holds a thread of the web server, and some threads must be left for pages."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Generator

DOWNLOADS_AT_ONCE = 2  # in one process; fewer than its threads (gunicorn.conf.py)
_slots = threading.BoundedSemaphore(DOWNLOADS_AT_ONCE)


class DownloadSlot:
    """What a response streams. The slot is freed when Django closes the response, begun or not.

    A response that is lost before it is sent (its transaction cannot be committed) is closed by nobody: then the slot
    is freed with the object.
    """

    def __init__(self, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        self._end = weakref.finalize(self, _slots.release)  # runs once

    def __iter__(self) -> Generator[bytes]:
        return self._pieces

    def close(self) -> None:
        try:
            self._pieces.close()
        finally:
            self._end()


def take_slot(pieces: Generator[bytes]) -> DownloadSlot | None:
    """None where as many downloads run as may."""
    return DownloadSlot(pieces) if _slots.acquire(blocking=False) else None

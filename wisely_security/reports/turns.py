"""Turns at downloading: a reader who is slow holds a thread of the web server, and some must be left for pages."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Generator

DOWNLOADS_AT_ONCE = 2  # in one process; fewer than its threads (gunicorn.conf.py)
_turns = threading.BoundedSemaphore(DOWNLOADS_AT_ONCE)


class Turn:
    """What a response streams. The turn ends when Django closes the response, begun or not.

    A response that is lost before it is sent (its transaction cannot be committed) is closed by nobody: then the turn
    ends with the object.
    """

    def __init__(self, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        self._end = weakref.finalize(self, _turns.release)  # runs once

    def __iter__(self) -> Generator[bytes]:
        return self._pieces

    def close(self) -> None:
        try:
            self._pieces.close()
        finally:
            self._end()


def take_turn(pieces: Generator[bytes]) -> Turn | None:
    """None where as many downloads run as may."""
    return Turn(pieces) if _turns.acquire(blocking=False) else None

"""What enters the outbox at its time, rather than with a change: whoever sends e-mails puts it there first.

A source is a function that puts what is due into the outbox, in transactions of its own, however many call it at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

_sources: list[Callable[[], None]] = []


def register(source: Callable[[], None]) -> None:
    _sources.append(source)


def put_due() -> None:
    for source in _sources:
        try:
            source()
        except Exception:
            logger.exception("E-mails that are due could not be put into the outbox; it is tried again.")

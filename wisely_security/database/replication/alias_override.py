"""An override of the alias "default", for this thread and for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def override_default(alias: str) -> Iterator[None]:
    """Inside the block, what works with the database ``default`` works over the connection ``alias``."""
    default = connections["default"]
    connections["default"] = connections[alias]
    try:
        yield
    finally:
        connections["default"] = default

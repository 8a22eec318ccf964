"""Sessions as people see them: by a name, which is no secret, and by how they began.

A name has a letter before its hexadecimal digits. Without one, a spreadsheet reads one name in 820 as a number
(9007199254740993, 7774768274764e60) and destroys it. Events hold the digits alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse

PREFIX = "s"


def shown(name: str) -> str:
    return name and PREFIX + name


def url(name: str) -> str:
    """The page with everything that was done in a session."""
    return reverse("session_story", args=[name])


class Opening(NamedTuple):
    """The sign-in that a session began with."""

    at: datetime
    ip: str | None
    device: str
    software: str
    place: str


FindOpening = Callable[[UUID, str, UUID], Opening | None]  # of a tenant, by name, before an event
_finders: list[FindOpening] = []


def register(finder: FindOpening) -> None:
    """The records do not know each other: the one that has sign-ins says here how they are found."""
    _finders.append(finder)


def opening(tenant_id: UUID, name: str, before: UUID) -> Opening | None:
    """None where the record has none: it was erased, or the session began in another tenant."""
    return next((found for finder in _finders if (found := finder(tenant_id, name, before))), None)

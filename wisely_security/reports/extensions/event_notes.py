"""How notes reach the pages of the records, which know nothing of them: whatever keeps them is registered here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..pages.beside import Statement

if TYPE_CHECKING:
    from wisely_security.tenancy.models import Tenant, User

    from ..declaration import Report


class EventNotes(ABC):
    @abstractmethod
    def marks(self, report: Report, tenant: Tenant, ids: Sequence[UUID]) -> Statement | None:
        """For the IDs of some of these events, what their rows say of their notes ("2 notes")."""

    @abstractmethod
    def on_event(self, report: Report, tenant: Tenant, reader: User, event: Any) -> dict[str, Any]:
        """What the details of an event show."""


_registered: list[EventNotes] = []


def register(notes: EventNotes) -> None:
    _registered.append(notes)


def marks(report: Report, tenant: Tenant, ids: Sequence[UUID]) -> Statement | None:
    found = [each.marks(report, tenant, ids) for each in _registered]
    return next(filter(None, found), None)


def on_event(report: Report, tenant: Tenant, reader: User, event: Any) -> dict[str, Any]:
    return {name: value for each in _registered for name, value in each.on_event(report, tenant, reader, event).items()}

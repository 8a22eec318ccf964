"""How findings reach the pages of the records, which know nothing of rules: whatever finds them is registered here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from ..pages.beside import Rows, Statement

if TYPE_CHECKING:
    from wisely_security.ledger.models import Event
    from wisely_security.tenancy.models import Tenant, User

    from ..declaration import Report


class Notice(NamedTuple):
    """A finding in words. ``url``: its page; ``events_url``: its events on this page."""

    sentence: str
    severity: str
    url: str
    events_url: str


class Strip(NamedTuple):
    """What is unusual in a period. ``more``: how many findings there are besides. ``url``: of all of them."""

    notices: list[Notice]
    more: int
    url: str


class Mark(NamedTuple):
    """What a row belongs to."""

    title: str
    url: str


class OnPage(NamedTuple):
    """``strip``: the open findings of the period; None: the reader is not shown any. ``marks``: by event, findings that
    are not expected."""

    strip: Strip | None
    marks: dict[UUID, Mark]


NOTHING = OnPage(None, {})


class Unusual(ABC):
    @abstractmethod
    def may_see(self, reader: User) -> bool:
        """Whether somebody is shown findings."""

    @abstractmethod
    def on_page(
        self, report: Report, tenant: Tenant, start: datetime, end: datetime, ids: Sequence[UUID]
    ) -> Statement | None:
        """For ``shown``: the findings of a period, for a page that has events with these IDs. None: there are none."""

    @abstractmethod
    def shown(self, report: Report, tenant: Tenant, rows: Rows) -> OnPage:
        """What the page shows."""

    @abstractmethod
    def condition(
        self, model: type[Event], tenant_id: UUID, finding: UUID | None, start: datetime, end: datetime
    ) -> Any:
        """The condition that an event of a period belongs to a finding, or (None) to any that is not expected."""

    @abstractmethod
    def title_of(self, finding: UUID) -> str:
        """Empty where there is none."""


_registered: list[Unusual] = []


def register(unusual: Unusual) -> None:
    _registered.append(unusual)


def source() -> Unusual | None:
    return _registered[0] if _registered else None


def for_reader(reader: User) -> Unusual | None:
    """None where the reader is not shown findings."""
    found = source()
    return found if found and found.may_see(reader) else None

"""What a record declares about itself, and all records that do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wisely_security.ledger.models import Event
from wisely_security.tenancy.models import Tenant, User

from .filtering.filters import ReportFilterSet
from .pages.beside import Rows, Statement
from .pages.groups import Grouping
from .strip.reading import Numbers
from .table.columns import Fact, ReportColumn, ReportTable, Shown

reports: list[Report] = []
"""All that are declared."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a record declares about itself; page, event page and download follow.

    ``path``: its address for a tenant, which depends on the tenant's edition.
    ``row_template``: the cells that are more than their text, in ``templates/rows``. ``rows``: what these show of
    events that no column has, given ``link(**parameters)`` to the page with other filters, and what ``beside`` selects.
    ``beside``: given the events and who reads them.
    ``details``: what the event page shows besides the columns, given the event, whose record it is and who reads it.
    ``grouping``: which neighbours are a group.
    ``changes``: of an event, as labels and texts. ``structured``: what its JSON has besides the columns.
    """

    key: str
    title: str
    description: str
    model: type[Event]
    table: type[ReportTable]
    filter_set: type[ReportFilterSet]
    row_template: str
    view_permission: str
    download_permission: str
    path: Callable[[Tenant], str]
    rows: Callable[[Sequence[Any], Callable[..., str], Rows], list[dict[str, Any]]]
    numbers: Numbers
    beside: Callable[[Sequence[Any], User], Statement | None] = lambda events, reader: None
    details: Callable[[Any, Tenant, User], Mapping[str, Any]] = lambda event, tenant, reader: {}
    more_facts: Callable[[Any, Tenant, User], list[tuple[str, list[Fact]]]] = lambda event, tenant, reader: []
    details_template: str = "reports/event/event_details.html"
    changes: Callable[[Any], list[tuple[str, str]]] = lambda event: []
    structured: Callable[[Any], Mapping[str, Any]] = lambda event: {}
    grouping: Grouping | None = None
    page_context: Callable[[], Mapping[str, Any]] = dict

    def __post_init__(self) -> None:
        reports.append(self)

    @property
    def columns(self) -> list[ReportColumn]:
        """On the page, unless a person hides them."""
        return self.table.columns_of(Shown.ON_PAGE)

    def facts(self, event: Any) -> list[tuple[str, list[Fact]]]:
        return self.table.facts(event)

"""The events found through search segments, and those that the conditions select."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connections, transaction
from django.http import QueryDict
from psycopg2.extras import execute_values

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from tests.audit_trail import records as audit_records
from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.projectors import behind, project
from wisely_security.reports.declaration import Report
from wisely_security.reports.pages.keyset import Page, read_page

YEAR = {"period": "custom", "from": "2000-01-01"}


@dataclass(frozen=True, slots=True)
class Record:
    report: Report
    an_event: Mapping[str, Any]

    @property
    def table(self) -> str:
        return self.report.model._meta.db_table

    def put(self, rows: list[dict[str, Any]], using: str | Any = "owner") -> None:
        """Insert events of one tenant at any moments, which only the owner can, in one transaction."""
        if not rows:
            return
        row = [{**self.an_event, **each} for each in rows]
        owner = connections[using] if isinstance(using, str) else using
        with acting_as(tenant_id=rows[0]["tenant_id"]), transaction.atomic(using=owner.alias), owner.cursor() as cursor:
            cursor.execute("SELECT 1")  # sets the session context
            execute_values(
                cursor.cursor,
                f"INSERT INTO {self.table} ({', '.join(row[0])}) VALUES %s",
                [list(_written(each).values()) for each in row],
            )

    def agree(self, tenant: UUID, query: Mapping[str, str], size: int = 20, beyond: list[UUID] | None = None) -> int:
        """Pages are the same either way, the newest and those after some events. Returns the number of events."""
        with acting_as(tenant_id=tenant), transaction.atomic():
            filters = self.report.filter_set(
                QueryDict(urlencode({**YEAR, **query})), queryset=self.report.model.objects.for_tenant(tenant)
            )
            assert filters.is_valid(), filters.errors
            ids = ids_of(filters.qs)
            cursors = random.Random(str(query)).sample(ids, min(len(ids), 1)) if beyond is None else beyond
            for side, cursor in [("", ""), *((side, cursor) for cursor in cursors for side in ("before", "after"))]:
                paging = QueryDict(f"{side}={cursor}" if side else "")
                page = read_page(filters.qs, paging, size)
                assert _ids(page) == page_of(ids, side, cursor, size), (query, side, cursor)
            return len(ids)


def ids_of(events: Any) -> list[UUID]:
    """All of them, the newest first."""
    return list(events.newest_first().values_list("id", flat=True))


def page_of(ids: list[UUID], side: str, cursor: Any, size: int) -> tuple[list[UUID], UUID | None, UUID | None]:
    """The page after one event, from the list of all, newest first."""
    newer = [key for key in ids if side == "after" and key > cursor]
    if len(newer) > size:
        return newer[-size:], newer[-1], newer[-size]
    older = [key for key in ids if side != "before" or key < cursor]
    shown = older[:size]
    return (
        shown,
        shown[-1] if len(older) > size else None,
        (shown[0] if shown else cursor) if side == "before" else None,
    )


def _ids(page: Page) -> tuple[list[UUID], UUID | None, UUID | None]:
    return [event.id for event in page.rows], page.older, page.newer


def _written(row: dict[str, Any]) -> dict[str, Any]:
    values = {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}
    return audit_records.row(**values) if "changes" in row else values


RECORDS = {
    "login": Record(LOGIN_ACTIVITY, records.AN_EVENT),
    "audit": Record(AUDIT_TRAIL, audit_records.AN_EVENT),
}


def project_all() -> None:
    """A transaction anywhere on the server, even of another test, delays it."""
    deadline = time.monotonic() + 60
    project()
    while behind() > timedelta(0):
        assert time.monotonic() < deadline
        project()

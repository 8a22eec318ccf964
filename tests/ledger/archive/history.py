"""Past months with events, and what the database stores of them."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import connections
from psycopg2.extras import execute_values

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.audit_trail import records as audit_records
from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import Archive, first_id
from wisely_security.ledger.months import partitions
from wisely_security.ledger.months.partitions import Partition, add_months

LOGINS, CHANGES = LoginEvent._meta.db_table, AuditEvent._meta.db_table
TODAY = datetime.now(UTC).date()
_numbers = itertools.count()
OLDER, OLD, YOUNG = (add_months(TODAY, -number) for number in (21, 20, 5))
ODD = {  # what COPY has to escape
    "user_name": 'Zoë\t"O\'Neil"\n\\N \\. 😀',
    "user_email": "",
    "latitude": 0.1 + 0.2,
    "longitude": None,
    "ip": "2001:db8::7",
    "detail": '{"b": [1.50, null], "a": "\\u0007\\\\"}',
}


def moment_in(month: date, days: float = 10) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC) + timedelta(days=days)


def first_and_last(month: date) -> tuple[datetime, datetime]:
    return moment_in(month, 0), moment_in(add_months(month, 1), 0) - timedelta(milliseconds=1)


def sign_ins(month: date, tenants: Iterable[UUID], each: int = 3, **special: Any) -> list[UUID]:
    """Events of a month, which then has a partition: the same number for each tenant, alternating."""
    partitions.create(month, month)
    rows = [
        {
            **records.AN_EVENT,
            "id": UUID(int=first_id(moment_in(month, 1 + number / 100)).int | 7 << 76 | 2 << 62 | next(_numbers)),
            "tenant_id": tenant,
            "user_name": f"Person {number}",
            **special,
        }
        for number in range(each)
        for tenant in tenants
    ]
    if rows:
        values = [[str(value) if isinstance(value, UUID) else value for value in row.values()] for row in rows]
        columns = ", ".join(rows[0])
        with connections["owner"].cursor() as cursor:
            execute_values(cursor.cursor, f"INSERT INTO {LOGINS}_{month:%Y_%m} ({columns}) VALUES %s", values)
    return [row["id"] for row in rows]


def change(month: date, tenant: UUID) -> UUID:
    partitions.create(month, month)
    return audit_records.put_at(tenant, moment_in(month))


def run(*command: str, **options: Any) -> str:
    output = io.StringIO()
    call_command(*command, stdout=output, **options)
    return output.getvalue()


def ask(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """As the owner, in support's scope."""
    with acting_as(support=True), connections["owner"].cursor() as cursor:
        cursor.execute(sql, params or None)
        return list(cursor.fetchall()) if cursor.description else []


def rows_of(table: str, month: date) -> list[str]:
    """All that is stored of a month's events, as text."""
    first, last = Partition(table, month).bounds
    return [
        row for (row,) in ask(f"SELECT it::text FROM {table} AS it WHERE id >= %s AND id < %s ORDER BY 1", first, last)
    ]


def has_partition(table: str, month: date) -> bool:
    return month in [each.month for each in partitions.before(table, add_months(month, 1))]


def archives() -> dict[str, Archive]:
    with acting_as(support=True):
        return {each.name: each for each in Archive.objects.all()}


def recorded_departures(tenant: UUID) -> list[AuditEvent]:
    """What the tenant's own record says of removed events, oldest first."""
    with acting_as(support=True):
        return list(AuditEvent.objects.for_tenant(tenant).filter(module="records").order_by("id"))


def name_of(month: date) -> str:
    return f"login_activity_{month:%Y_%m}"


def forget_archives() -> None:
    _unguarded("ledger_archive")
    _unguarded("ledger_archive_rewrite")


def forget_everything() -> None:
    """All events, and everything derived from them."""
    forget_archives()
    for table in (LOGINS, CHANGES):
        for month in partitions.before(table, add_months(TODAY, -3)):
            ask(f"DROP TABLE {month.name}")
        _unguarded(
            table,
            *(
                name
                for (name,) in ask(
                    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", table
                )
            ),
        )
    for table in ("ledger_rollup", "ledger_search_segment", "ledger_segment_end", "ledger_projector"):
        ask(f"DELETE FROM {table}")
    ask("UPDATE tenancy_tenant SET keep_months = NULL WHERE keep_months IS NOT NULL")


def _unguarded(table: str, *partitions: str) -> None:
    guarded = (table, *partitions)
    off, on = (
        "; ".join(f"ALTER TABLE {name} {verb} TRIGGER append_only" for name in guarded)
        for verb in ("DISABLE", "ENABLE")
    )
    ask(f"{off}; TRUNCATE {table}; {on}")

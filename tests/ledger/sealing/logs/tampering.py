"""What the owner of the database can do to events and to what is sealed, and what verify says of it."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any
from uuid import UUID

from django.core.management import CommandError, call_command
from django.db import connections

from audit_trail.models import AuditEvent
from tests.support import records
from tests.support.records import TABLE
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.sealing.logs import sealer
from wisely_security.ledger.sealing.verifying import run as verifying

CHANGES = AuditEvent._meta.db_table
SEALED = ("ledger_log", "ledger_sealed", "ledger_departed", "ledger_tile")
APPEND_ONLY = (
    "ledger_checkpoint",
    "ledger_removal",
    "ledger_signed_removal",
    "ledger_erased",
    "ledger_signed_erasure",
    "ledger_verification",
    "ledger_archive",
    "ledger_archive_rewrite",
)


def as_owner(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Over all tenants."""
    with acting_as(support=True), connections["owner"].cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall()) if cursor.description else []


def unguarded(table: str, sql: str, *values: Any) -> None:
    """A statement on an append-only table, while its guards are off; afterwards they are on again."""
    children = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass"
    guarded = [table, *(name for (name,) in as_owner(children, table))]
    for name in guarded:
        as_owner(f"ALTER TABLE {name} DISABLE TRIGGER append_only")
    as_owner(sql, *values)
    for name in guarded:
        as_owner(f"ALTER TABLE {name} ENABLE TRIGGER append_only")


def tamper(sql: str, *values: Any) -> None:
    """With events of sign-ins. The owner writes past policies, which bind him: in the partition itself."""
    [(partition,)] = as_owner(f"SELECT DISTINCT tableoid::regclass::text FROM {TABLE}")
    unguarded(TABLE, sql.replace("EVENTS", partition), *values)


def forget_everything() -> None:
    for table in (TABLE, CHANGES, *APPEND_ONLY):
        unguarded(table, f"TRUNCATE {table}")
    as_owner(f"TRUNCATE {', '.join(SEALED)}")
    as_owner("DELETE FROM ledger_projector")


def seal_all(table: str = TABLE) -> None:
    while sealer.seal(table):
        pass


def sealed_events(count: int = 300, windows: int = 3) -> tuple[UUID, list[UUID]]:
    """A tenant with so many events, sealed in as many windows; the ids in the order of its log."""
    tenant = records.a_tenant()
    for number in range(windows):
        records.append_many(tenant, count * (number + 1) // windows - count * number // windows)
        seal_all()
    return tenant, ids_of(tenant)


def ids_of(tenant: UUID) -> list[UUID]:
    query = "SELECT unnest(ids) FROM ledger_sealed WHERE tenant_id = %s AND events = %s::regclass ORDER BY first_index"
    return [key for (key,) in as_owner(query, tenant, TABLE)]


def verify(**options: Any) -> tuple[bool, str]:
    """Whether verify found nothing, and what it printed."""
    printed = io.StringIO()
    try:
        call_command("verify", stdout=printed, **options)
    except CommandError as error:
        return False, f"{printed.getvalue()}{error}"
    return True, printed.getvalue()


def first_finding(**options: Any) -> str:
    """The first line of what verify says; there must be a finding."""
    untouched, printed = verify(**options)
    assert not untouched, printed
    return printed.splitlines()[0]


def logs_say() -> tuple[Counter[str], list[str]]:
    """How many events there are of each kind, and the findings, by the logs of sign-ins alone."""
    outcomes = list(verifying.verify(verifying.Scope(record="login-activity")))
    counts = sum((outcome.counts for outcome in outcomes), Counter[str]())
    return counts, [finding.text for outcome in outcomes for finding in outcome.findings]


def log_state() -> tuple[object, ...]:
    """Of the one log that there is."""
    [(size, edge, next_tx)] = as_owner(
        "SELECT size, edge, next_tx FROM ledger_log, ledger_projector WHERE name = 'ledger_seal'"
    )
    return size, bytes(edge), next_tx


def set_back(state: tuple[object, ...]) -> None:
    """As a restored backup would: runs, tiles and checkpoints of before, and the events are there again."""
    size, edge, next_tx = state
    as_owner(
        "UPDATE ledger_sealed SET number = %s %% 256, hashes = substr(hashes, 1, 32 * (%s %% 256)), "
        "salts = substr(salts, 1, 16 * (%s %% 256)), ids = ids[:%s %% 256], txs = txs[:%s %% 256], "
        "last_tx = txs[%s %% 256], highest_id = ids[%s %% 256] WHERE first_index = 256",
        *[size] * 7,
    )
    as_owner("DELETE FROM ledger_sealed WHERE first_index > 256")
    as_owner("UPDATE ledger_tile SET hashes = substr(hashes, 1, 32)")
    unguarded("ledger_checkpoint", "DELETE FROM ledger_checkpoint WHERE size > %s", size)
    as_owner("UPDATE ledger_log SET size = %s, edge = %s, published = %s", size, edge, size)
    as_owner("UPDATE ledger_projector SET next_tx = %s WHERE name = 'ledger_seal'", next_tx)

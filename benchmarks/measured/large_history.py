"""A large history for benchmarks and for tests of plans: both event tables, filled on the server, month by month.

Twenty tenants share it, the largest with 40 %; four login events come to one audit event. Beside what is common there
is what is rare: a user, an address, a record, a country, a device and an action with one event a month, all of the
largest tenant, and a country (RARE_ONCE) that was seen in the first month alone.

A pattern of PATTERN events is drawn once (large_history.sql) and repeated. The owner loads: partitions are addressed
directly, where no policy applies. The indexes of a month are made after its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import md5
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import connections

from audit_trail.models import AuditEvent
from audit_trail.registry import actions
from login_activity.models import LoginEvent
from wisely_security.ledger.months import partitions
from wisely_security.ledger.months.partitions import add_months

MONTHS = 13
TENANTS = 20
LOGIN_SHARE = 0.8
PATTERN = 100_000

RARE_COUNTRY, RARE_ONCE, ABSENT_COUNTRY = "IS", "NZ", "AQ"
RARE_DEVICE, RARE_ACTION, RARE_ADDRESS, RARE_WORD = "game_console", "lock_out", "198.51.100.77", "Reykjanesbær"
RARE_USER, RARE_RECORD, RARE_REQUEST = (UUID(f"00000000-0000-7000-8000-00000000000{n}") for n in (1, 2, 3))
RARE_EMAIL = "seldom.seen@wisely.example"
RARE_LOGIN = {
    "user_id": RARE_USER,
    "user_name": "Seldom Seen",
    "user_email": RARE_EMAIL,
    "ip": RARE_ADDRESS,
    "country": RARE_COUNTRY,
    "device_kind": RARE_DEVICE,
    "action": RARE_ACTION,
    "place": f"{RARE_WORD}, Iceland",
}
RARE_AUDIT = {
    "actor_kind": "database",
    "actor_id": RARE_USER,
    "actor_name": "Seldom Seen",
    "actor_email": RARE_EMAIL,
    "module": "roles",
    "sub_module": "role",
    "action": "add",
    "resource_id": RARE_RECORD,
    "resource_name": RARE_WORD,
    "request_id": RARE_REQUEST,
    "ip": RARE_ADDRESS,
}
LOGIN, AUDIT = LoginEvent._meta.db_table, AuditEvent._meta.db_table
SHARES = {LOGIN: (LOGIN_SHARE, RARE_LOGIN), AUDIT: (1 - LOGIN_SHARE, RARE_AUDIT)}
SQL = Path(__file__).with_suffix(".sql")


def commonest(tenant: UUID) -> str:
    """The person who does most in a tenant, and the record that most is done to: large_history.sql numbers them."""
    return str(UUID(md5(f"{tenant}1".encode(), usedforsecurity=False).hexdigest()))


@dataclass(frozen=True)
class History:
    """``events``: in both tables together. ``tenants``: the largest first, the smallest last."""

    events: int
    tenants: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(TENANTS)])
    months: int = MONTHS

    @property
    def largest(self) -> UUID:
        return self.tenants[0]

    @property
    def smallest(self) -> UUID:
        return self.tenants[-1]

    def load(self) -> None:
        now = datetime.now(UTC)
        starts = [add_months(now.date(), months) for months in range(1 - self.months, 2)]
        partitions.create(starts[0], starts[-1])
        with connections["owner"].cursor() as cursor:
            names = [list(action.name) for action in actions()]
            cursor.execute(
                "INSERT INTO cells_residence (tenant_id) SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING",
                [self.tenants],
            )
            cursor.execute(SQL.read_text(), {"pattern": PATTERN, "tenants": self.tenants, "actions": names})
            with _indexes_made_later() as indexes:
                jobs = [
                    (self._fill, table, month, starts[0], now.timestamp() - 60, indexes[table])
                    for month in starts[:-1]
                    for table in SHARES
                ]
                _each_in_a_session_of_its_own(jobs)
            cursor.execute(f"DROP TABLE large_history_login, large_history_audit; ANALYZE ONLY {LOGIN}, {AUDIT}")

    def _fill(self, cursor: Any, table: str, month: date, first: date, newest: float, indexes: Sequence[str]) -> None:
        """``first``: of all months. ``newest``: the time of the newest event."""
        start, end, beginning = (
            datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
            for day in (month, add_months(month, 1), first)
        )
        span = newest - beginning
        share, rare = SHARES[table]
        end = max(min(end, newest), start + 1)  # in the first minute of a month ``newest`` is in the one before
        rows = max(1, int(self.events * share * (end - start) / span))
        step = (end - start) * 1000 / rows
        partition = f"{table}_{month:%Y_%m}"
        pattern = f"large_history_{'login' if table == LOGIN else 'audit'}"
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", [pattern])
        columns = [name for (name,) in cursor.fetchall() if name != "n"]
        values = {name: f"it.{name}" for name in columns} | {"request_id": "md5(%(done)s || ' ' || n / 2)::uuid"}
        if month == first and table == LOGIN:
            values["country"] = f"CASE WHEN n %% 50 = 0 THEN '{RARE_ONCE}' ELSE it.country END"
        insert = f"INSERT INTO {partition} (id, {', '.join(values)}) SELECT large_history_id({{moment}}), {{values}} "
        for done in range(0, rows, PATTERN):
            cursor.execute(
                insert.format(moment="%(start)s + (%(done)s + n) * %(step)s::float", values=", ".join(values.values()))
                + f"FROM {pattern} AS it WHERE n < %(rows)s - %(done)s",
                {"start": start * 1000, "step": step, "done": done, "rows": rows},
            )
        seldom = {name: f"%({name})s" if name in rare else value for name, value in values.items()}
        seldom["tenant_id"] = "%(tenant)s"
        cursor.execute(
            insert.format(moment="%(moment)s", values=", ".join(seldom.values())) + f"FROM {pattern} AS it WHERE n = 1",
            {"moment": (start + end) * 500, "done": 0, "tenant": self.largest, **rare},
        )
        for number, definition in enumerate(indexes):
            cursor.execute(f"CREATE INDEX {partition}_{number} ON {partition} {definition}")
        cursor.execute(f"VACUUM ANALYZE {partition}")


@contextmanager
def _indexes_made_later() -> Iterator[dict[str, list[str]]]:
    """All but the primary keys, whose rows come in order anyway. In the block there are none, but their definitions by
    table; after it, indexes of the partitions that are like them belong to them."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary",
            [[LOGIN, AUDIT]],
        )
        found = [
            (table, name, definition[definition.index("USING") :]) for table, name, definition in cursor.fetchall()
        ]
        cursor.execute(f"DROP INDEX {', '.join(name for _, name, _ in found)}")
        yield {table: [definition for of, _, definition in found if of == table] for table in SHARES}
        for table, name, definition in found:
            cursor.execute(f"CREATE INDEX {name} ON {table} {definition}")


def _each_in_a_session_of_its_own(jobs: list[tuple[Any, ...]]) -> None:
    """Two at a time."""

    def run(job: tuple[Any, ...]) -> None:
        do, *arguments = job
        owner = connections["owner"].copy()
        try:
            with owner.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
                do(cursor, *arguments)
        finally:
            owner.close()

    with ThreadPoolExecutor(2) as two:
        list(two.map(run, jobs))

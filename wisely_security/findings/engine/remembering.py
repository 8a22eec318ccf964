"""Memory between windows: a row of findings_memory for each person and network."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from json import dumps, loads
from operator import itemgetter

from django.db import connection

from .memory import NETWORK, Memory, subjects
from .observations import Observation

FORGET_NETWORKS = timedelta(days=30)  # after the last time that somebody was new in them, or failed


def load(observations: Iterable[Observation]) -> Memory:
    """Of everybody and every network in some observations."""
    keys = sorted({key for it in observations for key in subjects(it)})
    tenants, kinds, names = (list(map(itemgetter(place), keys)) for place in range(3))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tenant_id::text, kind, subject, data::text FROM findings_memory "
            "JOIN unnest(%s::uuid[], %s::text[], %s::text[]) AS it (tenant_id, kind, subject) "
            "USING (tenant_id, kind, subject)",
            [tenants, kinds, names],
        )
        return Memory({(tenant, kind, name): loads(data) for tenant, kind, name, data in cursor.fetchall()})


def keep(memory: Memory, now: float) -> None:
    """Until ``now``, seconds since 1970. Networks of which nothing new has been heard for a month are forgotten."""
    rows = sorted(memory.as_data(), key=itemgetter(0))
    moment = datetime.fromtimestamp(now, UTC)
    columns = [[key[place] for key, _ in rows] for place in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO findings_memory (tenant_id, kind, subject, seen_at, data) "
            "SELECT tenant_id, kind, subject, %s, data "
            "FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::jsonb[]) AS it (tenant_id, kind, subject, data) "
            "ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET seen_at = EXCLUDED.seen_at, data = EXCLUDED.data "
            "WHERE findings_memory.data <> EXCLUDED.data",
            [moment, *columns, [dumps(data) for _, data in rows]],
        )
        cursor.execute(
            "DELETE FROM findings_memory WHERE kind = %s AND seen_at < %s", [NETWORK, moment - FORGET_NETWORKS]
        )


def forget() -> None:
    """Everything, of all tenants that the scope reaches: it is derived again from the first event on."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM findings_memory")

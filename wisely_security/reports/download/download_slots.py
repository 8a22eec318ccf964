"""Download slots: a slow reader holds a thread of the web server. Some threads must be left for pages, and some slots
for the other tenants.

A process counts its own. All processes together count those that are reading: each shows a shared advisory lock of its
tenant, which waits for nobody and ends with the transaction that reads, however that ends. (Between asking and reading,
two processes may take the same slot; then a process's own count holds.)
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Generator
from typing import Any
from uuid import UUID

from django.db import connection

from wisely_security.database.replication import replica

DOWNLOADS_AT_ONCE = 6  # in one process; fewer than its threads (gunicorn.conf.py)
OF_ONE_TENANT = 2  # in all processes
KEY = "hashtextextended('download of ' || %s, 0)"
_running: dict[object, UUID] = {}  # whose, by slot
_one_at_a_time = threading.Lock()


class NoSlotError(Exception):
    """As many downloads run as may. ``is_tenants_own``: of this tenant; there are slots for others."""

    def __init__(self, *, is_tenants_own: bool) -> None:
        super().__init__()
        self.is_tenants_own = is_tenants_own


class DownloadSlot:
    """What a response streams. The slot is freed when Django closes the response, begun or not.

    A response that is lost before it is sent (its transaction cannot be committed) is closed by nobody: then the slot
    is freed with the object.
    """

    def __init__(self, key: object, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        self._end = weakref.finalize(self, _running.pop, key)  # runs once, and waits for nobody

    def __iter__(self) -> Generator[bytes]:
        return self._pieces

    def close(self) -> None:
        try:
            self._pieces.close()
        finally:
            self._end()


def take_slot(tenant_id: UUID, pieces: Generator[bytes]) -> DownloadSlot:
    """Raises NoSlotError."""
    if replica.read(lambda: reading(tenant_id)) >= OF_ONE_TENANT:
        raise NoSlotError(is_tenants_own=True)
    with _one_at_a_time:
        running = list(_running.values())
        if running.count(tenant_id) >= OF_ONE_TENANT:
            raise NoSlotError(is_tenants_own=True)
        if len(running) >= DOWNLOADS_AT_ONCE:
            raise NoSlotError(is_tenants_own=False)
        _running[key := object()] = tenant_id
    return DownloadSlot(key, pieces)


def show(cursor: Any, tenant_id: UUID) -> None:
    """To all processes, for the rest of the transaction, that a download of the tenant is reading."""
    cursor.execute(f"SELECT pg_advisory_xact_lock_shared({KEY})", [str(tenant_id)])


def reading(tenant_id: UUID) -> int:
    """How many downloads of a tenant are reading now, in all processes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND database = "  # noqa: S608
            "(SELECT oid FROM pg_database WHERE datname = current_database()) "
            f"AND (classid::bigint << 32) | objid::bigint = {KEY}",
            [str(tenant_id)],
        )
        return int(cursor.fetchone()[0])

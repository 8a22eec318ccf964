"""Processes that write for a tenant, at a rate: sign-ins, and as many changes of a record, each with its event.

When the tenant lives elsewhere, they go on there, as requests do.
"""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from typing import Any, Self
from uuid import UUID

_spawned = multiprocessing.get_context("spawn")


@dataclass
class Written:
    """``sign_ins``: keys of events; ``changes``: the names that records were given. All that were committed."""

    sign_ins: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    refused: int = 0
    longest_pause: float = 0.0
    seconds: float = 0.0
    failure: str = ""

    @property
    def number(self) -> int:
        return len(self.sign_ins) + len(self.changes)

    def add(self, other: Written) -> None:
        self.sign_ins += other.sign_ins
        self.changes += other.changes
        self.refused += other.refused
        self.longest_pause = max(self.longest_pause, other.longest_pause)
        self.seconds = max(self.seconds, other.seconds)
        self.failure = self.failure or other.failure


class Writers:
    """One for each group, ``writes`` a second together."""

    def __init__(self, tenant: UUID, groups: Sequence[UUID], writes: int) -> None:
        self.answers: Any = _spawned.SimpleQueue()
        self.ended = _spawned.Event()
        self.begun = _spawned.Barrier(len(groups) + 1)
        pause = len(groups) / writes
        self.processes = [
            _spawned.Process(
                target=_write, args=(tenant, group, number, pause, self.begun, self.ended, self.answers), daemon=True
            )
            for number, group in enumerate(groups)
        ]

    def __enter__(self) -> Self:
        for process in self.processes:
            process.start()
        self.begun.wait()
        return self

    def stop(self) -> Written:
        """Raises RuntimeError if one of them has failed."""
        self.ended.set()
        all_written = Written()
        for _ in self.processes:
            all_written.add(self.answers.get())
        if all_written.failure:
            raise RuntimeError(all_written.failure)
        return all_written

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        for process in self.processes:
            process.join(10)


def _write(tenant: UUID, group: UUID, number: int, pause: float, begun: Any, ended: Event, answers: Any) -> None:
    import django

    django.setup()
    from django.db import connection

    written = Written()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    begun.wait()
    first = time.monotonic()
    try:
        _go_on(written, tenant, group, number, pause, ended)
    except Exception:
        written.failure = traceback.format_exc()
    written.seconds = time.monotonic() - first
    answers.put(written)


def _go_on(written: Written, tenant: UUID, group: UUID, number: int, pause: float, ended: Event) -> None:
    from wisely_security.database.cells.errors import BeingMovedError, LivesElsewhereError
    from wisely_security.database.cells.routing import all_cells, in_cell

    last = due = time.monotonic()
    with ExitStack() as place:
        while not ended.is_set():
            due += pause
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if len(written.sign_ins) <= len(written.changes):
                    written.sign_ins.append(_sign_in(tenant))
                else:
                    written.changes.append(_change(tenant, group, f"Writer {number} {len(written.changes)}"))
            except BeingMovedError:
                written.refused += 1
            except LivesElsewhereError:
                written.refused += 1
                place.enter_context(in_cell(all_cells()[1]))
            else:
                now = time.monotonic()
                written.longest_pause, last = max(written.longest_pause, now - last), now


def _sign_in(tenant: UUID) -> str:
    from django.db import connection

    from tests.support.records import AN_EVENT, TABLE
    from wisely_security.core.request_context import acting_as

    row = {"tenant_id": tenant, **AN_EVENT, "user_name": "Writer"}
    with acting_as(tenant_id=tenant), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))}) RETURNING id::text",
            list(row.values()),
        )
        [key] = cursor.fetchone()
    return str(key)


def _change(tenant: UUID, group: UUID, name: str) -> str:
    """Read and saved by the ORM, which is recorded in the same transaction."""
    from django.db import transaction

    from wisely_security.core.request_context import acting_as
    from wisely_security.workspace.modules.business_groups import BusinessGroup

    with acting_as(tenant_id=tenant), transaction.atomic():
        record = BusinessGroup.objects.get(pk=group)
        record.name = name
        record.save()
    return name

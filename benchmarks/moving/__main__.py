"""What moving a tenant takes while somebody writes: ``python -m benchmarks.moving --events 100000 --writes 200``.

Two embedded servers of its own in a temporary folder. Prints as JSON how long the family was frozen, what was copied
meanwhile, and how many of the writes that were committed before, during and after are lost or doubled: none may be.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from wisely_security.devserver.embedded import provide

from .writers import Writers, Written

EU = "eu-1"
SETTLED = 3.0  # seconds of writes before the move and after it


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, help="that the tenant has")
    parser.add_argument("--writes", type=int, default=200, help="a second, before, while and after it moves")
    parser.add_argument("--writers", type=int, default=4, help="processes that write them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        _two_servers(Path(folder))
        measured = _measure(options.events, options.writes, options.writers)
        sys.stdout.write(json.dumps(measured, indent=2) + "\n")


def _two_servers(folder: Path) -> None:
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    provide(first, folder / "main")
    provide(second, folder / EU)
    os.environ |= first | {
        "DATABASE_CELL_URLS": f"{EU}={second['DATABASE_URL']}",
        "DATABASE_CELL_OWNER_URLS": f"{EU}={second['DATABASE_OWNER_URL']}",
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }


def _measure(events: int, writes: int, writers: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from wisely_security.moving import steps

    settings.SIGNING_KEY = "00" * 21 + "A="
    settings.CHECKPOINT_DIR = Path(os.environ["DATA_DIR"]) / "checkpoints"
    took: dict[str, float] = {}
    with _timed("load", took):
        from .making import make

        tenant, groups = make(events, writers)
    with _timed("derive and seal", took):
        _project("main")
    with _timed("verify before", took):
        before = _verify("main", tenant)
    at_point: dict[str, float] = {}

    def reached(point: str) -> None:
        at_point.setdefault(point, time.monotonic())

    steps._reached = reached
    with Writers(tenant, groups, writes) as pool:
        time.sleep(SETTLED)
        begun, output = time.monotonic(), io.StringIO()
        with _timed("move", took):
            call_command("move_tenant", "acme", to=EU, stdout=_Both(output))
        time.sleep(SETTLED)
        written = pool.stop()
    with _timed("verify after", took):
        _project(EU)
        after = _verify(EU, tenant)
    return {
        "events": events,
        "seconds": {name: round(seconds, 1) for name, seconds in took.items()},
        "seconds copying": round(at_point["caught up"] - begun, 1),
        **_frozen(tenant),
        "seconds frozen until": {
            name: round(at_point[name] - at_point["frozen"], 2)
            for name in ("consumed", "last events", "rows", "all compared", "switched")
        },
        "writes a second": round((written.number + written.refused) / written.seconds, 1),
        "longest pause of a writer": round(written.longest_pause, 2),
        **_compared(tenant, written),
        "verified before": before,
        "verified after": after,
        "output": output.getvalue().splitlines(),
    }


@contextmanager
def _timed(name: str, took: dict[str, float]) -> Iterator[None]:
    sys.stderr.write(f"{name} …\n")
    begun = time.monotonic()
    yield
    took[name] = time.monotonic() - begun
    sys.stderr.write(f"{name}: {took[name]:.1f} s\n")


class _Both(io.StringIO):
    """What the command prints is kept, and shown at once."""

    def __init__(self, kept: io.StringIO) -> None:
        super().__init__()
        self.kept = kept

    def write(self, text: str) -> int:
        sys.stderr.write(text)
        return self.kept.write(text)


def _project(cell: str) -> None:
    """By three threads, each of which takes a projector that no other is at."""
    from django.db import connections

    from wisely_security.database.cells.routing import in_cell
    from wisely_security.ledger.derived.projectors import project

    def work() -> None:
        try:
            with in_cell(cell):
                project()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(work) for _ in range(3)]:
            each.result()
    work()


def _verify(cell: str, tenant: UUID) -> dict[str, Any]:
    from wisely_security.database.cells.routing import in_cell
    from wisely_security.ledger.sealing.verifying.run import Scope, verify

    with in_cell(cell):
        return {
            outcome.record: {**outcome.counts, "findings": [finding.text for finding in outcome.findings]}
            for outcome in verify(Scope(tenant_id=tenant))
        }


def _frozen(tenant: UUID) -> dict[str, Any]:
    from wisely_security.moving.at import ask, at

    with at(EU):
        [(seconds, moved)] = ask("SELECT frozen_seconds, events FROM moving_move")
    with at("main"):
        [(left,)] = ask("SELECT count(*) FROM login_activity_loginevent WHERE tenant_id = %s", tenant)
    return {"seconds frozen": round(seconds, 2), "events moved": moved, "events left behind": left}


def _compared(tenant: UUID, written: Written) -> dict[str, Any]:
    """What the writers committed, beside what the new cell has of it."""
    from wisely_security.moving.at import ask, at

    with at(EU):
        sign_ins = ask(
            "SELECT id::text FROM login_activity_loginevent WHERE tenant_id = %s AND user_name = 'Writer'", tenant
        )
        changes = ask(
            "SELECT change->>'after' FROM audit_trail_auditevent, jsonb_array_elements(changes) AS change "
            "WHERE tenant_id = %s AND change->>'after' LIKE 'Writer %%'",
            tenant,
        )
    found = Counter(key for (key,) in [*sign_ins, *changes])
    return {
        "committed": {"sign-ins": len(written.sign_ins), "changes": len(written.changes)},
        "refused": written.refused,
        "lost": len({*written.sign_ins, *written.changes} - found.keys()),
        "doubled": sum(found.values()) - len(found),
        "of refused writes": len(found.keys() - {*written.sign_ins, *written.changes}),
    }


if __name__ == "__main__":
    main()

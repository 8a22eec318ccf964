"""What moving a tenant takes while somebody writes: ``python -m benchmarks.moving --events 100000 --writes 200``.

Two embedded servers of its own in a temporary folder. Prints how long the family was frozen, and how many of the events
that were committed meanwhile are lost or doubled: none may be.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from wisely_security.devserver.embedded import provide

EU = "eu-1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, help="that the tenant has")
    parser.add_argument("--writes", type=int, default=200, help="a second, while it moves")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        _two_servers(Path(folder))
        sys.stdout.write(json.dumps(_measure(options.events, options.writes), indent=2) + "\n")


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


def _measure(events: int, writes: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.support.cast import create_cast
    from tests.support.records import load
    from wisely_security.database.cells.routing import all_cells, in_cell
    from wisely_security.ledger.derived.projectors import project
    from wisely_security.moving.at import ask, at

    settings.SIGNING_KEY = "00" * 21 + "A="
    settings.CHECKPOINT_DIR = Path(os.environ["DATA_DIR"]) / "checkpoints"
    for cell in all_cells():
        with in_cell(cell):
            call_command("migrate", verbosity=0)
            call_command("create_partitions", since=3, verbosity=0)
    acme = create_cast().acme
    load(acme.pk, events, days=60)
    project()
    writer = Writer(acme.pk, 1 / writes)
    writer.start()
    begun, output = time.monotonic(), io.StringIO()
    call_command("move_tenant", "acme", to=EU, stdout=output)
    writer.join()
    with at(EU):
        there = [key for (key,) in ask("SELECT id FROM login_activity_loginevent WHERE tenant_id = %s", acme.pk)]
        [(seconds,)] = ask("SELECT frozen_seconds FROM moving_move")
    return {
        "events": events,
        "seconds in all": round(time.monotonic() - begun, 1),
        "seconds without writes": round(seconds, 2),
        "committed meanwhile": len(writer.committed),
        "refused meanwhile": writer.refused,
        "lost": len(set(writer.committed) - set(there)),
        "doubled": len(there) - len(set(there)),
        "output": output.getvalue().splitlines(),
    }


class Writer(threading.Thread):
    """Appends an event every ``pause`` seconds, until the tenant lives elsewhere."""

    def __init__(self, tenant: UUID, pause: float) -> None:
        super().__init__(daemon=True)
        self.tenant, self.pause = tenant, pause
        self.committed: list[UUID] = []
        self.refused = 0

    def run(self) -> None:
        from django.db import connection

        from tests.support.records import AN_EVENT, TABLE
        from wisely_security.core.request_context import acting_as
        from wisely_security.database.cells.errors import BeingMovedError, LivesElsewhereError

        row = {"tenant_id": self.tenant, **AN_EVENT}
        sql = f"INSERT INTO {TABLE} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))}) RETURNING id"
        due = time.monotonic()
        while True:
            due += self.pause
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                with acting_as(tenant_id=self.tenant), connection.cursor() as cursor:
                    cursor.execute(sql, list(row.values()))
                    [key] = cursor.fetchone()
            except BeingMovedError:
                self.refused += 1
            except LivesElsewhereError:
                connection.close()
                return
            else:
                self.committed.append(key)


if __name__ == "__main__":
    main()

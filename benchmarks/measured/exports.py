"""A candidate of ``benchmarks.measured.peer_exports``: one way to write all events of a tenant to nowhere."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any
from uuid import UUID

import django

from wisely_security.devserver.embedded.programs import installed_programs

from ..runner import Done, stopwatch, take_part

COLUMNS = [
    "user_name",
    "occurred_at",
    "ip",
    "device",
    "place",
    "status",
    "action",
    "reason",
    "user_email",
    "browser",
    "system",
    "country",
    "user_agent",
]


def psql(tenant: UUID, events: Any) -> None:
    url = os.environ["DATABASE_URL"]
    select = f"SELECT {', '.join(COLUMNS)} FROM {events.model._meta.db_table} WHERE tenant_id = '{tenant}' ORDER BY id"
    subprocess.run(
        [installed_programs() / "psql", "-X", "-q", url, "-c", f"\\copy ({select}) TO '/dev/null' CSV HEADER"],
        env=os.environ | {"PGOPTIONS": f"-c wisely.tenant_id={tenant}"},
        check=True,
    )


def csv_writer(tenant: UUID, events: Any) -> None:
    with Path("/dev/null").open("w", newline="") as nowhere:
        writer = csv.writer(nowhere)
        writer.writerow(COLUMNS)
        writer.writerows(events.values_list(*COLUMNS).iterator(chunk_size=2000))


def import_export(tenant: UUID, events: Any) -> None:
    from import_export.resources import modelresource_factory

    resource = modelresource_factory(events.model, meta_options={"fields": COLUMNS})()
    Path("/dev/null").write_text(resource.export(events).csv)


def main(tenant: UUID, export: Callable[[UUID, Any], None]) -> None:
    from django.db import connection, transaction

    from login_activity.models import LoginEvent
    from wisely_security.core.request_context import acting_as

    connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = False  # as Django has it, where nothing pools

    def measured(rows: int) -> Done:
        with acting_as(tenant_id=tenant), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")  # sets the session context, which a cursor on the server could not
            with stopwatch() as milliseconds:
                export(tenant, LoginEvent.objects.for_tenant(tenant).order_by("id"))
        return Done([milliseconds()], rows)

    def memory(_: int) -> Done:
        return Done([getrusage(RUSAGE_SELF).ru_maxrss / 1024], 0)

    take_part({"export": measured, "memory": memory})


if __name__ == "__main__":
    django.setup()
    main(UUID(sys.argv[1]), {"psql": psql, "csv_writer": csv_writer, "import_export": import_export}[sys.argv[2]])

"""How many audited transactions the machine makes in a second, beside what its disk and PostgreSQL allow at all.

.venv-bench/bin/python -m benchmarks.limits [rounds]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from uuid import uuid4

import django

from wisely_security.devserver.embedded import provide
from wisely_security.devserver.embedded.programs import installed_programs
from wisely_security.devserver.embedded.roles import APP_ROLE, OWNER_ROLE

from .results import Table, decimals, publish

if TYPE_CHECKING:
    from wisely_security.tenancy.models import Tenant, User

CONNECTIONS = 8
SECONDS = 5
LINKS = 1_000
NOTHING_ELSE = "INSERT INTO bench DEFAULT VALUES;"
EDIT = """\\set number random(1, {links})
{setting} \\; UPDATE workspace_messagelink SET text = 'Text ' || random() WHERE tenant_id = '{tenant}'
AND number_id = '{number}' AND name = 'Link ' || :number;
"""
ADD = """{setting} \\; INSERT INTO workspace_messagelink (tenant_id, number_id, name, text, code)
VALUES ('{tenant}', '{number}', 'Link ' || uuidv7(), 'Hello', left(uuidv4()::text, 22));
"""


def main(rounds: int) -> None:
    from django.conf import settings

    from tests.support.cast import create_cast
    from tests.support.databases import drop_template, kept_database, make_template, using_database

    audited, plain = (f"bench_limits_{os.getpid()}_{kind}" for kind in ("audited", "plain"))
    make_template()
    with tempfile.TemporaryDirectory() as folder, kept_database(audited):
        with using_database(audited):
            cast = create_cast()
            scripts = prepare(cast.acme, cast.alice, Path(folder))
        with kept_database(plain, audited):
            with using_database(plain):
                _switch_off()
            candidates = {
                "INSERT of a row into a table without index, trigger or row-level security": (
                    plain,
                    OWNER_ROLE,
                    "bench",
                ),
                "edit of a message link, triggers off": (plain, APP_ROLE, "edit"),
                "edit of a message link, audited": (audited, APP_ROLE, "edit"),
                "new message link, triggers off": (plain, APP_ROLE, "add"),
                "new message link, audited": (audited, APP_ROLE, "add"),
            }
            rates: dict[str, list[float]] = {name: [] for name in candidates}
            for _ in range(rounds):
                for name, (database, role, script) in candidates.items():
                    rates[name].append(_pgbench(database, role, scripts[script]))
    drop_template()
    medians = {name: median(each) for name, each in rates.items()}
    limit = max(medians.values())
    fsyncs = _fsyncs(Path(settings.DATA_DIR))
    publish(
        Table(
            title="Limits",
            about=(
                f"Transactions a second over {CONNECTIONS} connections, each a commit on disk; pgbench, {SECONDS} "
                f"seconds a time, the median of {rounds}. Somebody who does nothing else gets {fsyncs:,.0f} fdatasync "
                "a second from this disk (pg_test_fsync); commits of several connections share one."
            ),
            headings=["", "a second", "of the most"],
            rows=[[name, decimals(rate), f"{rate / limit:.0%}"] for name, rate in medians.items()],
        ),
        command=f"python -m benchmarks.limits {rounds}",
    )


def prepare(tenant: Tenant, admin: User, folder: Path) -> dict[str, Path]:
    """Records to edit, and pgbench's scripts; each sets the session context, as the application does."""
    from django.db import connection, connections

    from tests.workspace.samples.making import build, make
    from wisely_security.core.request_context import RequestContext, acting_as
    from wisely_security.database.base import SET_CONTEXT
    from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber

    number = make(WabaNumber, tenant)
    with acting_as(tenant_id=tenant.pk):
        MessageLink.objects.bulk_create(
            build(MessageLink, tenant, number=number, name=f"Link {each}") for each in range(1, LINKS + 1)
        )
    context = RequestContext(tenant_id=tenant.pk, actor=admin.as_actor(), request_id=uuid4())
    with connection.cursor() as cursor:
        setting = cursor.cursor.mogrify(SET_CONTEXT, context.settings).decode().rstrip(";")
        setting = setting.replace("; SET", " \\; SET")  # one message
    with connections["owner"].cursor() as owner:
        owner.execute("CREATE TABLE bench (at timestamptz DEFAULT now())")
        owner.execute("VACUUM ANALYZE workspace_messagelink")
    scripts = {}
    for name, script in (("bench", NOTHING_ELSE), ("edit", EDIT), ("add", ADD)):
        scripts[name] = folder / name
        scripts[name].write_text(script.format(links=LINKS, setting=setting, tenant=tenant.pk, number=number.pk))
    return scripts


def _switch_off() -> None:
    from django.db import connections

    with connections["owner"].cursor() as owner:
        owner.execute("ALTER TABLE workspace_messagelink DISABLE TRIGGER USER")


def _pgbench(database: str, role: str, script: Path) -> float:
    """Transactions a second."""
    return ended(pgbench(database, role, script, CONNECTIONS, SECONDS))


def pgbench(database: str, role: str, script: Path, connections: int, seconds: int) -> subprocess.Popen[str]:
    """Begun, in the current cell."""
    from django.db import connection

    settings = connection.settings_dict
    target = ["-h", settings["HOST"], "-p", str(settings["PORT"]), "-U", role]
    options = ["-n", "-c", str(connections), "-j", str(connections // 4), "-T", str(seconds), "-f", str(script)]
    command = [str(installed_programs() / "pgbench"), *target, *options, database]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(running: subprocess.Popen[str]) -> float:
    """Transactions a second."""
    output, errors = running.communicate()
    assert running.returncode == 0, errors
    return float(_found(r"tps = ([\d.]+)", output))


def _fsyncs(folder: Path) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as unused:
        command = [installed_programs() / "pg_test_fsync", "-s", "1", "-f", str(Path(unused, "file"))]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(_found(r"fdatasync +([\d.]+) ops", ran.stdout))


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

"""kill -9 under load: afterwards every committed change has exactly one event, and every event its change.

    python -m tests.audit_trail.kill_nine [--kills 200] [--seed 1]

An embedded server of its own, in a temporary folder, and four writers that add, change and delete records, singly, in
bulk and in longer transactions. At random moments a writer, a process of the server, or the whole server is killed.
Each value that a writer writes is unique, and it notes how many events tell of it: once what was committed, never what
was rolled back.
"""

from __future__ import annotations

import argparse
import atexit
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

import django

from wisely_security.database.embedded import provide
from wisely_security.database.embedded.cluster import make_or_examine
from wisely_security.database.embedded.home import find_or_make_home
from wisely_security.database.embedded.server import Server

WRITERS = 4
KILLS_BETWEEN_CHECKS = 10
RECORDS = 15  # so few that writers meet at the same ones


class Site:
    """The server, and those who write to it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.cluster = make_or_examine(find_or_make_home(folder))
        self.chance = random.Random(seed)
        self.notes = folder / "notes"
        self.notes.mkdir()
        self.writers: list[BaseProcess] = []
        self.started = 0

    def start_writers(self, tenant_id: UUID) -> None:
        from .kill_nine_writer import write

        _disconnect()  # connections are not to be inherited
        while len(self.writers) < WRITERS:
            self.started += 1
            given = (tenant_id, self.notes / f"{self.started}", f"{self.started}", RECORDS)
            self.writers.append(get_context("fork").Process(target=write, args=given, daemon=True))
            self.writers[-1].start()

    def kill_a_writer(self) -> None:
        victim = self.writers.pop(self.chance.randrange(len(self.writers)))
        victim.kill()
        victim.join()

    def kill_a_process_of_the_server(self) -> None:
        children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text().split()
        if children:  # else it is starting after the one before
            os.kill(int(self.chance.choice(children)), signal.SIGKILL)

    def kill_the_server(self) -> None:
        os.kill(self._postmaster, signal.SIGKILL)

    def see_to_the_server(self) -> None:
        Server(self.cluster).ensure_running()

    @property
    def _postmaster(self) -> int:
        return int((self.cluster.files / "postmaster.pid").read_text().split()[0])

    def patiently(self, look: Callable[[], str]) -> str:
        """The server may just be learning that one of its processes is gone."""
        from django.db import OperationalError

        for _ in range(100):
            try:
                return look()
            except OperationalError:
                _disconnect()
                time.sleep(0.1)
                self.see_to_the_server()
        return look()


def _disconnect() -> None:
    from django.db import connections

    for alias in ("default", "owner"):
        connections[alias].close()


def prepare() -> UUID:
    from django.core.management import call_command

    from tests.cast import create_cast
    from wisely_security.tenancy.models import User

    from .factories import make

    call_command("migrate", verbosity=0)
    call_command("create_partitions", verbosity=0)
    tenant = create_cast().acme
    for _ in range(3):
        make(User, tenant)
    return tenant.pk


def main(kills: int, seed: int, folder: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    provide(os.environ, folder)
    django.setup()
    from .kill_nine_check import check

    site = Site(folder, seed)
    tenant_id = prepare()
    ways = [site.kill_a_writer, site.kill_a_process_of_the_server, site.kill_the_server]
    killed: Counter[str] = Counter()
    for number in range(1, kills + 1):
        site.start_writers(tenant_id)
        time.sleep(site.chance.uniform(0.1, 0.6))
        kill = site.chance.choice(ways)
        kill()
        killed[kill.__name__] += 1
        site.see_to_the_server()
        if number % KILLS_BETWEEN_CHECKS == 0 or number == kills:
            agreed = site.patiently(lambda: check(tenant_id, site.notes))
            sys.stdout.write(f"{number} kills ({dict(killed)}): {agreed}\n")
            sys.stdout.flush()
    for writer in site.writers:
        writer.kill()
        writer.join()


def arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ.pop(name, None)
    temporary = Path(tempfile.mkdtemp(prefix="kill-nine-"))
    atexit.register(
        shutil.rmtree, temporary, ignore_errors=True
    )  # after the server has stopped, which is registered later
    temporary.chmod(0o711)
    main(given.kills, given.seed, temporary / "data")

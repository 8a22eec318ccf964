"""kill -9 under load: afterwards every committed change has exactly one event, and every event its change.

    python -m tests.audit_trail.capture.kill_nine [--kills 200] [--seed 1]

An embedded server of its own, in a temporary folder, and the site as it is served in front of it. Four writers add,
change and delete records, singly, in bulk and in longer transactions; three people sign in, fill in forms and sign
out. At random moments a writer, a process of the database, the whole database, a web process or the whole web server is
killed. Each value that is written is unique, and its writer notes how many events record it: once what was committed,
never what was rolled back. The people note each answer: a change, a refusal and a sign-in leave one event each.
"""

from __future__ import annotations

import argparse
import atexit
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import django

from wisely_security.devserver.embedded import provide

from .notes import Notes

WRITERS = 4
KILLS_BETWEEN_CHECKS = 10
RECORDS = 15  # so few that writers meet at the same ones


def disconnect() -> None:
    from django.db import Error, connections

    for alias in ("default", "owner"):
        with suppress(Error):
            connections[alias].close()


def prepare() -> tuple[UUID, list[str]]:
    """The tenant, and the people who may change its records: none of them owns a group, so owners are notified."""
    from django.core.management import call_command

    from tests.support.cast import add_member, create_cast, person
    from tests.workspace.samples.making import make
    from wisely_security.tenancy.models import User

    call_command("migrate", verbosity=0)
    call_command("create_partitions", verbosity=0)
    tenant = create_cast().acme
    for _ in range(3):
        make(User, tenant)
    people = [f"{name}@acme.example" for name in ("ada", "ben", "cleo")]
    for email in people:
        add_member(tenant, "admin", person(email.partition("@")[0].title(), email))
    return tenant.pk, people


def in_random_order(chance: random.Random, ways: list[Callable[[], None]]) -> Iterator[Callable[[], None]]:
    """Endlessly; all come up equally often."""
    while True:
        chance.shuffle(ways)
        yield from list(ways)


def with_patience(check: Callable[[], str], see_to_the_database: Callable[[], None]) -> str:
    """Retry: the database may just be noticing that one of its processes has died."""
    from django.db import OperationalError

    for _ in range(100):
        try:
            return check()
        except OperationalError:
            disconnect()
            time.sleep(0.1)
            see_to_the_database()
    return check()


def main(kills: int, seed: int, folder: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    provide(os.environ, folder)
    django.setup()
    from .check import check
    from .database import Database
    from .people import Crowd
    from .web import Web
    from .writers import Writers

    chance, notes = random.Random(seed), Notes(folder / "notes")
    tenant_id, people = prepare()
    disconnect()  # child processes must not inherit connections
    with ExitStack() as site:
        database, web = Database(folder, chance), Web(folder, chance)
        site.callback(web.stop)
        web.see_to_it()
        writers = Writers(tenant_id, notes, RECORDS, chance)
        site.callback(writers.stop)
        crowd = Crowd(web.url, people, notes, RECORDS)
        site.callback(crowd.stop)
        ways = [writers.kill_one, database.kill_a_process, database.kill_all, web.kill_a_worker, web.kill_the_master]
        killed: Counter[str] = Counter()
        for number, kill in enumerate(in_random_order(chance, ways), start=1):
            writers.fill_up(WRITERS)
            time.sleep(chance.uniform(0.1, 0.6))
            kill()
            killed[kill.__qualname__] += 1
            database.see_to_it()
            web.see_to_it()
            assert crowd.is_well()
            if number % KILLS_BETWEEN_CHECKS == 0 or number == kills:
                agreed = with_patience(lambda: check(tenant_id, notes), database.see_to_it)
                disconnect()
                sys.stdout.write(f"{number} kills ({dict(killed)}): {agreed}\n")
                sys.stdout.flush()
            if number == kills:
                return


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

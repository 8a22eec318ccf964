import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from wisely_security.database.rights import CLOSE_DATABASE
from wisely_security.database.roles import app_role


class Command(BaseCommand):
    help = (
        "Migrates a new, empty database beside the one in use, checks it as manage.py check --database default does, "
        "and drops it. This shows what a new module lacks. The owner needs CREATEDB."
    )

    def handle(self, **options: Any) -> None:
        if "owner" not in connections:
            raise CommandError("Only the owner can create a database: set DATABASE_OWNER_URL.")
        with TemporaryDirectory() as folder, new_database(f"wisely_check_{os.getpid()}"):
            settings.CHECKPOINT_DIR = Path(folder)  # the checkpoints are of the database in use
            call_command("migrate", verbosity=0, skip_checks=True)
            call_command("create_partitions", verbosity=0)
            call_command("check", databases=["default"], fail_level="WARNING", stdout=self.stdout, stderr=self.stderr)


@contextmanager
def new_database(name: str) -> Iterator[None]:
    """Inside the block, both roles work in an empty database of this name, which is dropped in the end."""
    before = str(connections["owner"].settings_dict["NAME"])
    _as_owner(f"CREATE DATABASE {name}")
    try:
        _as_owner(CLOSE_DATABASE.format(name=name, app_role=app_role()))
        _use(name)
        yield
    finally:
        _use(before)
        _as_owner(f"DROP DATABASE {name} WITH (FORCE)")


def _as_owner(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def _use(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name

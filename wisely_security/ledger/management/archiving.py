"""What the commands that move months of events have in common."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from wisely_security.core.request_context import acting_as

from ..archive import archives
from ..archive.errors import ArchiveError
from ..models import Archive
from ..months.locks import BusyError
from ..sealing.keys import SigningKeyError


class OwnersCommand(BaseCommand):
    def execute(self, *args: Any, **options: Any) -> str | None:
        if "owner" not in connections:
            raise CommandError("Only the owner of the database can move events: set DATABASE_OWNER_URL.")
        try:
            with archives.maintenance_session():
                return super().execute(*args, **options)
        except (ArchiveError, BusyError, SigningKeyError, OSError) as error:
            raise CommandError(str(error)) from error


class CommandOnArchive(OwnersCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as manage.py archives lists it")

    def handle(self, *, name: str, **options: Any) -> None:
        with acting_as(support=True):
            archive = Archive.objects.filter(name=name).first()
        if archive is None:
            raise CommandError(f"There is no archive {name}. manage.py archives lists them.")
        self.stdout.write(self.work(archive))

    def work(self, archive: Archive) -> str:
        """Returns what there is to say in the end."""
        raise NotImplementedError

"""``migrate`` as Django has it, but as the owner: the app role may not change the schema."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] not in connections:
            raise CommandError("Migrations run as the owner of the database: set DATABASE_OWNER_URL.")
        super().handle(*args, **options)

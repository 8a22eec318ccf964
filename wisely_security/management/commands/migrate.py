"""``migrate`` as Django has it, but as the owner: the app role may not change the schema. It ends with the rules about
tenants' tables and events, so a table that lacks its safeguards does not go unnoticed."""

from typing import Any

from django.core.management.base import CommandError, CommandParser, SystemCheckError
from django.core.management.commands import migrate
from django.db import connections

from wisely_security.database.rules import NOT_MIGRATED, examine
from wisely_security.database.safeguards.checks import safeguards_stand


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] not in connections:
            raise CommandError("Only the owner of the database can run migrations: set DATABASE_OWNER_URL.")
        super().handle(*args, **options)
        if not options["skip_checks"]:
            self._check_safeguards()

    def _check_safeguards(self) -> None:
        """Not where migrations are left to apply, for these may bring what is missing."""
        faults = examine(safeguards_stand)
        if faults and faults[0].id != NOT_MIGRATED:
            listed = "\n\n".join(str(fault) for fault in faults)
            raise SystemCheckError(f"The migrations are applied, but the database lacks safeguards:\n\n{listed}")

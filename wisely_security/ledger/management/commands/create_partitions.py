from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from wisely_security.ledger.months import partitions
from wisely_security.ledger.months.locks import BusyError


class Command(BaseCommand):
    help = (
        "Creates the monthly partitions of the event tables ahead of time. Safe at any time and any number of times: "
        "run it daily (docs/operating/operations.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--months", type=int, default=partitions.AHEAD, help="how many months ahead (default: 3)")
        parser.add_argument("--since", type=int, default=0, help="and how many months back (default: 0)")
        parser.add_argument(
            "--check", action="store_true", help="create nothing; fail if next month's partition is missing"
        )

    def handle(self, *, months: int, since: int, check: bool, verbosity: int, **options: Any) -> None:
        today = datetime.now(UTC).date()
        if check:
            missing = partitions.missing(partitions.add_months(today, 1))
            if missing:
                raise CommandError(f"Missing: {', '.join(missing)}. Run manage.py create_partitions.")
            return
        if "owner" not in connections:
            raise CommandError("Only the owner of the database can create partitions: set DATABASE_OWNER_URL.")
        try:
            first = partitions.first_without(partitions.add_months(today, -since))
            created = partitions.create(first, partitions.add_months(today, months))
        except BusyError as error:
            raise CommandError(str(error)) from error
        if verbosity:
            self.stdout.write("\n".join(f"Created {name}" for name in created) or "All partitions exist.")

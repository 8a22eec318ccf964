from argparse import ArgumentParser
from typing import Any

from wisely_security.ledger.months.partitions import event_tables
from wisely_security.ledger.sealing.logs.published.continuing import continue_logs

from ..archiving import OwnersCommand


class Command(OwnersCommand):
    help = (
        "After a restore from a backup: logs that are behind their checkpoint files continue under another origin, and "
        "the tenants’ Audit Trails say so (docs/operating/operations.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="why, as it will stand in the Audit Trail")

    def handle(self, *, reason: str, **options: Any) -> None:
        continued = [each for table in event_tables() for each in continue_logs(table, reason)]
        for log, origin in continued:
            self.stdout.write(f"{log} It goes on as {origin}.")
        if not continued:
            self.stdout.write("No log is behind its checkpoint file.")

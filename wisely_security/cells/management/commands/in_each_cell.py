import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from wisely_security.cells.commands import run
from wisely_security.database.cells.routing import all_cells, in_cell
from wisely_security.database.cells.turns import only_in


class Command(BaseCommand):
    help = (
        "Runs another command in each cell, one after the other: manage.py in_each_cell archive. One that fails "
        "does not keep it from the others; in the end, this fails too."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("command", nargs=argparse.REMAINDER, help="the command and its options")

    def handle(self, **options: Any) -> None:
        if not options["command"]:
            raise CommandError("Name a command: manage.py in_each_cell migrate.")
        cells = all_cells()
        failed = [cell for cell in cells if not self._done(cell, options["command"], aloud=len(cells) > 1)]
        if failed:
            raise CommandError(f"It failed in {', '.join(failed)}.")

    def _done(self, cell: str, command: list[str], aloud: bool) -> bool:
        if aloud:
            self.stdout.write(f"In the cell {cell}:")
        try:
            with in_cell(cell), only_in(cell):
                run(command)
        except OperationalError as error:
            self.stderr.write(f"The database could not be used: {error}")
            return False
        except SystemExit as ended:  # the command has printed why
            return not ended.code
        return True

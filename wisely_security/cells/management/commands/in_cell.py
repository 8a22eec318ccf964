import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wisely_security.cells.commands import run
from wisely_security.database.cells.errors import UnknownCellError
from wisely_security.database.cells.routing import in_cell
from wisely_security.database.cells.turns import only_in


class Command(BaseCommand):
    help = "Runs another command in one cell: manage.py in_cell eu-1 migrate."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cell", help="the cell’s name; main is the first one’s")
        parser.add_argument("command", nargs=argparse.REMAINDER, help="the command and its options")

    def handle(self, **options: Any) -> None:
        if not options["command"]:
            raise CommandError("Name a command: manage.py in_cell eu-1 migrate.")
        try:
            with in_cell(options["cell"]), only_in(options["cell"]):
                run(options["command"])
        except UnknownCellError as error:
            raise CommandError(str(error)) from None

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from wisely_security.cells import directory
from wisely_security.cells.overview import ask_all, faults
from wisely_security.database.cells.routing import in_each_cell


class Command(BaseCommand):
    help = (
        "Shows each cell: its tenants, accounts, size and version, and what the directory has yet to hear of it. Fails "
        "if one doesn’t answer or lacks migrations, or a tenant is in two cells or away from its aggregator."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--write-directory", action="store_true", help="first, write the directory again, from what each cell has"
        )

    def handle(self, *, write_directory: bool, **options: Any) -> None:
        if write_directory:
            in_each_cell(directory.write_all)
        cells = ask_all()
        for cell in cells:
            if cell.error or cell.missing:
                self.stdout.write(f"{cell.name}: can’t be used")
                continue
            size = filesizeformat(cell.bytes).replace("\xa0", " ")
            self.stdout.write(
                f"{cell.name}: {len(cell.tenants)} tenants, {cell.accounts} accounts, {size}, PostgreSQL "
                f"{cell.version}, {cell.changes} changes on their way to the directory"
            )
        if found := list(faults(cells)):
            raise CommandError("\n".join(found))

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from wisely_security.cells import directory
from wisely_security.cells.faults import faults
from wisely_security.cells.overview import Cell, ask_all
from wisely_security.database.cells.routing import in_each_cell

UNITS = ((86400, "d"), (3600, "h"), (60, "min"))
NONE = "-"


class Command(BaseCommand):
    help = (
        "Shows each cell: its tenants, accounts, events (estimated by PostgreSQL), how long the oldest event has "
        "waited for projectors and sealer, how far its replica is behind, moves of tenants under way, and changes "
        "on their way to the directory. Fails if anything is wrong in a cell or between them (docs/operating/cells.md)."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--write-directory", action="store_true", help="first, write the directory again, from what each cell has"
        )
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="as JSON, for monitoring; lags in seconds"
        )

    def handle(self, *, write_directory: bool, as_json: bool, **options: Any) -> None:
        if write_directory:
            in_each_cell(directory.write_all)
        cells = ask_all()
        found = list(faults(cells))
        if as_json:
            self.stdout.write(_as_json(cells, [fault._asdict() for fault in found]))
        else:
            for line in table(cells):
                self.stdout.write(line)
        if found:
            raise CommandError("\n".join(fault.sentence for fault in found))


def _as_json(cells: list[Cell], found: list[dict[str, str]]) -> str:
    shown = [
        {
            "cell": cell.name,
            "state": cell.state,
            "version": cell.version,
            **cell.facts,
            "missing_migrations": cell.missing,
            "newer_migrations": cell.newer,
        }
        for cell in cells
    ]
    return json.dumps({"cells": shown, "faults": found}, indent=2)


def table(cells: list[Cell]) -> list[str]:
    """Names and states on the left, numbers on the right of their columns."""
    names = list(dict.fromkeys(name for cell in cells for name in cell.facts))
    heading = ["cell", "state", "version", *(_heading(name) for name in names)]
    rows = [
        [cell.name, cell.state, cell.version or NONE, *(_shown(name, cell.facts.get(name)) for name in names)]
        for cell in cells
    ]
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    return [
        "  ".join(
            text.ljust(width) if number < 3 else text.rjust(width)
            for number, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (heading, *rows)
    ]


def _heading(name: str) -> str:
    return "size" if name == "bytes" else name.removesuffix("_seconds").replace("_", " ")


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return NONE
    if name == "bytes":
        return filesizeformat(value).replace("\xa0", " ")
    if not name.endswith("_seconds"):
        return f"{value:,}"
    for seconds, unit in UNITS:
        if value >= seconds:
            return f"{value // seconds:.0f} {unit}"
    return f"{value:.0f} s"

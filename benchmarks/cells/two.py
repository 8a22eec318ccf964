"""Writes a second: all in one cell, and split over two on the same machine and disk.

    .venv/bin/python -m benchmarks.cells.two [rounds]

Two servers of its own. A round is one cell, two cells, two cells, one cell: whatever the machine does meets both.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from statistics import median

import django

from ..results import Table, decimals, publish
from .servers import EU, MAIN, migrate, servers

WRITERS = 8
SECONDS = 5
KINDS = {"edit": "edit of a message link", "add": "new message link"}


def main(rounds: int) -> None:
    with servers(EU):
        django.setup()
        migrate()
        scripts = _prepare()
        rows = []
        for kind, name in KINDS.items():
            one, two, ratios = [], [], []
            for cells in [[MAIN], [MAIN, EU], [MAIN, EU], [MAIN]] * rounds:
                (one if len(cells) == 1 else two).append(_writes(cells, scripts, kind))
            ratios = [sum(two[at : at + 2]) / sum(one[at : at + 2]) for at in range(0, 2 * rounds, 2)]
            spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
            rows.append([name, decimals(median(one)), decimals(median(two)), f"{median(ratios):.2f}", spread])
    publish(
        Table(
            title="Two cells on one machine",
            about=(
                f"Audited transactions a second of {WRITERS} connections, each a commit on disk with its event: all in "
                f"one cell, and half of them in each of two; pgbench with as many threads, {SECONDS} seconds a "
                f"time, medians of {2 * rounds}. Both servers share {os.cpu_count()} cores and one disk. The ratio "
                "of each round, the median, and from the least to the greatest."
            ),
            headings=["", "one cell", "two cells", "ratio", "from, to"],
            rows=rows,
        ),
        command=f"python -m benchmarks.cells.two {rounds}",
    )


def _prepare() -> dict[str, dict[str, Path]]:
    """By cell and kind."""
    from tests.cells.people import create_european_cast
    from tests.support.cast import create_cast
    from wisely_security.database.cells.routing import in_cell

    from ..limits import prepare

    folders = {cell: Path(os.environ["DATA_DIR"], f"scripts-{cell}") for cell in (MAIN, EU)}
    for folder in folders.values():
        folder.mkdir()
    cast = create_cast()
    scripts = {MAIN: prepare(cast.acme, cast.alice, folders[MAIN])}
    with in_cell(EU):
        european = create_european_cast()
        scripts[EU] = prepare(european.umbrella, european.uma, folders[EU])
    return scripts


def _writes(cells: list[str], scripts: dict[str, dict[str, Path]], kind: str) -> float:
    from wisely_security.database.cells.routing import in_cell
    from wisely_security.devserver.embedded.roles import APP_ROLE, DATABASE

    from ..limits import ended, pgbench

    running = []
    for cell in cells:
        with in_cell(cell):
            running.append(pgbench(DATABASE, APP_ROLE, scripts[cell][kind], WRITERS // len(cells), SECONDS))
    return sum(ended(each) for each in running)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)

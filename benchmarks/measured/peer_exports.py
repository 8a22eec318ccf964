"""What else writes a CSV: Python's csv module and django-import-export beside psql's \\copy, in turn, in one run.

    .venv-bench/bin/python -m benchmarks.measured.peer_exports [rows] [rounds]

All write the same columns of the same events, as they are stored: no labels, no time zone, no guard against formulas.
"""

from __future__ import annotations

import os
import sys
from statistics import median
from urllib.parse import urlsplit

import django

from wisely_security.devserver.embedded import provide

from ..results import Table, decimals, publish
from ..runner import running

PSQL = "psql \\copy"
WAYS = {PSQL: "psql", "values_list and csv.writer": "csv_writer", "django-import-export": "import_export"}


def main(rows: int, rounds: int) -> None:
    from tests.support.databases import drop_template, kept_database, make_template, using_database
    from tests.support.records import a_tenant, load, tidy

    name = f"bench_exports_{os.getpid()}"
    tenant = a_tenant()
    make_template()
    with kept_database(name):
        with using_database(name):
            load(tenant, rows, days=20)
            tidy()
        os.environ["DATABASE_URL"] = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        arguments = ("benchmarks.settings", "benchmarks.measured.exports", str(tenant))
        with running({way: (*arguments, function) for way, function in WAYS.items()}) as candidates:
            before = {way: candidate.do("memory", 0).milliseconds[0] for way, candidate in candidates.items()}
            taken: dict[str, list[float]] = {way: [] for way in candidates}
            for _ in range(rounds):
                for way, candidate in candidates.items():
                    taken[way] += candidate.do("export", rows).milliseconds
            grown = {way: candidate.do("memory", 0).milliseconds[0] for way, candidate in candidates.items()}
    drop_template()
    medians = {way: median(each) / 1000 for way, each in taken.items()}
    publish(
        Table(
            title=f"Exports by others: {rows:,} events",
            about=(
                "Rows a second, the median, beside psql's \\copy of the same columns; and how much the largest memory "
                "of the process grew."
            ),
            headings=["", "rows a second", "of \\copy", "memory"],
            rows=[
                [
                    way,
                    decimals(rows / seconds),
                    f"{medians[PSQL] / seconds:.2f}",
                    "" if way == PSQL else f"+ {(grown[way] - before[way]):,.0f} MB",
                ]
                for way, seconds in medians.items()
            ],
        ),
        command=f"python -m benchmarks.measured.peer_exports {rows} {rounds}",
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [1_000_000, 3][len(given) :]))

"""The first page of every filter, in the database, among so many events: common values, rare ones and none at all.

    .venv-bench/bin/python -m benchmarks.filters [events]

Twenty tenants over thirteen months; the pages are those of the largest (``large_history.py``).
"""

from __future__ import annotations

import os
import sys

import django

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish
from .runner import stopwatch

UNITS = ("ms", "buffers")


def main(events: int) -> None:
    from tests.support.databases import drop_template, fresh_database, make_template

    from .large_history import History
    from .measured_filters import RECORDS, costs, derive, size, vacuum

    history = History(events)
    make_template()
    with fresh_database(f"bench_filters_{os.getpid()}"):
        with stopwatch() as loading:
            history.load()
        with stopwatch() as following:
            derive()
        vacuum()
        gigabytes = size() / 1e9
        measured = {
            title: {label: costs(report, history.largest, query) for label, query in queries.items()}
            for title, (report, queries) in RECORDS.items()
        }
    drop_template()
    publish(
        *(
            Table(
                title=f"{title} among {events:,} events",
                about=(
                    "The first page of a tenant that has 40 % of them: milliseconds in PostgreSQL, and buffers of 8 kB "
                    "it read (EXPLAIN ANALYZE of what the page sends, the median of three). Both records: "
                    f"{gigabytes:,.1f} GB of disk, {loading() / 1000:,.0f} s to load, {following() / 1000:,.0f} s to "
                    "derive rollups and search segments from."
                ),
                headings=["", *(f"{period}, {unit}" for period in next(iter(rows.values())) for unit in UNITS)],
                rows=[
                    [
                        label,
                        *(
                            text
                            for cost in found.values()
                            for text in (decimals(cost.milliseconds), f"{cost.buffers:,}")
                        ),
                    ]
                    for label, found in rows.items()
                ],
            )
            for title, rows in measured.items()
        ),
        command=f"python -m benchmarks.filters {events}",
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

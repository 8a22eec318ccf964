"""The first page of every filter, in the database, among so many events: common values, rare ones and none at all.

    .venv-bench/bin/python -m benchmarks.filters [events]

Twenty tenants over thirteen months; the pages are those of the largest and of the smallest (``large_history.py``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from statistics import median
from typing import TYPE_CHECKING

import django

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish
from .runner import stopwatch

if TYPE_CHECKING:  # it needs Django set up
    from .measured.filters import Cost

Costs = Mapping[str, Mapping[str, "Cost"]]  # of each page, by period
UNITS = ("ms", "buffers")


def main(events: int) -> None:
    from tests.support.databases import drop_template, fresh_database, make_template

    from .measured.filters import RECORDS, costs, derive, size, vacuum
    from .measured.large_history import History

    history = History(events)
    make_template()
    with fresh_database(f"bench_filters_{os.getpid()}"):
        with stopwatch() as loading:
            history.load()
        with stopwatch() as deriving:
            derive()
        vacuum()
        gigabytes = size() / 1e9
        measured = {
            f"{title}, the {whose} tenant": {label: costs(report, tenant, query) for label, query in queries.items()}
            for title, (report, queries) in RECORDS.items()
            for whose, tenant in (("largest", history.largest), ("smallest", history.smallest))
        }
    drop_template()
    publish(
        *(_table(f"{title}, among {events:,} events", rows) for title, rows in measured.items()),
        Table(
            title=f"All of these pages, among {events:,} events",
            about=(
                f"Both records: {gigabytes:,.1f} GB of disk, {loading() / 1000:,.0f} s to load, "
                f"{deriving() / 1000:,.0f} s to build the rollup and search segments from."
            ),
            headings=[
                "",
                *(f"{what}, {unit}" for unit in UNITS for what in ("median", "worst")),
                "slowest",
                "most buffers",
            ],
            rows=[_summary(title, rows) for title, rows in measured.items()],
        ),
        command=f"python -m benchmarks.filters {events}",
    )


def _table(title: str, rows: Costs) -> Table:
    return Table(
        title=title,
        about=(
            "The first page of a filter: milliseconds in PostgreSQL, and buffers of 8 kB it read (EXPLAIN "
            "ANALYZE of what the page sends, the median of three). The largest tenant has 40 % of the events."
        ),
        headings=["", *(f"{period}, {unit}" for period in next(iter(rows.values())) for unit in UNITS)],
        rows=[
            [label, *(text for cost in found.values() for text in (decimals(cost.milliseconds), f"{cost.buffers:,}"))]
            for label, found in rows.items()
        ],
    )


def _summary(title: str, rows: Costs) -> list[str]:
    pages = [(cost, f"{label} ({period})") for label, found in rows.items() for period, cost in found.items()]
    slowest = max(pages, key=lambda page: page[0].milliseconds)
    most = max(pages, key=lambda page: page[0].buffers)
    return [
        title,
        decimals(median(cost.milliseconds for cost, _ in pages)),
        decimals(slowest[0].milliseconds),
        f"{median(cost.buffers for cost, _ in pages):,.0f}",
        f"{most[0].buffers:,}",
        slowest[1],
        most[1],
    ]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

"""What a flood of requests leaves in the record that nobody signed in for, page by page, and what it costs.

.venv-bench/bin/python -m benchmarks.flood [requests to each page]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish


def main(number: int) -> None:
    django.setup()
    from .measured.our_flood import measure

    measured = measure(number, _processor_seconds)
    publish(
        Table(
            title="Floods",
            about=(
                f"{number:,} requests to each page that records without a sign-in, from one address, one after the "
                "other, without the network: events that they left, attempts that those events count (as many as there "
                "were), rows that were counted in between, and milliseconds of processor time for a request in "
                "Python and in PostgreSQL. The password's hash is a cheap one. What was counted becomes events every "
                "minute; here once, in the end."
            ),
            headings=["", "requests", "events", "attempts", "counted rows", "Python", "PostgreSQL"],
            rows=[
                [
                    each.page,
                    f"{number:,}",
                    f"{each.events:,}",
                    f"{each.attempts:,}",
                    f"{each.counted:,}",
                    decimals(each.python * 1000 / number),
                    decimals(each.postgresql * 1000 / number),
                ]
                for each in measured
            ],
        ),
        command=f"python -m benchmarks.flood {number}",
    )


def _processor_seconds(process: int) -> float:
    """Of another process, so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    os.environ.setdefault("DEBUG", "1")
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    provide(os.environ)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)

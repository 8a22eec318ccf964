"""How much of what attackers do the findings show, and how often they are wrong, beside Freeman's score.

.venv-bench/bin/python -m benchmarks.findings [--people 12000] [--attacks 300] [--assumptions adjusted|measured]
.venv-bench/bin/python -m benchmarks.findings --file rba-dataset.csv [--share 0.02]

Without a file: traffic of thirty days that nobody made (benchmarks/traffic). With one: the public login data set, of
which ``--share`` takes so many of the users; what is remembered of one stays in memory, about 5 kB.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import django

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish


def main(people: int, attacks: int, assumptions: str, file: Path | None, share: float, rounds: int) -> None:
    from tests.support.databases import drop_template, fresh_database, make_template

    from .measured.detection import Loader, find
    from .measured.detection_tables import tables
    from .traffic.assumptions import ADJUSTED_ON, MEASURED_ON
    from .traffic.generate import Traffic
    from .traffic.rows import read

    make_template()
    with fresh_database("bench_findings"):
        if file:
            loaded = Loader(lambda user: 1)
            loaded.load(read(file, share))
            what = f"{share:.0%} of the users of {file.name}"
        else:
            traffic = Traffic(MEASURED_ON if assumptions == "measured" else ADJUSTED_ON, people, attacks)
            loaded = Loader(traffic.company.__getitem__)
            loaded.load(traffic.rows)
            what = f"{len(loaded.tenants)} companies"
        found = tables(loaded, find(loaded), what)
    drop_template()
    command = f"python -m benchmarks.findings --people {people} --attacks {attacks} --assumptions {assumptions}"
    if file:
        command = f"python -m benchmarks.findings --file {file.name} --share {share}"
    publish(*found, *([] if file else [sign_ins(rounds)]), command=command)


def sign_ins(rounds: int) -> Table:
    """The cost of a sign-in with and without findings: without them, their tables do not even exist."""
    from statistics import median

    from .runner import running
    from .sign_in import ATTEMPTS_A_ROUND, KINDS

    program = ("benchmarks.settings", "benchmarks.measured.our_sign_in")
    candidates = {"with findings": program, "without their tables": (*program, "without-findings")}
    taken: dict[tuple[str, str], list[float]] = {(name, kind): [] for name in candidates for kind in KINDS}
    with running(candidates) as started:
        for counts in [False, *[True] * rounds]:
            for (name, kind), measured in taken.items():
                done = started[name].do(kind, ATTEMPTS_A_ROUND)
                measured += done.milliseconds if counts else []
    return Table(
        title="What they add to a sign-in",
        about=(
            "Nothing: the projector reads events after they are committed. Milliseconds from the form to the answer, "
            "the median, in turn: as it is, and in a database from which the tables of findings have been dropped, in "
            "which people sign in all the same."
        ),
        headings=["", *KINDS],
        rows=[[name, *(decimals(median(taken[name, kind])) for kind in KINDS)] for name in candidates],
    )


def given() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=12_000)
    parser.add_argument("--attacks", type=int, default=300, help="of each kind; at most a fortieth of the people")
    parser.add_argument("--assumptions", choices=["adjusted", "measured"], default="measured")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    main(**vars(given()))

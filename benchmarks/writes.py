"""What recording adds to a write: this project with and without it beside its peers, in turn, in one run.

.venv-bench/bin/python -m benchmarks.writes [rounds]
"""

from __future__ import annotations

import os
import sys
from statistics import median

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish
from .runner import Candidate, Done, running

OURS, UNRECORDED, DJANGO = "Wisely Security", "the same, triggers off", "Django, no record"
LEAST = "the same, a constant row for each row"
CANDIDATES = {
    DJANGO: ("benchmarks.peers.plain.settings", "benchmarks.peers.writes"),
    UNRECORDED: ("benchmarks.settings", "benchmarks.measured.our_writes", "off"),
    LEAST: ("benchmarks.settings", "benchmarks.measured.our_writes", "least"),
    OURS: ("benchmarks.settings", "benchmarks.measured.our_writes"),
    "django-pghistory": ("benchmarks.peers.pghistory.settings", "benchmarks.peers.writes"),
    "django-simple-history": ("benchmarks.peers.simple_history.settings", "benchmarks.peers.writes"),
    "django-auditlog": ("benchmarks.peers.auditlog.settings", "benchmarks.peers.writes"),
    "django-easy-audit": ("benchmarks.peers.easy_audit.settings", "benchmarks.peers.writes"),
}
KINDS = [
    "save",
    "save, 100 in a transaction",
    "save of a new record",
    "save of a new record, 100 in a transaction",
    "bulk_create of 10,000",
    "QuerySet.update of 10,000",
]
SAVES_A_ROUND = 200
WITHOUT = dict.fromkeys([OURS, LEAST, UNRECORDED], UNRECORDED)  # all others: Django


def main(rounds: int) -> None:
    with running(CANDIDATES) as candidates:
        columns = [_measure(what, candidates, rounds if "save" in what else max(2, rounds // 4)) for what in KINDS]
    publish(
        Table(
            title="Writes",
            about=(
                "Milliseconds of one save, or of all 10,000 in one statement, the median; and how many times the same "
                "write without a record (ours beside ours, peers beside Django). Each in a request of somebody signed "
                "in, with the peer's middleware. The constant row, in a table without an index, is the least that any "
                "trigger could do. Where not every write left an event: how many did."
            ),
            headings=["", *KINDS],
            rows=[[name, *(column[name] for column in columns)] for name in CANDIDATES],
        ),
        command=f"python -m benchmarks.writes {rounds}",
    )


def _measure(what: str, candidates: dict[str, Candidate], rounds: int) -> dict[str, str]:
    done: dict[str, list[Done]] = {name: [] for name in candidates}
    for counts in [False, *[True] * rounds]:  # the first round warms up
        for name, candidate in candidates.items():
            round_of = candidate.do(what, SAVES_A_ROUND)
            done[name] += [round_of] * counts
    medians = {name: median(taken for each in rounds for taken in each.milliseconds) for name, rounds in done.items()}
    return {
        name: f"{decimals(taken)} ({taken / medians[WITHOUT.get(name, DJANGO)]:.2f} ×){_missed(done[name], name)}"
        for name, taken in medians.items()
    }


def _missed(done: list[Done], name: str) -> str:
    share = sum(each.recorded for each in done) / sum(each.written for each in done)
    return "" if share == 1 or name in {DJANGO, UNRECORDED, LEAST} else f", {share:.0%} recorded"


if __name__ == "__main__":
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)

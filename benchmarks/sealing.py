"""What sealing adds to a save and to a sign-in, and what it costs off the write path, in turn, in one run.

.venv-bench/bin/python -m benchmarks.sealing [rounds]
"""

from __future__ import annotations

import os
import sys
from statistics import median

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish
from .runner import Candidate, running

BESIDE, WITHOUT = "the sealer beside it", "not sealed"
CANDIDATES = {
    WITHOUT: ("benchmarks.settings", "benchmarks.measured.our_sealing"),
    BESIDE: ("benchmarks.settings", "benchmarks.measured.our_sealing", "sealed"),
}
A_ROUND = {"save": 200, "sign-in": 20}
SEALED_AT_ONCE = 50_000


def main(rounds: int) -> None:
    taken: dict[tuple[str, str], list[float]] = {(name, kind): [] for name in CANDIDATES for kind in A_ROUND}
    with running(CANDIDATES) as candidates:
        for counts in [False, *[True] * rounds]:  # the first round warms up
            for (name, kind), measured in taken.items():
                done = candidates[name].do(kind, A_ROUND[kind])
                measured += done.milliseconds if counts else []
        cost = _cost(candidates[WITHOUT])
    medians = {key: median(measured) for key, measured in taken.items()}
    publish(
        Table(
            title="Sealing",
            about=(
                "Milliseconds of a save and of a sign-in, the median, while a thread of the same process seals five "
                "times a second (a web process does every five seconds), and without; how many times as long."
            ),
            headings=["", *A_ROUND],
            rows=[
                [name, *(f"{decimals(medians[name, kind])} ({_times(medians, name, kind)} ×)" for kind in A_ROUND)]
                for name in CANDIDATES
            ],
        ),
        Table(
            title="Off the write path",
            about=(
                f"Of one sealed event, by {SEALED_AT_ONCE:,} at once: microseconds of CPU in the process that seals "
                "and in the server's process, and bytes that it adds to the database."
            ),
            headings=["", "µs, sealer", "µs, server", "bytes"],
            rows=[["an event", *cost]],
        ),
        command=f"python -m benchmarks.sealing {rounds}",
    )


def _times(medians: dict[tuple[str, str], float], name: str, kind: str) -> str:
    return f"{medians[name, kind] / medians[WITHOUT, kind]:.2f}"


def _cost(candidate: Candidate) -> list[str]:
    candidate.do("seal", SEALED_AT_ONCE)  # warms up
    done = candidate.do("seal", SEALED_AT_ONCE)
    return [decimals(1000 * each / done.written) for each in done.milliseconds] + [
        decimals(done.recorded / done.written)
    ]


if __name__ == "__main__":
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)

"""What recording adds to a sign-in: this project with and without it beside its peers, in turn, in one run.

.venv-bench/bin/python -m benchmarks.sign_in [rounds]
"""

from __future__ import annotations

import os
import sys
from statistics import median

from wisely_security.devserver.embedded import provide

from .results import Table, decimals, publish
from .runner import running

OURS, UNRECORDED, DJANGO = "Wisely Security", "the same, not recorded", "Django, no record"
CANDIDATES = {
    DJANGO: ("benchmarks.peers.plain.settings", "benchmarks.peers.sign_in"),
    UNRECORDED: ("benchmarks.settings", "benchmarks.measured.our_sign_in", "off"),
    OURS: ("benchmarks.settings", "benchmarks.measured.our_sign_in"),
    "django-axes": ("benchmarks.peers.axes.settings", "benchmarks.peers.sign_in"),
    "django-easy-audit": ("benchmarks.peers.easy_audit.settings", "benchmarks.peers.sign_in"),
}
KINDS = ["right password", "wrong password"]
ATTEMPTS_A_ROUND = 20
WITHOUT = {OURS: UNRECORDED, UNRECORDED: UNRECORDED}  # all others: Django


def main(rounds: int) -> None:
    taken: dict[tuple[str, str], list[float]] = {(name, kind): [] for name in CANDIDATES for kind in KINDS}
    with running(CANDIDATES) as candidates:
        for counts in [False, *[True] * rounds]:  # the first round warms up
            for (name, kind), measured in taken.items():
                done = candidates[name].do(kind, ATTEMPTS_A_ROUND)
                measured += done.milliseconds if counts else []
    medians = {key: median(measured) for key, measured in taken.items()}
    publish(
        Table(
            title="Sign-ins",
            about=(
                "Milliseconds from the form to the answer, the median, without the network; and how many times the "
                "same without a record (ours beside ours, peers beside Django). The password's hash is a cheap one, so "
                "that it does not hide the difference. Each attempt comes from an address of its own, and none "
                "finds guesses before it: it is neither locked out nor counted as one of a flood. Ours without the "
                "record has no lock-out either."
            ),
            headings=["", *KINDS],
            rows=[
                [name]
                + [
                    f"{decimals(medians[name, kind])} "
                    f"({medians[name, kind] / medians[WITHOUT.get(name, DJANGO), kind]:.2f} ×)"
                    for kind in KINDS
                ]
                for name in CANDIDATES
            ],
        ),
        command=f"python -m benchmarks.sign_in {rounds}",
    )


if __name__ == "__main__":
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)

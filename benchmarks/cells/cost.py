"""What cells cost where there are none: this commit beside itself without them, and beside the commit before they came.

    .venv/bin/python -m benchmarks.cells.cost [rounds]

Each is a process with a database of its own on one server. They take turns, forwards and backwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles

from ..results import Table, decimals, publish
from ..runner import Candidate, Done
from .servers import servers

PROJECT = Path(__file__).resolve().parents[2]
BEFORE_CELLS = "f30cb99c84229c73757b45d9c1c06c9d82f6fb51"
THIS, WITHOUT, AGAIN, BEFORE = "this commit", "without cells", "the same once more", "before cells came"
NUMBERS = {"sign-in": 20, "page of Login Activity": 12, "save": 200}  # in a round
MEASURES = {"by the clock": "milliseconds", "Python": "python", "PostgreSQL": "postgres"}


def main(rounds: int) -> None:
    done: dict[tuple[str, str], list[Done]] = {}
    with ExitStack() as stack:
        earlier = stack.enter_context(_checked_out(BEFORE_CELLS))
        module = "benchmarks.cells.operations"
        candidates = {
            THIS: _begun(stack, PROJECT, module),
            WITHOUT: _begun(stack, PROJECT, module, "without"),
            AGAIN: _begun(stack, PROJECT, module, "without"),
            BEFORE: _begun(stack, earlier, module),
        }
        for number in range(rounds + 1):  # the first round warms up
            order = list(candidates) if number % 2 else list(reversed(candidates))
            for what, times in NUMBERS.items():
                for name in order:
                    measured = candidates[name].do(what, times)
                    if number:
                        done.setdefault((name, what), []).append(measured)
    publish(_table(done, rounds), command=f"python -m benchmarks.cells.cost {rounds}")


def _table(done: dict[tuple[str, str], list[Done]], rounds: int) -> Table:
    rows = []
    for what in NUMBERS:
        for title, measure in MEASURES.items():
            values = {
                name: [median(getattr(each, measure)) for each in done[name, what]]
                for name in (THIS, WITHOUT, AGAIN, BEFORE)
            }
            rows.append(
                [
                    f"{what}, {title}",
                    decimals(median(values[THIS])),
                    decimals(median(values[WITHOUT])),
                    _ratio(values[THIS], values[WITHOUT]),
                    _ratio(values[AGAIN], values[WITHOUT]),
                    decimals(median(values[BEFORE])),
                    _ratio(values[THIS], values[BEFORE]),
                ]
            )
    return Table(
        title="Cells where there are none",
        about=(
            "Milliseconds of a sign-in, of a page of Login Activity (50 rows) and of a save with its event, by the "
            "clock, of Python’s processor time and of PostgreSQL’s, without the network; the password’s hash is a "
            f"cheap one. Medians of {rounds} rounds. “Without cells” is this commit without the triggers of residence "
            "and of the directory, and with the database backend’s statements as they were before cells came. The "
            "ratio of each round: median, and between which half of them are. “Once more” is a second process without "
            f"cells beside the first: what the ratio of equals looks like. The commit before cells came, "
            f"{BEFORE_CELLS[:7]}, lacks everything else that has changed since, too."
        ),
        headings=[
            *("", "this commit", "without cells", "ratio", "once more, ratio"),
            *("before cells came", "ratio of this commit to it"),
        ],
        rows=rows,
    )


def _ratio(these: list[float], others: list[float]) -> str:
    ratios = [one / other for one, other in zip(these, others, strict=True)]
    low, _, high = quantiles(ratios, n=4, method="inclusive")
    return f"{median(ratios):.3f} ({low:.3f} to {high:.3f})"


def _begun(stack: ExitStack, folder: Path, *arguments: str) -> Candidate:
    candidate = Candidate("benchmarks.settings", *arguments, folder=folder)
    stack.callback(candidate.end)
    return candidate


@contextmanager
def _checked_out(commit: str) -> Iterator[Path]:
    """A folder with that commit, and the benchmarks of this one."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "files")
        git = ["git", "-C", str(PROJECT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(files), commit], check=True)
        try:
            shutil.rmtree(files / "benchmarks")
            shutil.copytree(PROJECT / "benchmarks", files / "benchmarks")
            yield files
        finally:
            subprocess.run([*git, "remove", "--force", str(files)], check=True)


if __name__ == "__main__":
    with servers():
        os.environ["PYTHONHASHSEED"] = "0"
        main(max(2, int(sys.argv[1])) if len(sys.argv) > 1 else 20)

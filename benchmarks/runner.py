"""Several applications measured in turn: each is a process of its own, with its own settings and database, and waits
until it is asked. So rounds can alternate (A B C, A B C …), and whatever the machine does meanwhile meets all alike.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Done:
    """``milliseconds``: of each write, or of what was measured at once. ``recorded``: how many events it left.
    ``python``, ``postgres``: milliseconds of a processor."""

    milliseconds: list[float]
    written: int
    recorded: int = 0
    python: list[float] = field(default_factory=list)
    postgres: list[float] = field(default_factory=list)


class Candidate:
    """One of them, as seen from outside. ``arguments``: of ``python -m``. ``folder``: of the project's files."""

    def __init__(self, settings: str, *arguments: str, folder: Path | None = None) -> None:
        self.name = " ".join([*arguments, "with", settings])
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=folder,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, what: str, number: int) -> Done:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([what, number]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} has ended; its error is above.")
        return Done(**json.loads(answer))

    def end(self) -> None:
        self.process.communicate()


K = TypeVar("K")


@contextmanager
def running(candidates: Mapping[K, tuple[str, ...]]) -> Iterator[dict[K, Candidate]]:
    """``candidates``: of each, its settings and what to run."""
    started: dict[K, Candidate] = {}
    try:
        for name, (settings, *arguments) in candidates.items():
            started[name] = Candidate(settings, *arguments)
        yield started
    finally:
        for each in started.values():
            each.end()


def take_part(operations: Mapping[str, Callable[[int], Done]]) -> None:
    """In the candidate's own process: do what is asked, until nobody asks any more."""
    for line in sys.stdin:
        what, number = json.loads(line)
        gc.collect()
        print(json.dumps(asdict(operations[what](number))), flush=True)


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Milliseconds, once the block has ended."""
    start = time.perf_counter()
    ended: list[float] = []
    yield lambda: (ended[0] - start) * 1000
    ended.append(time.perf_counter())

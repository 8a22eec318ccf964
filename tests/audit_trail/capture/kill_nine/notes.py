"""What writers know for certain, kept in files that survive them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO


class Notes:
    """Two kinds: how many events record each value; the outcome of each answered request."""

    def __init__(self, folder: Path) -> None:
        self.values, self.answers = folder / "values", folder / "answers"
        for each in (self.values, self.answers):
            each.mkdir(parents=True)

    @staticmethod
    def write(file: IO[str], notes: Iterable[tuple[str, object]]) -> None:
        file.writelines(f"{name} {what}\n" for name, what in notes)
        file.flush()

    @staticmethod
    def read(folder: Path) -> Iterator[tuple[str, str]]:
        for file in folder.iterdir():
            for line in file.read_text().splitlines(keepends=True):
                if line.endswith("\n"):  # half a line: its writer was killed
                    name, what = line.split()
                    yield name, what

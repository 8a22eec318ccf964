"""Sets of leaves of a log, as ranges: what PostgreSQL has as ``int8multirange``."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Self


class LeafRanges:
    """Ranges ascend, and do not touch each other; each from its first leaf up to, not including, its end."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        merged: list[tuple[int, int]] = []
        for start, end in sorted(ranges):
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        self._ranges = merged

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """``{[0,3),[5,9)}``; nothing is an empty set."""
        return cls((int(start), int(end)) for start, end in re.findall(r"\[(\d+),(\d+)\)", text or ""))

    def append(self, start: int, end: int) -> None:
        """Leaves beyond all others. ValueError where they are not."""
        if self._ranges and start < self._ranges[-1][1]:
            raise ValueError(f"Leaf {start} is not beyond {self._ranges[-1][1] - 1}.")
        if self._ranges and start == self._ranges[-1][1]:
            self._ranges[-1] = self._ranges[-1][0], end
        else:
            self._ranges.append((start, end))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._ranges)

    def __contains__(self, index: int) -> bool:
        place = bisect_right(self._ranges, index, key=lambda each: each[0])
        return place > 0 and index < self._ranges[place - 1][1]

    def __bool__(self) -> bool:
        return bool(self._ranges)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LeafRanges) and self._ranges == other._ranges

    def __hash__(self) -> int:
        return hash(tuple(self._ranges))

    def __or__(self, other: LeafRanges) -> LeafRanges:
        return LeafRanges([*self, *other])

    def __sub__(self, other: LeafRanges) -> LeafRanges:
        left: list[tuple[int, int]] = []
        others = list(other)
        place = 0
        for start, end in self:
            while place < len(others) and others[place][1] <= start:
                place += 1
            at = place
            while at < len(others) and others[at][0] < end:
                left.append((start, others[at][0]))
                start = others[at][1]
                at += 1
            left.append((start, end))
        return LeafRanges((start, end) for start, end in left if start < end)

    @property
    def last(self) -> int:
        """Leaf. IndexError where there is none."""
        return self._ranges[-1][1] - 1

    @property
    def number(self) -> int:
        """Of leaves."""
        return sum(end - start for start, end in self)

    def __str__(self) -> str:
        return "{" + ",".join(f"[{start},{end})" for start, end in self) + "}"

"""Which leaves of a log are in a bundle: a bit for each leaf of the log, whatever the bundle has."""

from __future__ import annotations

from collections.abc import Iterator


class LeafSet:
    """Of the first ``size`` leaves. Iterates ascending."""

    def __init__(self, size: int) -> None:
        self._size, self._bits = size, bytearray((size >> 3) + 1)
        self.number, self.first, self.last = 0, size, -1

    def add(self, index: int) -> None:
        """ValueError where it is there already, or beyond."""
        place, bit = index >> 3, 1 << (index & 7)
        if not 0 <= index < self._size or self._bits[place] & bit:
            raise ValueError(f"Leaf {index} is in the bundle already, or not in a tree of {self._size}.")
        self._bits[place] |= bit
        self.number += 1
        if index < self.first:
            self.first = index
        if index > self.last:
            self.last = index

    def __iter__(self) -> Iterator[int]:
        for place, bits in enumerate(self._bits):
            while bits:
                yield (place << 3) + (bits & -bits).bit_length() - 1
                bits &= bits - 1

    def missing(self) -> Iterator[int]:
        """Those between the first and the last that are not in the bundle."""
        return (index for index in range(self.first, self.last) if not self._bits[index >> 3] & 1 << (index & 7))

    @property
    def is_stretch(self) -> bool:
        """Whether nothing is missing between the first and the last."""
        return self.number == self.last - self.first + 1 > 0

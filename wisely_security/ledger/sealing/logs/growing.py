"""The tree of a log as it grows: its frontier, and the hashes that its tiles get."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from ..merkle import HASH_SIZE, Frontier

TILE_LEVELS = 8  # of the tree are a level of tiles
PER_TILE = 1 << TILE_LEVELS


class TileHash(NamedTuple):
    """The root of the 256^``level`` leaves from ``number`` * 256^``level`` on."""

    level: int
    number: int
    hash: bytes


class GrowingTree(Frontier):
    """``complete``: the tile hashes that became complete."""

    def __init__(self, size: int = 0, edge: bytes = b"") -> None:
        super().__init__(size, split(edge))
        self.complete: list[TileHash] = []

    def append(self, node: bytes, level: int = 0) -> None:
        size = self.size >> level
        peaks = self.peaks
        self.size += 1 << level
        if level and not level % TILE_LEVELS:
            self.complete.append(TileHash(level // TILE_LEVELS, size, node))
        while size & 1:
            node = sha256(b"\x01" + peaks.pop() + node).digest()
            size >>= 1
            level += 1
            if not level % TILE_LEVELS:
                self.complete.append(TileHash(level // TILE_LEVELS, size, node))
        peaks.append(node)

    @property
    def edge(self) -> bytes:
        return b"".join(self.peaks)


def split(hashes: bytes) -> list[bytes]:
    return [hashes[start : start + HASH_SIZE] for start in range(0, len(hashes), HASH_SIZE)]

"""The tree as RFC 9162 defines it, sentence by sentence and without regard to speed: what ours is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from wisely_security.ledger.sealing.merkle import Node


def leaves(count: int) -> list[bytes]:
    return [sha256(b"\x00" + b"event %d" % number).digest() for number in range(count)]


def split(count: int) -> int:
    """2.1.1: the largest power of two smaller than ``count``."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def mth(hashes: Sequence[bytes]) -> bytes:
    """2.1.1: Merkle Tree Hash, of leaf hashes."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return sha256(b"\x01" + mth(hashes[:k]) + mth(hashes[k:])).digest()


def path(m: int, hashes: Sequence[bytes]) -> list[bytes]:
    """2.1.3.1: PATH(m, D_n)."""
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if m < k:
        return [*path(m, hashes[:k]), mth(hashes[k:])]
    return [*path(m - k, hashes[k:]), mth(hashes[:k])]


def proof(m: int, hashes: Sequence[bytes]) -> list[bytes]:
    """2.1.4.1: PROOF(m, D_n), for 0 < m <= n."""
    return subproof(m, hashes, True)


def subproof(m: int, hashes: Sequence[bytes], complete: bool) -> list[bytes]:
    if m == len(hashes):
        return [] if complete else [mth(hashes)]
    k = split(len(hashes))
    if m <= k:
        return [*subproof(m, hashes[:k], complete), mth(hashes[k:])]
    return [*subproof(m - k, hashes[k:], False), mth(hashes[:k])]


def stored(hashes: Sequence[bytes]) -> Node:
    """A store of nodes, which refuses to be asked for one that is not complete."""

    def node(level: int, number: int) -> bytes:
        covered = hashes[number << level : (number + 1) << level]
        assert len(covered) == 1 << level, f"no complete subtree: level {level}, number {number}"
        return mth(covered)

    return node

"""One proof for many leaves: the file ``proof`` of a bundle (``../verify_bundle.py`` has its form)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..merkle import HASH_SIZE, Node, complete_subtrees

HEADER = b"audit-proof/1\n"
ROW = b"\xff"


def multiproof(indexes: Iterable[int], size: int, node: Node) -> Iterator[bytes]:
    """The proof that the leaves at ``indexes``, ascending, are in the tree of the first ``size`` ones.

    It has the hash of each of these leaves, and between them the roots of the largest complete subtrees: 33 bytes each,
    as many as there are leaves where they follow one another, and at most log₂ ``size`` times as many where they are
    scattered. ValueError where the indexes do not ascend or are not in the tree.
    """
    yield HEADER
    covered = 0
    for index in indexes:
        if not covered <= index < size:
            raise ValueError(f"Leaf {index} is not beyond those before it, or not in a tree of {size}.")
        yield from _gap(covered, index, node)
        yield ROW + _checked(node(0, index))
        covered = index + 1
    yield from _gap(covered, size, node)


def _gap(start: int, end: int, node: Node) -> Iterator[bytes]:
    for level, number in complete_subtrees(start, end):
        yield bytes([level]) + _checked(node(level, number))


def _checked(found: bytes) -> bytes:
    if len(found) != HASH_SIZE:
        raise ValueError(f"A hash has {HASH_SIZE} bytes.")
    return found

"""The Merkle tree of RFC 9162, section 2.1: hashes, roots, inclusion and consistency proofs, and their verification.

A hash is 32 bytes (SHA-256). A *node* is the root of a complete subtree: ``node(level, number)`` covers the
``2 ** level`` leaves from ``number << level`` on, and level 0 is the leaf hashes. Proofs are made from such nodes
alone, whatever stores them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256().digest()  # of a tree without leaves

Node = Callable[[int, int], bytes]


class ProofError(ValueError):
    """A proof does not prove what it should. The message is for a person."""


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root of a tree of these leaf hashes, level by level: an odd last one moves up as it is."""
    level = list(hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        above = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        level = [*above, level[-1]] if len(level) % 2 else above
    return level[0]


class Frontier:
    """The right edge of a growing tree: its size, and the nodes that later leaves are hashed with.

    ``peaks``: the roots of the complete subtrees that the tree consists of, from the largest to the smallest; as many
    as ``size`` has binary ones. Size and peaks are all that appending needs.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if size < 0 or len(self.peaks) != size.bit_count():
            raise ValueError(f"A tree of {size} leaves does not have {len(self.peaks)} peaks.")

    @classmethod
    def of(cls, size: int, node: Node) -> Frontier:
        """The frontier of a stored tree."""
        return cls(size, (node(level, number) for level, number in complete_subtrees(0, size)))

    def append(self, node: bytes, level: int = 0) -> None:
        """A leaf hash, or the root of a complete subtree; then ``size`` must be a multiple of ``2 ** level``."""
        if self.size & ((1 << level) - 1):
            raise ValueError(f"A subtree of level {level} cannot begin at {self.size}.")
        ones = self.size >> level
        while ones & 1:
            node = sha256(b"\x01" + self.peaks.pop() + node).digest()
            ones >>= 1
        self.peaks.append(node)
        self.size += 1 << level

    def extend(self, hashes: Iterable[bytes]) -> None:
        for leaf in hashes:
            self.append(leaf)

    def root(self) -> bytes:
        return _folded(self.peaks) if self.peaks else EMPTY_ROOT


def complete_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Level and number of the largest complete subtrees that cover the leaves from ``start`` up to, not including,
    ``end``, from left to right."""
    while start < end:
        aligned = (start & -start).bit_length() - 1 if start else end.bit_length()
        level = min(aligned, (end - start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


def tree_root(size: int, node: Node) -> bytes:
    """The root of the first ``size`` leaves of a stored tree."""
    return _range_root(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The path from leaf ``index`` to the root of the first ``size`` leaves (2.1.3.1). ValueError where there is no
    such leaf."""
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {index}.")
    return _path(index, index + 1, size, node)


def consistency_proof(old_size: int, new_size: int, node: Node) -> list[bytes]:
    """That the first ``new_size`` leaves begin with the first ``old_size`` ones (2.1.4.1). Empty for equal sizes, and
    from an empty tree, which needs no proof. ValueError where the tree would shrink."""
    if not 0 <= old_size <= new_size:
        raise ValueError(f"A tree of {new_size} leaves cannot begin with {old_size}.")
    if old_size in (0, new_size):
        return []
    # The largest complete subtree at the right end of the old tree: the proof begins with it, unless it is all of it.
    last = old_size & -old_size
    path = _path(old_size - last, old_size, new_size, node)
    return path if last == old_size else [node(last.bit_length() - 1, (old_size - last) // last), *path]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """That ``leaf`` (a hash) is at ``index`` in the tree with this root (2.1.3.2). Raises ProofError."""
    if not 0 <= index < size:
        raise ProofError(f"A tree of {size} leaves has no leaf {index}.")
    _check_hashes(leaf, *proof)
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if len(proof) != inner + border:
        raise ProofError(f"A proof of leaf {index} of {size} has {inner + border} hashes, and this one {len(proof)}.")
    found = _climb(index, leaf, proof[:inner])
    for left in proof[inner:]:
        found = node_hash(left, found)
    if found != root:
        raise ProofError(f"The proof of leaf {index} leads to another root.")


def verify_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """That the new tree begins with the old one (2.1.4.2). Raises ProofError; also for an old tree without leaves, with
    which every tree begins, so that no proof says anything."""
    if not 0 < old_size <= new_size:
        raise ProofError(f"There is no proof of consistency from {old_size} leaves to {new_size}.")
    if old_size == new_size:
        if proof or old_root != new_root:
            raise ProofError(f"Two trees of {new_size} leaves have different roots, or a proof that should be empty.")
        return
    _check_hashes(old_root, *proof)
    shift = (old_size & -old_size).bit_length() - 1
    index = (old_size - 1) >> shift
    inner = (index ^ ((new_size - 1) >> shift)).bit_length()
    border = (index >> inner).bit_count()
    given = 0 if old_size == 1 << shift else 1  # the old root is the first hash where it is a complete subtree
    if len(proof) != given + inner + border:
        raise ProofError(f"A proof from {old_size} leaves to {new_size} has {given + inner + border} hashes.")
    seed, path = (proof[0], proof[1:]) if given else (old_root, proof)
    old = seed
    for level, other in enumerate(path[:inner]):
        if index >> level & 1:
            old = node_hash(other, old)
    new = _climb(index, seed, path[:inner])
    for left in path[inner:]:
        old, new = node_hash(left, old), node_hash(left, new)
    if old != old_root:
        raise ProofError(f"The proof leads to another root of {old_size} leaves.")
    if new != new_root:
        raise ProofError(f"The proof leads to another root of {new_size} leaves.")


def _check_hashes(*hashes: bytes) -> None:
    if any(len(each) != HASH_SIZE for each in hashes):
        raise ProofError(f"A hash has {HASH_SIZE} bytes.")


def _climb(index: int, found: bytes, siblings: Sequence[bytes]) -> bytes:
    for level, sibling in enumerate(siblings):
        found = node_hash(sibling, found) if index >> level & 1 else node_hash(found, sibling)
    return found


def _path(start: int, end: int, size: int, node: Node) -> list[bytes]:
    """The siblings of the complete subtree from ``start`` to ``end``, from the bottom to the top."""
    siblings: list[bytes] = []
    low, high = 0, size
    while (low, high) != (start, end):
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if start < middle:
            siblings.append(_range_root(middle, high, node))
            high = middle
        else:
            siblings.append(_range_root(low, middle, node))
            low = middle
    return siblings[::-1]


def _range_root(start: int, end: int, node: Node) -> bytes:
    """The root of a subtree that may be incomplete on its right: ``start`` is one of the places where it may begin."""
    return _folded([node(level, number) for level, number in complete_subtrees(start, end)])


def _folded(peaks: Sequence[bytes]) -> bytes:
    *others, found = peaks
    for left in reversed(others):
        found = node_hash(left, found)
    return found

"""Our tree is the tree of RFC 9162; a proof that proves nothing is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisely_security.ledger.sealing.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofError,
    complete_subtrees,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

from .trees import leaves, mth, path, proof, stored

LARGEST = 70


def test_hashes_are_those_of_the_specification() -> None:
    # SHA-256 of nothing, and of one zero byte: RFC 9162, 2.1.1, "MTH({})" and the hash of an empty leaf.
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("size", range(LARGEST + 1))
def test_roots(size: int) -> None:
    hashes = leaves(size)
    frontier = Frontier()
    frontier.extend(hashes)
    assert root_of(hashes) == tree_root(size, stored(hashes)) == frontier.root() == mth(hashes)
    assert Frontier.of(size, stored(hashes)).peaks == frontier.peaks


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 33, LARGEST])
def test_inclusion(size: int) -> None:
    hashes = leaves(size)
    for index in range(size):
        made = inclusion_proof(index, size, stored(hashes))
        assert made == path(index, hashes)
        verify_inclusion(index, size, hashes[index], made, mth(hashes))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 33, LARGEST])
def test_consistency(size: int) -> None:
    hashes = leaves(size)
    for old in range(1, size + 1):
        made = consistency_proof(old, size, stored(hashes))
        assert made == proof(old, hashes)
        verify_consistency(old, size, mth(hashes[:old]), mth(hashes), made)


@given(st.data())
def test_a_changed_inclusion_proof_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    parts = [hashes[index], *path(index, hashes), mth(hashes)]
    place = data.draw(st.integers(0, len(parts) - 1))
    parts[place] = altered(data, parts[place])
    with pytest.raises(ProofError):
        verify_inclusion(index, size, parts[0], parts[1:-1], parts[-1])


@given(st.data())
def test_a_changed_consistency_proof_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGEST))
    old = data.draw(st.integers(1, size))
    hashes = leaves(size)
    parts = [mth(hashes[:old]), *proof(old, hashes), mth(hashes)]
    place = data.draw(st.integers(0, len(parts) - 1))
    parts[place] = altered(data, parts[place])
    with pytest.raises(ProofError):
        verify_consistency(old, size, parts[0], parts[-1], parts[1:-1])


def altered(data: st.DataObject, value: bytes) -> bytes:
    place, bit = data.draw(st.integers(0, len(value) - 1)), data.draw(st.integers(0, 7))
    return value[:place] + bytes([value[place] ^ 1 << bit]) + value[place + 1 :]


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_has_32_bytes(length: int) -> None:
    hashes = leaves(2)
    with pytest.raises(ProofError, match="32 bytes"):
        verify_inclusion(0, 2, hashes[0], [bytes(length)], mth(hashes))
    with pytest.raises(ProofError, match="32 bytes"):
        verify_consistency(1, 2, bytes(length), mth(hashes), [hashes[1]])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 1), (1, 1), (2**64 - 1, 1)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        verify_inclusion(index, size, leaf_hash(b""), [], leaf_hash(b""))
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, stored(leaves(1)))


def test_proofs_of_the_wrong_length_are_refused() -> None:
    hashes = leaves(5)
    for wrong in ([], path(1, hashes)[:-1], [*path(1, hashes), hashes[0]]):
        with pytest.raises(ProofError, match="has 3 hashes"):
            verify_inclusion(1, 5, hashes[1], wrong, mth(hashes))
    for wrong in (proof(3, hashes)[1:], [*proof(3, hashes), hashes[0]]):
        with pytest.raises(ProofError, match="has 4 hashes"):
            verify_consistency(3, 5, mth(hashes[:3]), mth(hashes), wrong)


def test_nothing_is_proved_from_an_empty_or_a_larger_tree() -> None:
    hashes = leaves(2)
    assert consistency_proof(0, 2, stored(hashes)) == []
    assert consistency_proof(2, 2, stored(hashes)) == []
    for old, new in ((0, 0), (0, 2), (3, 2), (-1, 2)):
        with pytest.raises(ProofError, match="no proof of consistency"):
            verify_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])
    with pytest.raises(ValueError, match="cannot begin"):
        consistency_proof(3, 2, stored(hashes))


def test_equal_sizes_have_equal_roots_and_no_proof() -> None:
    one, two = leaves(2)
    verify_consistency(1, 1, one, one, [])
    for roots, hashes in (((one, two), []), ((one, one), [two])):
        with pytest.raises(ProofError, match="different roots"):
            verify_consistency(1, 1, *roots, hashes)


@given(st.integers(0, 2**62), st.integers(0, 2**62))
def test_complete_subtrees_cover_a_range_once(one: int, two: int) -> None:
    start, end = sorted((one, two))
    place = start
    for level, number in complete_subtrees(start, end):
        assert number << level == place
        place += 1 << level
    assert place == end


@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_a_frontier_grows_from_where_it_was(before: int, more: int) -> None:
    hashes = leaves(before + more)
    frontier = Frontier.of(before, stored(hashes))
    for level, number in complete_subtrees(before, before + more):
        frontier.append(stored(hashes)(level, number), level)
    assert (frontier.size, frontier.root()) == (before + more, mth(hashes))


def test_a_frontier_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="does not have 1 peaks"):
        Frontier(3, [bytes(32)])
    with pytest.raises(ValueError, match="cannot begin at 1"):
        Frontier(1, [bytes(32)]).append(bytes(32), level=1)

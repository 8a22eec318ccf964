"""No change of a bundle passes: bytes of every file in it, removed, doubled or altered; lines; blocks of lines."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from wisely_security.ledger.sealing import verify_bundle
from wisely_security.ledger.sealing.verify_bundle import MEMBERS, BundleError, Check, verify

from .bundles import SIGNER, Log, event, zipped

KEY = SIGNER.public.vkey
ERASED = frozenset({1})


@functools.cache
def genuine() -> dict[str, bytes]:
    """A stretch of a log in which there is an erased person, and an event that is not in the CSV."""
    return Log(5, ERASED).bundle([0, 1, 2], (event(1)["occurred_at"], event(3)["occurred_at"]))


def check(members: dict[str, bytes], folder: Path, processes: int = 1) -> Check:
    return verify(zipped(members, folder), KEY, processes=processes)


def changes(content: bytes, step: int) -> Iterator[tuple[str, bytes]]:
    """Every byte altered, or each of ``step``; every fifth of these removed and doubled, too."""
    for place in range(0, len(content), step):
        before, byte, after = content[:place], content[place], content[place + 1 :]
        yield f"byte {place} altered", before + bytes([byte ^ (1, 32, 128)[place % 3]]) + after
        if place % (5 * step) == 0 or place == len(content) - 1:
            yield f"byte {place} removed", before + after
            yield f"byte {place} doubled", before + bytes([byte, byte]) + after


def test_what_is_genuine_passes(tmp_path: Path) -> None:
    found = check(genuine(), tmp_path)
    assert (found.problems, found.genuine, found.erased) == ([], 1, 1)


# Of files whose hashes are compared, and of the longest one, not every byte: it takes long.
STEPS = {"README.txt": 11, "manifest.json": 5, "statement": 5, "checkpoint": 2, "events.ndjson": 3}


@pytest.mark.parametrize("file", [*MEMBERS])
def test_every_changed_byte_is_found(file: str, tmp_path: Path) -> None:
    content, refused = genuine()[file], 0
    for what, changed in changes(content, STEPS.get(file, 1)):
        try:
            problems = check(genuine() | {file: changed}, tmp_path).problems
        except BundleError:
            refused += 1
        else:
            assert problems and problems[0].startswith(("events", "proof", "key", file)), what
    if file in ("events.csv", "events.ndjson", "README.txt"):
        assert not refused, "what is wrong is named, and the rest is checked"


@pytest.mark.parametrize("file", ["events.csv", "events.ndjson"])
def test_every_line_that_is_removed_added_or_moved_is_found(file: str, tmp_path: Path) -> None:
    lines = Log(8).bundle(range(8))[file].splitlines(keepends=True)
    others = Log(8).bundle(range(8)) | {file: b""}
    for place, line in enumerate(lines):
        rest = lines[:place] + lines[place + 1 :]
        for to in range(len(lines)):
            for changed in (rest, [*rest[:to], line, *rest[to:]], [*lines[:to], line, *lines[to:]]):
                if changed != lines:
                    assert check(others | {file: b"".join(changed)}, tmp_path).problems, (place, to)


def test_files_of_two_bundles_do_not_fit(tmp_path: Path) -> None:
    other = Log(5, ERASED).bundle([0, 1, 2, 4])
    for file in MEMBERS:
        if other[file] != genuine()[file]:
            assert check(genuine() | {file: other[file]}, tmp_path).problems, file


@pytest.mark.parametrize("processes", [1, 2])
def test_in_blocks_on_several_processors_the_same_is_found(
    processes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_bundle, "LARGE", 0)
    monkeypatch.setattr(verify_bundle, "BLOCK", 2_500)  # a few lines
    log = Log(60, frozenset({17, 40}))
    members = log.bundle(range(60))
    whole = check(members, tmp_path, processes)
    assert (whole.problems, whole.genuine, whole.erased, whole.is_complete) == ([], 58, 2, True)
    rows = [members["events.csv"][: members["events.csv"].index(b"\r\n") + 2], *map(log.row, reversed(range(60)))]
    rows[10] = rows[10].replace(b"Mozilla", b"mozilla")
    del rows[30]
    rows.insert(50, rows.pop(45))
    changed = check(members | {"events.csv": b"".join(rows)}, tmp_path, processes)
    altered, removed, moved = (event(number)["id"] for number in (50, 30, 14))
    assert sorted(changed.problems) == [
        f"events.csv, row 11 (event {altered}): User Agent changed",
        f"events.csv, row 51 (event {moved}): was moved",
        f"events.csv: the row of event {removed} (events.ndjson, line 30) was removed",
    ]
    assert changed.genuine + changed.erased == 57


def test_a_log_that_is_not_in_the_order_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of one moment are sealed as their transactions come."""
    monkeypatch.setattr(verify_bundle, "BLOCK", 1_000)
    order = list(range(40))
    random.Random(7).shuffle(order)
    log = Log(40, order=tuple(order))
    assert check(log.bundle(range(40)), tmp_path).problems == []
    members = log.bundle(range(40))
    lines = members["events.ndjson"].splitlines(keepends=True)
    for before, after in pairwise(range(0, 40, 5)):
        swapped = [*lines]
        swapped[before], swapped[after] = lines[after], lines[before]
        assert check(members | {"events.ndjson": b"".join(swapped)}, tmp_path).problems


def test_after_very_many_problems_the_check_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_bundle, "MOST_PROBLEMS", 10)
    found = check(Log(40).bundle(range(40)) | {"events.csv": b"\r\n" * 100_000}, tmp_path)
    assert found.problems[-1] == "The check ended here, after 10 problems."
    assert len(found.problems) == 11

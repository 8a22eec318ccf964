"""The proof: anybody can check it with one small script, without us and without a database."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.records import a_tenant
from wisely_security.ledger.archive import verify_archive
from wisely_security.ledger.archive.verify_archive import ArchiveError, Tree, check, check_proof, leaf_of, prove

from .history import OLD, name_of, run, sign_ins

# Test vectors of Certificate Transparency logs: the roots of trees over the first of these leaves.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def root(leaves: list[bytes]) -> bytes:
    """The hash as defined by the RFC."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_tree_has_the_roots_of_published_test_vectors(size: int) -> None:
    tree = Tree()
    for leaf in LEAVES[:size]:
        tree.add(leaf_of(bytes.fromhex(leaf)))
    assert tree.root.hex() == ROOTS[size]


@given(st.integers(1, 200))
def test_the_tree_matches_the_definition(size: int) -> None:
    leaves = [leaf_of(bytes([number])) for number in range(size)]
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.root == root(leaves)


def write(folder: Path, number: int, **changed: Any) -> Path:
    """An archive of invented events; ``changed``: values that its manifest has instead."""
    lines = [f"{each:08}\ttenant {each % 2}\tvalue\n".encode() for each in range(number)]
    tally = verify_archive.Tally()
    for line in lines:
        tally.add(line)
    path = folder / f"of_{number}.json"
    data = verify_archive.data_path(path)
    data.write_bytes(gzip.compress(b"".join(lines)))
    facts = {"columns": ["id", "tenant_id", "value"], "file": verify_archive.file_facts(data), **tally.facts}
    path.write_text(json.dumps(facts | changed))
    return path


class TestProofs:
    @pytest.mark.parametrize("rows", [1, 2, 3, 7, 8, 21])
    def test_of_each_event_lead_to_the_root(self, tmp_path: Path, rows: int) -> None:
        path = write(tmp_path, rows)
        for number in range(rows):
            proof = prove(path, f"{number:08}")
            assert proof["index"] == number
            check_proof(proof, check(path)["tree"]["root"])

    @pytest.mark.parametrize(
        "falsify",
        [
            lambda it: it | {"line": it["line"].replace("value", "other")},
            lambda it: it | {"index": it["index"] + 1},
            lambda it: it | {"size": 0},
            lambda it: it | {"path": it["path"][::-1]},
            lambda it: it | {"path": it["path"][:-1]},
            lambda it: it | {"path": "x"},
            lambda it: {},
            lambda it: [],
        ],
    )
    def test_that_are_false_are_refused(self, tmp_path: Path, falsify: Callable[[Any], Any]) -> None:
        path = write(tmp_path, 21)
        with pytest.raises(ArchiveError):
            check_proof(falsify(prove(path, f"{13:08}")), check(path)["tree"]["root"])

    def test_that_lead_to_another_root_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ArchiveError, match="this root"):
            check_proof(prove(write(tmp_path, 21), f"{13:08}"), ROOTS[3])

    def test_there_is_none_for_an_event_that_is_not_in_it(self, tmp_path: Path) -> None:
        with pytest.raises(ArchiveError, match="no event 99"):
            prove(write(tmp_path, 3), "99")


class TestCheck:
    @pytest.mark.parametrize("fact", ["file", "rows", "first_id", "last_id", "tenants", "content", "tree"])
    def test_each_fact_of_the_manifest_is_checked(self, tmp_path: Path, fact: str) -> None:
        assert check(write(tmp_path, 5))["rows"] == 5
        with pytest.raises(ArchiveError, match=f"does not match its manifest: {fact}"):
            check(write(tmp_path, 5, **{fact: "something else"}))

    @pytest.mark.parametrize(
        "content", [b"", b"no gzip", gzip.compress(b"no\ttabs\t\n", mtime=0)[:-4], gzip.compress(b"one\n", mtime=0)]
    )
    def test_another_file_is_noticed(self, tmp_path: Path, content: bytes) -> None:
        path = write(tmp_path, 5)
        data = verify_archive.data_path(path)
        data.write_bytes(content)
        with pytest.raises(ArchiveError, match="does not match its manifest: file"):
            check(path)
        path.write_text(json.dumps(json.loads(path.read_bytes()) | {"file": verify_archive.file_facts(data)}))
        with pytest.raises(ArchiveError):
            check(path)

    @pytest.mark.parametrize("manifest", ["", "[]", "{}", '"x"', '{"rows": 1}'])
    def test_an_invalid_manifest(self, tmp_path: Path, manifest: str) -> None:
        path = write(tmp_path, 5)
        path.write_text(manifest)
        with pytest.raises(ArchiveError, match=path.name):
            check(path)

    def test_events_out_of_order_or_twice_are_noticed(self) -> None:
        tally = verify_archive.Tally()
        tally.add(b"2\tone\t\n")
        for line in (b"2\tone\t\n", b"1\tone\t\n"):
            with pytest.raises(ArchiveError, match="order"):
                tally.add(line)


def test_it_needs_nothing_but_python(archive_dir: Path, tmp_path: Path) -> None:
    [event, *_] = sign_ins(OLD, [a_tenant()], each=5)
    run("archive_events", "--older-than", "12")
    shutil.copy(verify_archive.__file__, tmp_path)

    def script(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(tmp_path / "verify_archive.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=archive_dir, env={}, check=False)

    manifest = f"{name_of(OLD)}.json"
    completed = script("check", manifest)
    assert (completed.returncode, completed.stderr) == (0, "")
    assert sha256((archive_dir / manifest).read_bytes()).hexdigest() in completed.stdout
    proof = script("prove", manifest, str(event)).stdout
    (tmp_path / "proof.json").write_text(proof)
    root = json.loads((archive_dir / manifest).read_bytes())["tree"]["root"]
    assert "in the archive" in script("check-proof", str(tmp_path / "proof.json"), root).stdout
    wrong = script("check-proof", str(tmp_path / "proof.json"), ROOTS[1])
    assert (wrong.returncode, wrong.stderr) == (1, "The proof does not lead to this root.\n")
    assert "python verify_archive.py check" in script().stderr

"""What is no bundle is refused in a clear sentence: strange ZIP files, other versions, and what unpacks to too much."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path

import pytest

from wisely_security.ledger.sealing import verify_bundle
from wisely_security.ledger.sealing.bundles import writing
from wisely_security.ledger.sealing.verify_bundle import BundleError, main, verify

from .bundles import SIGNER, Log

KEY = SIGNER.public.vkey


@pytest.fixture
def members() -> dict[str, bytes]:
    return Log(4).bundle(range(4))


def packed(files: list[tuple[str, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(written, "w", compression) as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, content in files:
            archive.writestr(name, content)
    return written.getvalue()


def refusal(content: bytes, folder: Path) -> str:
    path = folder / "bundle.zip"
    path.write_bytes(content)
    with pytest.raises(BundleError) as refused:
        verify(str(path), KEY)
    assert main([str(path), "--key", KEY]) == 2
    return str(refused.value)


@pytest.mark.parametrize(
    "name", ["events2.csv", "../events.csv", "/etc/passwd", "folder/", "EVENTS.CSV", "events.csv "]
)
def test_a_file_too_many(members: dict[str, bytes], tmp_path: Path, name: str) -> None:
    files = [*members.items(), (name, b"")]
    assert refusal(packed(files), tmp_path).startswith(f"{name!r} is in the file, and is no part of a bundle")
    assert refusal(packed(files[::-1]), tmp_path).startswith(f"{name!r} is in the file")


@pytest.mark.parametrize("name", verify_bundle.MEMBERS)
def test_a_file_twice_or_missing(members: dict[str, bytes], tmp_path: Path, name: str) -> None:
    assert refusal(packed([*members.items(), (name, b"")]), tmp_path) == f"{name} is in the file twice."
    lacking = [(each, content) for each, content in members.items() if each != name]
    assert refusal(packed(lacking), tmp_path) == f"{name} is missing in the file."


def test_bytes_that_are_no_part_of_it(members: dict[str, bytes], tmp_path: Path) -> None:
    content, other = packed([*members.items()]), packed([("events.csv", b"Name\r\nMallory\r\n")])
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    assert verify(str(path), KEY).problems == []
    for changed in (other + content, b"#!/bin/sh\n" + content):
        assert "before or after" in refusal(changed, tmp_path)
    start = content.index(b"PK\x01\x02")
    between = bytearray(content[:start] + other + content[start:])
    directory = len(between) - 6
    between[directory : directory + 4] = (start + len(other)).to_bytes(4, "little")
    assert "no part of it" in refusal(bytes(between), tmp_path)
    written = io.BytesIO(content)
    with zipfile.ZipFile(written, "a") as archive:
        archive.comment = b"see my other file"
    assert "before or after" in refusal(written.getvalue(), tmp_path)


def test_a_name_that_programs_read_differently(members: dict[str, bytes], tmp_path: Path) -> None:
    content = packed([*members.items()])
    assert "differ" in refusal(content.replace(b"events.csv", b"events.exe", 1), tmp_path)
    hidden = content.replace(b"README.txt", b"key\x00ME.txt")
    assert refusal(hidden, tmp_path).startswith("'key\\x00ME.txt' is in the file")


def test_what_would_unpack_to_too_much(
    members: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = members | {"README.txt": bytes(2_000_000)}
    assert refusal(packed([*bomb.items()]), tmp_path).startswith("README.txt would unpack to 2,000,000 bytes")
    monkeypatch.setattr(verify_bundle, "BOMB", 1_000_000)
    bomb = members | {"events.csv": bytes(1_500_000)}
    assert refusal(packed([*bomb.items()]), tmp_path).startswith("events.csv would unpack to 1,500,000 bytes")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression(members: dict[str, bytes], tmp_path: Path, method: int) -> None:
    assert "packed in a way that no bundle is" in refusal(packed([*members.items()], method), tmp_path)


def test_damage(members: dict[str, bytes], tmp_path: Path) -> None:
    content = packed([*members.items()])
    assert refusal(b"no zip", tmp_path).startswith("The file is damaged")
    assert refusal(content[:-10], tmp_path).startswith("The file is damaged")
    place = content.index(b"events.csv") + 40
    assert refusal(content[:place] + b"\0\0\0\0" + content[place + 4 :], tmp_path)
    with pytest.raises(BundleError, match="cannot be read"):
        verify(str(tmp_path / "none.zip"), KEY)


def test_other_versions(members: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = members["manifest.json"].replace(b'"v": 1', b'"v": 2')
    assert "is of version 2; this program knows version 1" in refusal(
        packed([*(members | {"manifest.json": manifest}).items()]), tmp_path
    )
    proof = members["proof"].replace(b"audit-proof/1", b"audit-proof/2")
    assert "of another version" in refusal(packed([*(members | {"proof": proof}).items()]), tmp_path)
    monkeypatch.setattr(writing, "STATEMENT_HEADER", "audit-bundle/2")
    other = Log(4).bundle(range(4))
    assert "a bundle of another version (audit-bundle/2)" in refusal(packed([*other.items()]), tmp_path)


def test_output_orders_a_terminal_nothing(
    members: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "PK" not in refusal(packed([*members.items(), ("\x1b[2J\x1b]0;", b"")]), tmp_path)
    path = tmp_path / "bundle.zip"
    changed = members["events.ndjson"].replace(b'"id":"', b'"id":"\\u001b[2J')
    path.write_bytes(packed([*(members | {"events.ndjson": changed}).items()]))
    assert main([str(path), "--key", KEY]) == 1
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(("indexes", "status"), [(range(4), 0), ([1, 3], 1)])
def test_completeness_can_be_demanded(tmp_path: Path, indexes: range, status: int) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(packed([*Log(4).bundle(indexes).items()]))
    assert main([str(path), "--key", KEY]) == 0
    assert main([str(path), "--key", KEY, "--complete"]) == status

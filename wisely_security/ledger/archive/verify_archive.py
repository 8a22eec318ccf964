#!/usr/bin/env python3
"""Checks an archive of events, and proves that an event is in it. Needs Python 3.11 or newer and nothing else: copy
this file wherever the archive is.

    python verify_archive.py check NAME.json               is the archive whole, and what it was?
    python verify_archive.py prove NAME.json EVENT_ID      a proof, as JSON, that an event is in it
    python verify_archive.py check-proof PROOF.json ROOT   does the proof lead to the root that the manifest has?

An archive is two files. NAME.tsv.gz has a line for each event in the order of ids, as PostgreSQL's COPY writes it:
values between tabs, \\N for none, backslashes before special characters. NAME.json, its manifest, says what must be in
there. Who noted the manifest's SHA-256, or the root, when the archive was written notices any change.

The root is that of the Merkle tree of RFC 9162, section 2.1, with SHA-256: of a line (without its end) the leaf is
SHA-256(0x00 line), of two nodes the one above is SHA-256(0x01 left right).
"""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, NoReturn

TREE = "RFC 9162, SHA-256"


class ArchiveError(Exception):
    """Says what is wrong with an archive."""


class Tree:
    """The Merkle tree of leaves that are added one by one. It keeps the roots of whole subtrees, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        self.size += 1
        size = self.size
        while size % 2 == 0:
            leaf = _above(self._whole.pop(), leaf)
            size //= 2
        self._whole.append(leaf)

    @property
    def root(self) -> bytes:
        if not self._whole:
            return sha256().digest()
        *larger, node = self._whole
        for whole in reversed(larger):
            node = _above(whole, node)
        return node


def leaf_of(line: bytes) -> bytes:
    return sha256(b"\0" + line).digest()


def _above(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Tally:
    """What lines come to that are added one by one, each with its end, in the order of their ids."""

    def __init__(self) -> None:
        self.rows = 0
        self._bytes = 0
        self._sha256 = sha256()
        self._tree = Tree()
        self._tenants: Counter[bytes] = Counter()
        self._first = b""
        self._last = b"", b""

    def add(self, line: bytes) -> None:
        try:
            key, tenant, _ = line.split(b"\t", 2)
        except ValueError:
            raise ArchiveError(f"Line {self.rows + 1} is not an event.") from None
        if (key, tenant) <= self._last:
            raise ArchiveError(f"Line {self.rows + 1} is not in the order of ids.")
        self._first = self._first or key
        self._last = key, tenant
        self.rows += 1
        self._bytes += len(line)
        self._tenants[tenant] += 1
        self._sha256.update(line)
        self._tree.add(leaf_of(line[:-1]))

    @property
    def facts(self) -> dict[str, Any]:
        """As the manifest has them."""
        return {
            "rows": self.rows,
            "first_id": self._first.decode(),
            "last_id": self._last[0].decode(),
            "tenants": {tenant.decode(): rows for tenant, rows in sorted(self._tenants.items())},
            "content": {"bytes": self._bytes, "sha256": self._sha256.hexdigest()},
            "tree": {"hash": TREE, "root": self._tree.root.hex()},
        }


def read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_bytes())
        expected = {"file", "columns", *Tally().facts}
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{path.name} cannot be read: {error}") from None
    if not isinstance(manifest, dict) or not expected <= set(manifest):
        raise ArchiveError(f"{path.name} is not the manifest of an archive.")
    return manifest


def data_path(manifest: Path) -> Path:
    return manifest.with_suffix(".tsv.gz")


def lines_of(manifest: Path) -> Iterator[bytes]:
    """The lines of an archive, each with its end."""
    data = data_path(manifest)
    try:
        with gzip.open(data) as lines:
            yield from lines
    except (OSError, EOFError, zlib.error) as error:
        raise ArchiveError(f"{data.name} cannot be read: {error}") from None


def file_facts(data: Path) -> dict[str, Any]:
    """The compressed file, as the manifest has it."""
    try:
        with data.open("rb") as file:
            return {"bytes": data.stat().st_size, "sha256": file_digest(file, "sha256").hexdigest()}
    except OSError as error:
        raise ArchiveError(f"{data.name} cannot be read: {error}") from None


def check(path: Path) -> dict[str, Any]:
    """The manifest, if all that it says is true. Raises ArchiveError, which says what is not."""
    manifest = read_manifest(path)
    compare({"file": file_facts(data_path(path))}, manifest)
    tally = Tally()
    for line in lines_of(path):
        tally.add(line)
    compare(tally.facts, manifest)
    return manifest


def compare(found: dict[str, Any], manifest: dict[str, Any]) -> None:
    wrong = [name for name, fact in found.items() if fact != manifest[name]]
    if wrong:
        raise ArchiveError(f"The archive does not match its manifest: {', '.join(wrong)}.")


def siblings(index: int, size: int, start: int = 0) -> list[tuple[int, int]]:
    """The subtrees beside the way from a leaf up to the root, each from a leaf up to, not including, another."""
    if size == 1:
        return []
    half = 1 << (size - 1).bit_length() - 1
    if index - start < half:
        return [*siblings(index, half, start), (start + half, start + size)]
    return [*siblings(index, size - half, start + half), (start, start + half)]


def prove(path: Path, event_id: str) -> dict[str, Any]:
    manifest = check(path)
    sought = event_id.lower().encode() + b"\t"
    found = ((place, line) for place, line in enumerate(lines_of(path)) if line.startswith(sought))
    index, line = next(found, (None, b""))
    if index is None:
        raise ArchiveError(f"There is no event {event_id} in it.")
    beside = siblings(index, manifest["rows"])
    trees = {bounds: Tree() for bounds in sorted(beside)}
    in_order, starts = list(trees.values()), [start for start, _ in trees]
    for place, each in enumerate(lines_of(path)):
        if place != index:
            in_order[bisect_right(starts, place) - 1].add(leaf_of(each[:-1]))
    return {
        "archive": path.stem,
        "root": manifest["tree"]["root"],
        "size": manifest["rows"],
        "index": index,
        "columns": manifest["columns"],
        "line": line[:-1].decode(),
        "path": [trees[bounds].root.hex() for bounds in beside],
    }


def check_proof(proof: dict[str, Any], root: str) -> None:
    try:
        node, index = leaf_of(proof["line"].encode()), int(proof["index"])
        beside = siblings(index, int(proof["size"])) if 0 <= index < int(proof["size"]) else None
        path = [bytes.fromhex(each) for each in proof["path"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArchiveError(f"This is not a proof: {error!r}") from None
    if beside is None or len(beside) != len(path):
        raise ArchiveError("The proof does not fit the size of the archive.")
    for (_, until), other in zip(beside, path, strict=True):
        node = _above(other, node) if until <= index else _above(node, other)
    if node.hex() != root.lower():
        raise ArchiveError("The proof does not lead to this root.")


def main(arguments: list[str]) -> str:
    match arguments:
        case ["check", path]:
            manifest = check(Path(path))
            digest = sha256(Path(path).read_bytes()).hexdigest()
            root = manifest["tree"]["root"]
            return f"Whole: {manifest['rows']:,} events.\nSHA-256 of the manifest: {digest}\nRoot: {root}"
        case ["prove", path, event_id]:
            return json.dumps(prove(Path(path), event_id), indent=1, ensure_ascii=False)
        case ["check-proof", path, root]:
            proof = json.loads(Path(path).read_bytes())
            check_proof(proof, root)
            return f"True: this event is in the archive with that root.\n{proof['line']}"
    raise ArchiveError(str(__doc__))


def _end(said: str, code: int) -> NoReturn:
    (sys.stderr if code else sys.stdout).write(f"{said}\n")
    sys.exit(code)


if __name__ == "__main__":
    try:
        _end(main(sys.argv[1:]), 0)
    except (ArchiveError, OSError, ValueError) as error:
        _end(str(error), 1)

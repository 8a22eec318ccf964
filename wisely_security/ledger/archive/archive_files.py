"""The two files of an archive: written so that they outlive a power cut, and read back. ``verify_archive.py``, which
goes with them, says what is in them."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from ..models import Archive
from .verify_archive import ArchiveError, Tally, check, compare, data_path, file_facts, lines_of, read_manifest

GZIP_LEVEL = 6  # of 445 bytes a row it leaves 69; level 1 leaves 89 at twice the speed, xz 58 at a third of it
LINES_AT_ONCE = 200


def path_of(name: str) -> Path:
    """Where the manifest of an archive is; its data lies beside it."""
    return Path(settings.ARCHIVE_DIR) / f"{name}.json"


def write(
    name: str, copy_out: Callable[[Sink], None], about: dict[str, Any], progress: Callable[[int], object]
) -> None:
    """Write an archive that the database does not know yet; read it back. ``copy_out`` writes the lines into a Sink.

    What the same database has written under this name is replaced: it is of somebody who was killed before the database
    knew of it. ``about`` says which database this is. Raises ArchiveError where files are in the way.
    """
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_to_replace(path, about["database"])
    with _part(data_path(path)) as data, gzip.GzipFile("", "wb", GZIP_LEVEL, data, mtime=0) as packed:
        sink = Sink(packed, progress)
        copy_out(sink)
        sink.flush()
    with _part(path) as manifest:
        facts = {**about, "file": file_facts(Path(data.name)), **sink.tally.facts}
        manifest.write(json.dumps(facts, indent=1, ensure_ascii=False).encode() + b"\n")
    Path(manifest.name).replace(path)  # first what says whose the data is
    Path(data.name).replace(data_path(path))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    check(path)


def _refuse_to_replace(path: Path, database: str) -> None:
    theirs = read_manifest(path).get("database") != database if path.exists() else data_path(path).exists()
    if theirs:
        raise ArchiveError(f"{path} is of another database. Choose another ARCHIVE_DIR for this one, or move it away.")


@contextmanager
def _part(path: Path) -> Iterator[BinaryIO]:
    """A file on its way: complete, it is on disk."""
    part = path.with_name(f"{path.name}.part")
    with open(part, "wb", opener=partial(os.open, mode=0o600)) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


class Sink:
    """The file that COPY writes to: a row at a time."""

    def __init__(self, packed: gzip.GzipFile, progress: Callable[[int], object]) -> None:
        self.tally = Tally()
        self._packed = packed
        self._progress = progress
        self._pending: list[bytes] = []

    def write(self, line: bytes) -> int:
        self.tally.add(line)
        self._pending.append(line)
        if len(self._pending) == LINES_AT_ONCE:
            self.flush()
        return len(line)

    def flush(self) -> None:
        self._packed.write(b"".join(self._pending))
        self._progress(len(self._pending))
        self._pending.clear()


class Source:
    """The file that COPY reads from: an archive's lines."""

    def __init__(self, path: Path, progress: Callable[[int], object]) -> None:
        self.tally = Tally()
        self._lines = lines_of(path)
        self._progress = progress

    def read(self, size: int) -> bytes:
        """Some whole lines, about ``size`` or not: psycopg2 takes what it gets."""
        lines = list(islice(self._lines, LINES_AT_ONCE))
        for line in lines:
            self.tally.add(line)
        self._progress(len(lines))
        return b"".join(lines)


def manifest_as_written(archive: Archive) -> dict[str, Any]:
    """The manifest, if it is the one that was written, and its file too. Raises ArchiveError."""
    path = path_of(archive.name)
    if state(archive):
        raise ArchiveError(state(archive))
    manifest = read_manifest(path)
    compare({"file": file_facts(data_path(path))}, manifest)
    return manifest


def state(archive: Archive) -> str:
    """What is wrong with the files, as far as one sees without reading all of them; nothing, if nothing is."""
    path = path_of(archive.name)
    data = data_path(path)
    try:
        if sha256(path.read_bytes()).hexdigest() != archive.manifest_sha256:
            return f"{path.name} has changed since it was written."
        return "" if data.stat().st_size == archive.size else f"{data.name} has changed since it was written."
    except OSError as error:
        return f"{error.filename}: {error.strerror}"

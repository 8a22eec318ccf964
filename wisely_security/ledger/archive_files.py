"""The two files of an archive: written so that they outlive a power cut, and read back. ``verify_archive.py``, which
goes with them, says what is in them."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from .models import Archive
from .verify_archive import ArchiveError, Tally, check, compare, data_path, file_facts, lines_of, read_manifest

GZIP_LEVEL = 6  # of 445 bytes a row it leaves 69; level 1 leaves 89 at twice the speed, xz 58 at a third of it
LINES_AT_ONCE = 200


def path_of(name: str) -> Path:
    """Where the manifest of an archive is; its data lies beside it."""
    return Path(settings.ARCHIVE_DIR) / f"{name}.json"


def write(name: str, copy_out: Callable[[Sink], None], about: dict[str, Any], progress: Callable[[int], None]) -> Path:
    """Write an archive and read it back; returns the manifest's path. ``copy_out`` writes the lines into a Sink."""
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = data_path(path)
    with _new(data) as file, gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as packed:
        sink = Sink(packed, progress)
        copy_out(sink)
        sink.flush()
    manifest = {**about, "file": file_facts(data), **sink.tally.facts}
    with _new(path) as file:
        file.write(json.dumps(manifest, indent=1, ensure_ascii=False).encode() + b"\n")
    check(path)
    return path


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when all of it is on disk. It replaces none but its equal, which somebody
    left who was killed."""
    part = path.with_name(f"{path.name}.part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
        yield file
        file.flush()
        os.fsync(file.fileno())
    if path.exists() and _digest(path) != _digest(part):
        raise ArchiveError(f"{path} is there already, and is another one. Move it away, if it belongs elsewhere.")
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest()


class Sink:
    """The file that COPY writes to: a row at a time."""

    def __init__(self, packed: gzip.GzipFile, progress: Callable[[int], None]) -> None:
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
        self._pending.clear()
        self._progress(self.tally.rows)


class Source:
    """The file that COPY reads from: an archive's lines."""

    def __init__(self, path: Path, progress: Callable[[int], None]) -> None:
        self.tally = Tally()
        self._lines = lines_of(path)
        self._progress = progress

    def read(self, size: int) -> bytes:
        """Some whole lines, about ``size`` or not: psycopg2 takes what it gets."""
        lines = list(islice(self._lines, LINES_AT_ONCE))
        for line in lines:
            self.tally.add(line)
        self._progress(self.tally.rows)
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
            return f"{path.name} is not the one that was written."
        return "" if data.stat().st_size == archive.size else f"{data.name} is not the one that was written."
    except OSError as error:
        return f"{error.filename}: {error.strerror}"

"""The files of archives: written so that they outlive a power cut; and whether they are those that were written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.conf import settings

from wisely_security.database.cells.names import own_folder

from ...models import Archive
from ..errors import ArchiveError
from . import earlier_format

SUFFIX = ".parquet"
PART = ".part"


class Facts(NamedTuple):
    size: int
    sha256: str


def path_of(name: str) -> Path:
    return own_folder(Path(settings.ARCHIVE_DIR)) / f"{name}{SUFFIX}"


def part_of(path: Path) -> Path:
    """Where a file is while it is written."""
    return path.with_name(f"{path.name}{PART}")


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A file on its way to ``path``: when it is complete, it is on disk. Nobody else may read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(part_of(path), "wb", opener=partial(os.open, mode=0o600)) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def install(path: Path) -> None:
    """What was written takes its place."""
    part_of(path).replace(path)
    sync_folder(path)


def sync_folder(path: Path) -> None:
    """That the file is there is on disk too."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def install_recorded() -> None:
    """Files that the database knows, but whose writer was killed before they took their place."""
    for part in sorted(own_folder(Path(settings.ARCHIVE_DIR)).glob(f"*{SUFFIX}{PART}")):
        path = part.with_suffix("")
        archive = Archive.objects.filter(name=path.stem).first()
        if archive and facts_of(part) == recorded(archive):
            install(path)


def facts_of(path: Path) -> Facts:
    with path.open("rb") as file:
        return Facts(path.stat().st_size, file_digest(file, "sha256").hexdigest())


def recorded(archive: Archive) -> Facts:
    """What the database has of the file, as it was written last."""
    written = archive.rewrites.last() or archive
    return Facts(written.size, written.sha256)


def state(archive: Archive) -> str:
    """What is wrong with the file; nothing, if nothing is. Reads all of it."""
    try:
        if earlier_format.is_of(archive):
            return earlier_format.state(archive)
        path = path_of(archive.name)
        if facts_of(path) != recorded(archive):
            return f"{path.name} has changed since it was written."
    except OSError as error:
        return f"{error.filename}: {error.strerror}"
    return ""


def as_written(archive: Archive) -> Path:
    """The file, if it is the one that was written. Raises ArchiveError."""
    if wrong := state(archive):
        raise ArchiveError(wrong)
    return path_of(archive.name)


def unknown(archives: Iterable[Archive]) -> list[Path]:
    """Files that look like archives, and are none of these."""
    known = {path.name for archive in archives for path in (path_of(archive.name), *earlier_format.paths_of(archive))}
    folder = own_folder(Path(settings.ARCHIVE_DIR))
    found = [path for suffix in (SUFFIX, *earlier_format.SUFFIXES) for path in folder.glob(f"*{suffix}")]
    return sorted(path for path in found if path.name not in known)

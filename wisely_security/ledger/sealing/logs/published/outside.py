"""Checkpoints outside of the database: one file per log in CHECKPOINT_DIR, to which signed notes are appended.

A note is followed by an empty line. A file is only ever appended to; what a crash has cut short stays, is marked, and
is no entry. Whoever copies these files elsewhere can show that the database was rewritten or replaced by an old state.
"""

from __future__ import annotations

import os
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from wisely_security.database.cells.names import own_folder

CUT_SHORT = b"\n(incomplete)\n\n"
TAIL = 8192  # bytes: more than any entry
_ENTRY = re.compile(
    rb"^([^\n]+)\n(\d+)\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*\n(?:\xe2\x80\x94 [^\n]+\n)+(?=\n)", re.MULTILINE
)


class Entry(NamedTuple):
    origin: str
    size: int
    root: bytes
    note: bytes


def path_of(record: str, tenant_id: UUID, folder: Path | None = None) -> Path:
    return (folder or own_folder(Path(settings.CHECKPOINT_DIR))) / record / f"{tenant_id}.checkpoints"


def entries(record: str, tenant_id: UUID, folder: Path | None = None) -> Iterator[Entry]:
    """All, in the order in which they were written. ``folder``: a copy of CHECKPOINT_DIR."""
    try:
        content = path_of(record, tenant_id, folder).read_bytes()
    except FileNotFoundError:
        return
    yield from _entries(content)


def last(record: str, tenant_id: UUID) -> Entry | None:
    """The newest entry; None where there is no file."""
    try:
        with path_of(record, tenant_id).open("rb") as file:
            content = _tail(file.fileno(), TAIL)
            found = list(_entries(content))
            if not found and len(content) == TAIL:
                found = list(_entries(_tail(file.fileno(), os.fstat(file.fileno()).st_size)))
    except FileNotFoundError:
        return None
    return found[-1] if found else None


def append(record: str, tenant_id: UUID, notes: Iterable[str]) -> None:
    """Write notes behind what is there. They are on disk when this returns."""
    path = path_of(record, tenant_id)
    added = b"".join(note.encode() + b"\n" for note in notes)
    if not added:
        return
    is_new = not path.exists()
    if is_new:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        whole = _tail(descriptor, 2) in (b"", b"\n\n")
        _write(descriptor, added if whole else CUT_SHORT + added)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        for folder in (path.parent, path.parent.parent):
            sync_folder(folder)


def logs() -> Iterator[tuple[str, UUID]]:
    """The logs that there are files of: record and tenant."""
    for path in sorted(own_folder(Path(settings.CHECKPOINT_DIR)).glob("*/*.checkpoints")):
        try:
            yield path.parent.name, UUID(path.stem)
        except ValueError:
            continue


def _entries(content: bytes) -> Iterator[Entry]:
    for match in _ENTRY.finditer(content):
        yield Entry(match[1].decode(errors="replace"), int(match[2]), b64decode(match[3]), match[0])


def _tail(descriptor: int, size: int) -> bytes:
    length = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, max(0, length - size))


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

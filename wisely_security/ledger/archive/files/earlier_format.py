"""Archives that were written before archives were Parquet: read only, so that they are still restored.

Two files. NAME.tsv.gz has a line for each event in the order of ids, as PostgreSQL's COPY writes it. NAME.json, its
manifest, has sums of them; the database has the manifest's SHA-256. They have no salts: what was sealed of their events
is still in the database.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from django.conf import settings

from wisely_security.database.cells.names import own_folder

from ...models import Archive
from ..errors import ArchiveError

SUFFIXES = (".json", ".tsv.gz")


def is_of(archive: Archive) -> bool:
    return bool(archive.root)


def paths_of(archive: Archive) -> tuple[Path, ...]:
    """Its manifest and its data; nothing for an archive of today."""
    if not is_of(archive):
        return ()
    return tuple(own_folder(Path(settings.ARCHIVE_DIR)) / f"{archive.name}{suffix}" for suffix in SUFFIXES)


def state(archive: Archive) -> str:
    """What is wrong with the files, as far as their manifest and size show; nothing, if nothing is. Raises OSError."""
    manifest, data = paths_of(archive)
    if sha256(manifest.read_bytes()).hexdigest() != archive.sha256:
        return f"{manifest.name} has changed since it was written."
    return "" if data.stat().st_size == archive.size else f"{data.name} has changed since it was written."


class EarlierArchive:
    """``columns``: as quoted names. ``number``: of its events. Raises ArchiveError where a file is not as written."""

    def __init__(self, archive: Archive) -> None:
        manifest, self._data = paths_of(archive)
        self._manifest: dict[str, Any] = json.loads(manifest.read_bytes())
        self.columns: list[str] = self._manifest["columns"]
        self.number: int = self._manifest["rows"]
        self.tenants: dict[str, int] = self._manifest["tenants"]
        with self._data.open("rb") as file:
            self._compare({"file": {"bytes": archive.size, "sha256": file_digest(file, "sha256").hexdigest()}})

    def lines(self) -> Iterator[bytes]:
        """As COPY reads them. After the last one, they were what the manifest says."""
        sums = _Sums()
        try:
            with gzip.open(self._data) as lines:
                for line in lines:
                    sums.add(line)
                    yield line
        except (OSError, EOFError, zlib.error) as error:
            raise ArchiveError(f"{self._data.name} cannot be read: {error}") from None
        self._compare(sums.facts)

    def _compare(self, found: dict[str, Any]) -> None:
        if wrong := [name for name, fact in found.items() if fact != self._manifest[name]]:
            raise ArchiveError(f"The archive does not match its manifest: {', '.join(wrong)}.")


class _Sums:
    """What lines add up to, as the manifest has it."""

    def __init__(self) -> None:
        self._rows = 0
        self._bytes = 0
        self._sha256 = sha256()
        self._tenants: Counter[str] = Counter()

    def add(self, line: bytes) -> None:
        self._rows += 1
        self._bytes += len(line)
        self._sha256.update(line)
        self._tenants[line.split(b"\t", 2)[1].decode()] += 1

    @property
    def facts(self) -> dict[str, Any]:
        content = {"bytes": self._bytes, "sha256": self._sha256.hexdigest()}
        return {"rows": self._rows, "tenants": dict(sorted(self._tenants.items())), "content": content}

"""Writes a download with its proof into a ZIP file, a piece at a time: beyond that, a bit of memory for each leaf."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO, Protocol

from ..leaves import as_json
from ..merkle import Node
from ..notes import Signer, sign
from .leaf_set import LeafSet
from .manifest import Manifest
from .multiproof import multiproof
from .readme import readme

STATEMENT_HEADER = "audit-bundle/1"


class File(Protocol):
    """What a bundle is written to. It need not be seekable."""

    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event as it was sealed. ``leaf`` and ``personal``: canonical JSON (``leaves.py``).

    ``salt`` is None where a person was erased of it: then ``personal`` is what is left, which is not what was sealed.
    Both are None where the event only shows that nothing is missing around it.
    """

    index: int
    leaf: bytes
    personal: bytes | None
    salt: bytes | None

    @property
    def line(self) -> bytes:
        """Of events.ndjson, with its end."""
        personal, salt = self.personal or b"null", b'"%s"' % self.salt.hex().encode() if self.salt else b"null"
        return b'{"index":%d,"leaf":%s,"personal":%s,"salt":%s}\n' % (self.index, self.leaf, personal, salt)


@dataclass(frozen=True)
class Head:
    """The head of a log. ``checkpoint``: a signed note over its first ``size`` leaves; ``node``: its stored nodes."""

    checkpoint: bytes
    size: int
    node: Node


class Bundle:
    """A ZIP file in the making: members between ``begin`` and ``end``, then ``finish``. One that is not finished lacks
    its table of contents, and no program takes it for a whole one. ``made_at``: in UTC."""

    def __init__(self, file: File, made_at: datetime) -> None:
        self._made_at = made_at
        self._archive = zipfile.ZipFile(file, "w")  # type: ignore[call-overload]
        self._hashes: dict[str, str] = {}

    def begin(self, name: str) -> None:
        about = zipfile.ZipInfo(name, self._made_at.timetuple()[:6])
        about.compress_type = zipfile.ZIP_DEFLATED
        self._name, self._hash = name, sha256()
        self._member: IO[bytes] = self._archive.open(about, "w", force_zip64=True)

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._member.write(data)

    def end(self) -> None:
        self._member.close()
        self._hashes[self._name] = self._hash.hexdigest()

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        self.begin(name)
        for piece in pieces:
            self.write(piece)
        self.end()

    def add_events(self, events: Iterable[SealedEvent], size: int) -> LeafSet:
        """Those of the CSV in its order, newest first, and others between and around them. ValueError for one that is
        there twice, or is not among the first ``size`` leaves."""
        leaves, lines = LeafSet(size), list[bytes]()
        self.begin("events.ndjson")
        for event in events:
            leaves.add(event.index)
            lines.append(event.line)
            if len(lines) == 100:
                self.write(b"".join(lines))
                lines.clear()
        self.write(b"".join(lines))
        self.end()
        return leaves

    def finish(self, leaves: LeafSet, head: Head, manifest: Manifest, signer: Signer) -> None:
        """``signer``: as this log. It says what was delivered, so that no file can be changed later."""
        vkey = signer.public.vkey
        self.add("proof", multiproof(leaves, head.size, head.node))
        self.add("manifest.json", [bytes(manifest)])
        self.add("README.txt", [readme(vkey, manifest).encode()])
        hashes = [f"{digest} {name}" for name, digest in self._hashes.items()]
        text = "\n".join([STATEMENT_HEADER, signer.name, as_json(self._made_at), *hashes, ""])
        self.add("statement", [bytes(sign(text, [signer]))])
        self.add("checkpoint", [head.checkpoint])
        self.add("key", [f"{vkey}\n".encode()])
        self._archive.close()

    def abandon(self) -> None:
        """Nothing more is written, not even when the object goes."""
        self._archive.fp = None

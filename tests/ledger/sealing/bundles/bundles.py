"""Bundles for tests: a log of made-up sign-ins, and the ZIP file of some of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wisely_security.ledger.sealing.bundles.manifest import Manifest
from wisely_security.ledger.sealing.bundles.writing import Bundle, Head, SealedEvent
from wisely_security.ledger.sealing.checkpoints import Checkpoint
from wisely_security.ledger.sealing.leaves import leaf, personal_json
from wisely_security.ledger.sealing.logs.event_rows.sealed_columns import NO_LATER_COLUMNS, LaterColumns
from wisely_security.ledger.sealing.merkle import leaf_hash, root_of
from wisely_security.ledger.sealing.notes import Signer
from wisely_security.reports.download.formulas import disarm

from ..trees import stored

ORIGIN = "security.example.com/0b0c/login-activity"
SIGNER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"s" * 32))
BEGIN = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
PLAIN = ("id", "occurred_at", "status", "user_id", "request_id")
PERSONAL = ("user_name", "user_agent", "detail", "session")
LABELS = {"success": "Success", "failure": "Failure", "banned": "Not, ever"}
COLUMNS: list[dict[str, Any]] = [
    {"heading": "Name", "kind": "text", "field": "user_name"},
    {"heading": "Date & Time", "kind": "time", "field": "occurred_at"},
    {"heading": "Status", "kind": "label", "field": "status", "labels": LABELS},
    {"heading": "User Known", "kind": "presence", "field": "user_id", "yes": "Yes", "no": "No"},
    {"heading": "User Agent", "kind": "text", "field": "user_agent"},
    {"heading": "Area", "kind": "member", "field": "detail", "member": "area"},
    {"heading": "Details", "kind": "json", "field": "detail", "without": ["area"]},
    {"heading": "Session", "kind": "prefixed", "field": "session", "prefix": "s"},
    {"heading": "Request ID", "kind": "text", "field": "request_id"},
    {"heading": "Event ID", "kind": "text", "field": "id"},
]
# Berlin: clocks are put back at 01:00 UTC on 25 October 2026.
OFFSETS = ((BEGIN - timedelta(days=1), timedelta(hours=2)), (datetime(2026, 10, 25, 1, tzinfo=UTC), timedelta(hours=1)))
HEADER = b"\xef\xbb\xbf" + ",".join(column["heading"] for column in COLUMNS).encode() + b"\r\n"
NAMES = ("Alice", "", "=1+2", 'B "ob", the\r\nbuilder', "Zoë 😀", "@x\n-y")


def event(number: int) -> dict[str, Any]:
    moment = BEGIN + timedelta(minutes=20 * number, milliseconds=number)
    key = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) << 80 | 7 << 76 | 2 << 62 | number
    return {
        "id": UUID(int=key),
        "occurred_at": moment,
        "status": ("success", "failure", "banned", "unheard")[number % 4],
        "user_id": None if number % 3 else UUID(int=number + 1),
        "request_id": None if number % 5 == 4 else UUID(int=99),
        "user_name": NAMES[number % 6],
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
        "detail": ({}, {"area": "Users"}, {"bb": [1, True], "a": {"x": None}, "area": "Ü"})[number % 3],
        "session": "" if number % 2 else f"{number:016x}",
    }


def row(values: dict[str, Any]) -> bytes:
    """A row as PostgreSQL writes it, cell by cell and by hand."""
    offset = OFFSETS[values["occurred_at"] >= OFFSETS[1][0]][1]
    local = (values["occurred_at"] + offset).replace(tzinfo=None).isoformat(timespec="milliseconds")
    details = '{"a": {"x": null}, "bb": [1, true]}' if "bb" in values["detail"] else None
    cells = [
        values["user_name"],
        f"{local}+0{offset // timedelta(hours=1)}:00",
        LABELS.get(values["status"], values["status"]),
        "Yes" if values["user_id"] else "No",
        values["user_agent"],
        values["detail"].get("area"),
        details,
        f"s{values['session']}" if values["session"] else None,
        values["request_id"] and str(values["request_id"]),
        str(values["id"]),
    ]
    return disarm((",".join(map(cell, cells)) + "\r\n").encode())


def cell(text: str | None) -> str:
    if text is None:
        return ""
    quoted = not text or any(char in text for char in '",\r\n')
    return '"{}"'.format(text.replace('"', '""')) if quoted else text


def salt(number: int) -> bytes:
    return sha256(b"salt %d" % number).digest()[:16]


LEFT = {"user_name": "Erased person", "user_agent": "", "session": ""}


@dataclass
class Log:
    """The first ``size`` events of a log, and bundles of them. ``erased``: which of them a person was erased from.
    ``later``: fields that were added later. ``order``: in which they were sealed, where it is not that of time."""

    size: int
    erased: frozenset[int] = frozenset()
    later: LaterColumns = NO_LATER_COLUMNS
    order: tuple[int, ...] = ()
    hashes: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {number: place for place, number in enumerate(self.order or range(self.size))}
        self.hashes = [leaf_hash(self.sealed(number).leaf) for number in self.order or range(self.size)]

    def sealed(self, index: int) -> SealedEvent:
        values = event(index)
        plain, personal = (
            [name for name in names if name not in later or values[name] != later[name]]
            for names, later in zip((PLAIN, PERSONAL), self.later, strict=True)
        )
        made = leaf(values, plain, personal, salt(index))
        if index in self.erased:
            left = {name: (values | LEFT)[name] for name in personal}
            return SealedEvent(self.places[index], made, personal_json(left, personal), None)
        return SealedEvent(self.places[index], made, personal_json(values, personal), salt(index))

    def row(self, index: int) -> bytes:
        if index not in self.erased:
            return row(event(index))
        return row(event(index) | LEFT)

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint(ORIGIN, self.size, root_of(self.hashes))

    def bundle(self, indexes: Iterable[int], period: tuple[datetime, datetime] | None = None) -> dict[str, bytes]:
        """The members of a bundle, by name."""
        newest_first = sorted(indexes, reverse=True)
        shown = [each for each in newest_first if not period or period[0] <= event(each)["occurred_at"] < period[1]]
        written = io.BytesIO()
        bundle = Bundle(written, BEGIN)
        bundle.add("events.csv", [HEADER, *map(self.row, shown)])
        leaves = bundle.add_events(map(self.sealed, newest_first), self.size)
        head = Head(bytes(self.checkpoint.sign([SIGNER])), self.size, stored(self.hashes))
        manifest = Manifest(columns=COLUMNS, offsets=OFFSETS, period=period, later=self.later, facts={"Rows": "9"})
        bundle.finish(leaves, head, manifest, SIGNER)
        with zipfile.ZipFile(written) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: dict[str, bytes], folder: Path) -> str:
    """A file of these members, without compression."""
    path = folder / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return str(path)

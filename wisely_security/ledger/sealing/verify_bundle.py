#!/usr/bin/env python3
"""Checks a download of audit events offline. One file; it needs Python 3.11 or later, and nothing else.

    python verify_bundle.py BUNDLE.zip [--key VKEY] [--witness VKEY …] [--complete]
    python verify_bundle.py EVENT.tlog-proof --key VKEY [--witness VKEY …]

--key: the public key of the log, from somebody you trust; without it, the one in the bundle is taken, and shown.
--witness: public keys of witnesses, each of which must have signed the checkpoint too.
--complete: count it as a problem where it is not proved that no event is missing.
It ends with 0 when everything is genuine, 1 when something is not, 2 when nothing could be checked.

A bundle is a ZIP file with

    events.csv      the download as it is: a row for each event, newest first
    events.ndjson   a line for each event in the same order, whose object has its keys in this order and no spaces:
                    index       where the event is in the log
                    leaf        what was sealed: canonical JSON (RFC 8785) with v (1), the plain fields, and personal:
                                SHA-256(salt, canonical JSON of the personal fields) in hexadecimal
                    personal    the personal fields, as canonical JSON
                    salt        16 bytes in hexadecimal; null where a person has been erased of the event: then personal
                                is what is left, which is not proved. Both are null for an event that is not in the CSV
                                and only shows that none is missing around it
    proof           a first line ("audit-proof/1"), then entries of 33 bytes that cover the log from its first leaf to
                    its last: 255 and the hash of a leaf that is in the bundle, or a level and the root of the complete
                    subtree of 2^level leaves, none of which is in the bundle
    checkpoint      the signed head of the log (C2SP tlog-checkpoint): its size, and the root that the proof leads to
    key             the public key of the log (a vkey of C2SP signed-note)
    manifest.json   how a row of the CSV is written from the fields of its event. It is not sealed: what it says is
                    shown, and every row must be what it makes of the sealed fields
    README.txt      the same in plain words
    statement       a signed note of the log: "audit-bundle/1", the name of the log, when it was delivered, and of each
                    file before this one its SHA-256 in hexadecimal and its name

The proof of one event (C2SP tlog-proof) holds its index, the hashes from its leaf to the root, the checkpoint, and as
"extra" an object with leaf, personal and salt as above.

Hashes are those of RFC 9162: SHA-256(0x00, leaf) and SHA-256(0x01, left, right).

manifest.json is an object with

    v         1
    columns   for each column of the CSV, an object with heading, kind, and what the kind needs (class Columns)
    offsets   for times: [from, seconds east of UTC] in order; the first one holds for what is before it, too
    facts     what else is said of the bundle: an object of texts
    period    null, or {"start": …, "end": …} in UTC: then events.ndjson has whole a stretch of the log, and events.csv
              all events of the stretch from start up to, not including, end
    later     {"plain": {…}, "personal": {…}}: fields that have been added to events since the log began, each with the
              value of an event that was sealed without it; may be missing
"""

from __future__ import annotations

import argparse
import base64
import gc
import hashlib
import io
import json
import os
import re
import sys
import zipfile
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from struct import iter_unpack
from typing import IO, Any, NamedTuple

STATED = ("events.csv", "events.ndjson", "proof", "manifest.json", "README.txt")
LARGEST = {"manifest.json": 1 << 24, "README.txt": 1 << 20, "statement": 1 << 16, "checkpoint": 1 << 20, "key": 1 << 12}
MEMBERS = dict.fromkeys((*STATED, *LARGEST))
PROOF_HEADER, ENTRY, OURS = b"audit-proof/1\n", 33, 255
STATEMENT_HEADER = "audit-bundle/1"
EMPTY_ROOT = hashlib.sha256().digest()
MAX_SIZE = 2**63 - 1
MAX_LINE = 1 << 26  # bytes
BLOCK = 1 << 20  # bytes of events.ndjson that are checked at once
LARGE = 1 << 24  # bytes of events.ndjson from which on several processors are used
BOMB, BOMB_RATIO = 1 << 30, 100  # bytes of a file from which on it must not be so many times as large as it is packed
SHOWN = 20  # problems
MOST_PROBLEMS = 10_000  # after which the check ends
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f]")
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
BOM, CRLF = b"\xef\xbb\xbf", b"\r\n"
Values = dict[str, Any]
Problems = list[str]


class BundleError(Exception):
    """Nothing is proved. The message is for a person."""


# Ed25519 (RFC 8032, 5.1), on points (X, Y, Z, T) of the curve.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]


def _added(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _added(found, point)
        point = _added(point, point)
        number >>= 1
    return found


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decoded(encoded: bytes) -> Point | None:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (not x and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


_BASE = _decoded((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or (0, 1, 1, 0)


@lru_cache(maxsize=64)
def ed25519_verifies(key: bytes, message: bytes, signature: bytes) -> bool:
    point = _decoded(key) if len(key) == 32 else None
    s = int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    negative = (P - point[0], point[1], 1, P - point[3])
    return _encoded(_added(_times(s, _BASE), _times(k, negative))) == signature[:32]


# The checkpoint (C2SP signed-note, tlog-checkpoint, tlog-cosignature).


class Key(NamedTuple):
    name: str
    key_id: bytes
    kind: int
    key: bytes


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes


def from_base64(text: str) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        decoded = b""
    if base64.b64encode(decoded).decode() != text:
        raise BundleError("A key, a signature or a root is not base64.")
    return decoded


def parse_key(vkey: str, kind: int) -> Key:
    """``kind``: 1 for a log, 4 for a witness."""
    name, _, rest = vkey.partition("+")
    identifier, _, encoded = rest.partition("+")
    key = from_base64(encoded)
    key_id = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if len(key) != 33 or key[0] != kind or identifier != key_id.hex():
        raise BundleError(f"{vkey!r} is not the Ed25519 key of a {'log' if kind == 1 else 'witness'}.")
    return Key(name, key_id, kind, key[1:])


def open_note(note: bytes, keys: list[Key], what: str) -> tuple[str, dict[Key, bytes]]:
    """The text of a note that all these keys must have signed, and their signatures."""
    text, lines = parse_note(note, what)
    known, signed = {key[:2]: key for key in keys}, dict[Key, bytes]()
    for name, value in lines:
        if key := known.get((name, value[:4])):
            if not _is_signed(text, key, value[4:]):
                raise BundleError(f"The signature of {name} is not one of this {what}.")
            signed[key] = value[4:]
    for key in keys:
        if key not in signed:
            raise BundleError(f"{key.name} has not signed the {what} with the key that is expected.")
    return text, signed


def open_checkpoint(note: bytes, keys: list[Key]) -> tuple[Checkpoint, list[str]]:
    """The checkpoint of the first key's log, which all these keys must have signed, and when witnesses did."""
    text, signed = open_note(note, keys, "checkpoint")
    origin, size, root, *extensions = [*text[:-1].split("\n"), "", ""][: max(3, text.count("\n"))]
    if not DECIMAL.fullmatch(size) or int(size) > MAX_SIZE or len(from_base64(root)) != 32 or "" in extensions:
        raise BundleError("The checkpoint is malformed.")
    if origin != keys[0].name:
        raise BundleError(f"The checkpoint is of {origin}, not of {keys[0].name}.")
    times = [(key.name, int.from_bytes(value[:8], "big")) for key, value in signed.items() if key.kind == 4]
    return Checkpoint(origin, int(size), from_base64(root)), [f"{name}, {_utc(time)}" for name, time in times]


def open_statement(note: bytes, key: Key) -> tuple[str, dict[str, str]]:
    """When the bundle was delivered, and the hashes of its files by name."""
    text, _ = open_note(note, [key], "statement")
    header, origin, time, *lines = [*text[:-1].split("\n"), "", ""]
    if header.startswith("audit-bundle/") and header != STATEMENT_HEADER:
        raise BundleError(
            f"This is a bundle of another version ({header}). Take the verify_bundle.py that came with it."
        )
    hashes = {name: digest for digest, _, name in (line.partition(" ") for line in lines if line)}
    if header != STATEMENT_HEADER or origin != key.name or sorted(hashes) != sorted(STATED):
        raise BundleError("The statement is not one of a bundle of this log.")
    return time, hashes


def parse_note(note: bytes, what: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text, and of each signature the name and the key id with the signature."""
    try:
        before, separator, after = note.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise BundleError(f"The {what} is not UTF-8.") from None
    if not separator or not after.endswith("\n") or CONTROLS.search(before + after):
        raise BundleError(f"The {what} is not a signed note.")
    lines = []
    for line in after[:-1].split("\n"):
        name, _, encoded = line.removeprefix("— ").partition(" ")
        value = from_base64(encoded)
        if not line.startswith("— ") or not name or len(value) < 5:
            raise BundleError(f"The {what} has a malformed signature.")
        lines.append((name, value))
    return before + "\n", lines


def _is_signed(text: str, key: Key, value: bytes) -> bool:
    if key.kind == 4:
        time, value = int.from_bytes(value[:8], "big"), value[8:]
        text = f"cosignature/v1\ntime {time}\n{text}"
    return ed25519_verifies(key.key, text.encode(), value)


def _utc(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, OSError, ValueError):
        return f"{seconds} seconds after 1970"


# The proof.


class Proven:
    """The leaves of the bundle, which are in the log of the checkpoint: their indexes, ascending, and their hashes."""

    def __init__(self, proof: IO[bytes], checkpoint: Checkpoint) -> None:
        self.indexes, self.hashes = array("Q"), bytearray()
        if proof.read(len(PROOF_HEADER)) != PROOF_HEADER:
            raise BundleError("The proof is not one that this program knows: it was changed, or is of another version.")
        size, peaks = 0, list[bytes]()
        while chunk := proof.read(ENTRY * 10_000):
            if len(chunk) % ENTRY:
                raise BundleError("The proof is cut short.")
            for level, node in iter_unpack("B32s", chunk):
                if level == OURS:
                    self.indexes.append(size)
                    self.hashes += node
                    level = 0
                if level > 62 or size & (1 << level) - 1 or size + (1 << level) > checkpoint.size:
                    raise BundleError("The proof is not of a log of this size.")
                ones = size >> level
                while ones & 1:
                    node = hashlib.sha256(b"\x01" + peaks.pop() + node).digest()
                    ones >>= 1
                peaks.append(node)
                size += 1 << level
        if size != checkpoint.size or self._root(peaks) != checkpoint.root:
            raise BundleError("The proof does not lead to the checkpoint: one of the two has been changed.")
        self._last = len(self.indexes)
        self._found = bytearray(len(self.indexes))

    @staticmethod
    def _root(peaks: list[bytes]) -> bytes:
        root = peaks.pop() if peaks else EMPTY_ROOT
        while peaks:
            root = hashlib.sha256(b"\x01" + peaks.pop() + root).digest()
        return root

    def places(self, indexes: Iterable[int], hashes: bytes) -> list[int] | None:
        """Where these leaves are, whose hashes follow one another; None where one is not here or was found before. As a
        rule they come in descending order."""
        places, start, place = list[int](), 0, self._last
        own_indexes, own_hashes, found = self.indexes, self.hashes, self._found
        for index in indexes:
            place -= 1
            if place < 0 or own_indexes[place] != index:
                place = bisect_left(own_indexes, index)
                if place == len(own_indexes) or own_indexes[place] != index:
                    return None
            if found[place] or own_hashes[place * 32 : place * 32 + 32] != hashes[start : start + 32]:
                return None
            places.append(place)
            start += 32
        return places

    def find(self, places: list[int]) -> None:
        for place in places:
            self._found[place] = 1
        if places:
            self._last = places[-1]

    def problem(self, index: int, leaf_hash: bytes) -> str:
        """What is wrong with the leaf that should be at this index; nothing, once, for one that is genuine."""
        if places := self.places([index], leaf_hash):
            self.find(places)
            return ""
        place = bisect_left(self.indexes, index)
        if place == len(self.indexes) or self.indexes[place] != index:
            return f"is not in the proof: it was added, or its index ({index}) was changed"
        if leaf_hash != self.hashes[place * 32 : place * 32 + 32]:
            return "was changed, or is not the event that was sealed at its index"
        return "is here twice"

    def missing(self) -> list[int]:
        """Indexes in the proof whose events have not been found."""
        return [self.indexes[place] for place, found in enumerate(self._found) if not found]

    @property
    def is_stretch(self) -> bool:
        """Whether nothing is missing between the first and the last."""
        return bool(self.indexes) and self.indexes[-1] - self.indexes[0] + 1 == len(self.indexes)


# The events.


class Event(NamedTuple):
    """A line of events.ndjson. ``place``: its index in the log; ``values``: its fields by name. ``is_erased``: the
    personal ones are what was left when a person was erased of it. ``is_whole``: there are personal ones."""

    place: int
    leaf_hash: bytes
    values: Values
    is_erased: bool
    is_whole: bool

    @property
    def name(self) -> str:
        """Its id."""
        return str(self.values.get("id"))

    @property
    def time(self) -> str:
        return str(self.values.get("occurred_at"))


_scan: Any = vars(json.JSONDecoder())["scan_once"]  # what raw_decode calls; it raises StopIteration
_PERSONAL = ',"personal":'
_INDEX = re.compile(r'\{"index":(0|[1-9][0-9]{0,18}),"leaf":(?=\{)')
_END = re.compile(r',"salt":(?:null|"([0-9a-f]{32})")\}')


def parse_event(line: bytes) -> Event:
    """Raises ValueError with what is wrong with it. ``line``: without its end."""
    try:
        text = line.decode()
        begin = _INDEX.match(text)
        if not begin:
            raise ValueError
        leaf, end = _scan(text, begin.end())
        if not text.startswith(_PERSONAL, end):
            raise ValueError
        personal_begin = end + len(_PERSONAL)
        personal, personal_end = _scan(text, personal_begin)
        rest = _END.fullmatch(text, personal_end)
        if not rest or leaf["v"] != 1 or (personal is None and rest[1]):
            raise ValueError
        if len(text) == len(line):  # each character is one byte
            sealed, hidden = line[begin.end() : end], line[personal_begin:personal_end]
        else:
            sealed, hidden = text[begin.end() : end].encode(), text[personal_begin:personal_end].encode()
        values = personal | leaf if personal else leaf
        if rest[1] and hashlib.sha256(bytes.fromhex(rest[1]) + hidden).hexdigest() != leaf["personal"]:
            personal = 0
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError):
        raise ValueError("was changed: it is not a line of this form") from None
    if personal == 0:
        raise ValueError("was changed: its personal fields or its salt are not those that were sealed")
    leaf_hash = hashlib.sha256(b"\x00" + sealed).digest()
    return Event(int(begin[1]), leaf_hash, values, rest[1] is None and personal is not None, personal is not None)


# The CSV: how PostgreSQL's COPY writes it (RFC 4180), with an apostrophe before what a spreadsheet would run.

SIGNS = "=+-@＝＋－＠"
SEPARATORS = ',;|:\t"\n\v\f\r\x85\u2028\u2029→'
TRIMMED = (
    "\x00-\x08\x0e-\x20'\x7f-\x84\x86-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202a-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff9-\ufffc\U000110bd\U000110cd\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
BEFORE_A_SIGN = re.compile(f"(?:^|[{SEPARATORS}])[{TRIMMED}]*(?=[{re.escape(SIGNS)}])")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ENDS_WITH_ID = re.compile(rf",({_ID.pattern})\r\n\Z".encode())
_CELL = re.compile(r'("(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n\Z)')


def _kinds() -> tuple[bytes, bytes]:
    """For a first, rough look at each byte of a row, in C: separators, signs, text; and bytes that are ignored."""
    ignored = {*range(0x21), 0x27, 0x7F, *range(0x80, 0xC0)} | {char.encode()[0] for char in TRIMMED if char > "\x7f"}
    separating, signs = ({char.encode()[0] for char in chars} for chars in (SEPARATORS, SIGNS))
    kinds = bytes(ord("=" if byte in signs else "," if byte in separating else ".") for byte in range(256))
    return kinds, bytes(ignored - separating - signs)


_KINDS, _IGNORED = _kinds()


def guarded(row: bytes) -> bytes:
    """With an apostrophe before each sign that a piece of the row begins with."""
    kinds = row.translate(_KINDS, _IGNORED)
    if b",=" not in kinds and not kinds.startswith(b"="):
        return row
    return BEFORE_A_SIGN.sub(r"\g<0>'", row.decode()).encode()


class Quoted(dict[Any, str]):
    """A cell as it is written, for each value: nothing for none, quotes where they are needed. Values come again."""

    def __missing__(self, value: Any) -> str:
        if len(self) > 50_000:
            self.clear()
        if value is None:
            written = ""
        else:
            written = text = str(value)
            if '"' in text:
                written = '"' + text.replace('"', '""') + '"'
            elif "," in text or "\n" in text or "\r" in text or not text:
                written = f'"{text}"'
        self[value] = written
        return written


class Labels(dict[Any, Any]):
    """Those that have been used: the label of each value, or the value itself where it has none."""

    def __init__(self, labels: dict[str, str]) -> None:
        self._all = dict(labels)

    def __missing__(self, value: Any) -> Any:
        self[value] = found = self._all.get(value, value)
        return found


class Columns:
    """How the cells of a row are made from the fields of an event. Each column has ``heading``, ``kind`` and ``field``:

    text      the field
    address   the field, an IP address, without its network
    time      the field, a time, with the offset of ``offsets`` that holds then: 2026-11-22T19:26:41.123+05:30
    label     what ``labels``, an object, has for the field, or the field itself
    presence  ``no`` where the field is null, otherwise ``yes``
    prefixed  ``prefix`` and the field; empty where that is empty
    member    the member ``member`` of the field, an object, as text
    json      the field, an object, as PostgreSQL writes jsonb, without the members ``without``; empty if none are left
    changes   the field, a list of changes, as a sentence
    """

    def __init__(self, manifest: dict[str, Any]) -> None:
        self._labels: dict[str, Labels] = {}
        try:
            self._columns: list[dict[str, Any]] = manifest["columns"]
            self.headings: list[str] = [column["heading"] for column in self._columns]
            self.fields: list[str] = [column["field"] for column in self._columns]
            self._times = Times([(parse_time(start), int(seconds)) for start, seconds in manifest["offsets"]])
            self._make = [self._maker(column) for column in self._columns]
            self._id = self.fields.index("id")
            kinds = [column["kind"] for column in self._columns]
            if len(kinds) < 2:
                raise ValueError
            # Ids and times need no quotes, and are seldom the same; most others come again.
            unquoted = [place for place, kind in enumerate(kinds) if kind == "time" or place == self._id]
            texts = [place for place, kind in enumerate(kinds) if kind == "text" and place not in unquoted]
            others = [place for place in range(len(kinds)) if place not in {*texts, *unquoted}]
            self._parts = [[self._make[place] for place in places] for places in (texts, others, unquoted)]
            order = [*texts, *others, *unquoted]
            self._in_order = itemgetter(*map(order.index, range(len(order))))
            later = manifest.get("later") or {"plain": {}, "personal": {}}
            self._later = dict(later["plain"]), dict(later["personal"])
            self.facts = {str(name): str(fact) for name, fact in (manifest.get("facts") or {}).items()}
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BundleError("manifest.json does not say how the CSV is written.") from None
        self._quoted = Quoted()

    def _maker(self, column: dict[str, Any]) -> Callable[[Values], Any]:
        field = column["field"]
        value = itemgetter(field)
        match column["kind"]:
            case "text":
                return value
            case "address":
                return lambda values: values[field] and values[field].partition("/")[0]
            case "time":
                return lambda values: self._times[values[field]]
            case "label":
                self._labels[column["heading"]] = labels = Labels(column["labels"])
                return lambda values: labels[values[field]]
            case "presence":
                yes, no = column["yes"], column["no"]
                return lambda values: no if values[field] is None else yes
            case "prefixed":
                prefix = column["prefix"]
                return lambda values: prefix + values[field] if values[field] else None
            case "member":
                member = column["member"]
                return lambda values: as_text(values[field].get(member))
            case "json":
                without = set(column["without"])
                return lambda values: as_jsonb_without(values[field], without)
            case "changes":
                return lambda values: as_sentence(values[field])
        raise ValueError(column["kind"])

    def completed(self, event: Event) -> Event:
        """With the fields that it was sealed without."""
        plain, personal = self._later
        if not (plain or personal):
            return event
        return event._replace(values=(plain | personal if event.is_whole else plain) | event.values)

    def row(self, values: Values) -> bytes:
        """KeyError, TypeError or AttributeError where the event has no such fields."""
        quoted = self._quoted
        texts, others, unquoted = self._parts
        cells = [quoted[text(values)] for text in texts]
        cells += [quoted[make(values)] for make in others]
        cells += [make(values) for make in unquoted]
        return guarded((",".join(self._in_order(cells)) + "\r\n").encode())

    def differences(self, row: bytes, event: Event) -> list[str] | None:
        """The headings of cells that are not what the event has; None where the row is not one of this table."""
        cells = cells_of(row)
        if cells is None or len(cells) != len(self._make):
            return None
        different = []
        for column, make, cell in zip(self._columns, self._make, cells, strict=True):
            is_same = guarded(("," + self._quoted[make(event.values)]).encode()) == ("," + cell).encode()
            if not is_same and not _has_the_same_numbers(column, cell, event.values):
                different.append(column["heading"])
        return different

    def event_id(self, row: bytes) -> str:
        """The id in a row, or nothing. Of a row whose quotes are wrong, it is what stands at its end."""
        cells = cells_of(row)
        if cells and len(cells) == len(self._make):
            return cells[self._id] if _ID.fullmatch(cells[self._id]) else ""
        end = _ENDS_WITH_ID.search(row)
        return end[1].decode() if end else ""

    def labels(self) -> dict[str, dict[Any, Any]]:
        """Those that have been used, by heading."""
        return {heading: dict(labels) for heading, labels in self._labels.items()}

    def note_labels(self, used: dict[str, dict[Any, Any]]) -> None:
        for heading, labels in used.items():
            self._labels[heading].update(labels)

    def explained(self) -> Iterator[str]:
        """What the manifest says, for a person."""
        for column in self._columns:
            more = {key: value for key, value in column.items() if key not in ("heading", "kind", "field")}
            if column["kind"] == "time":
                more = {"offset": sorted({text for _, text in self._times.offsets})}
            if column["kind"] == "label":
                more = {"labels": self._labels[column["heading"]]}
            details = "".join(f", {key} {json.dumps(value, ensure_ascii=False)}" for key, value in more.items())
            yield f"  {column['heading']}: {column['kind']} of {column['field']}{details}"
        for name, value in (self._later[0] | self._later[1]).items():
            yield f"  {name} is {json.dumps(value, ensure_ascii=False)} where an event was sealed without it"


def _has_the_same_numbers(column: dict[str, Any], cell: str, values: Values) -> bool:
    """Whether a cell of JSON differs only in how its numbers are written: 1.50 is sealed as the text 1.5, and a number
    beyond 2^53 as text. The rest of it, and that this is the cell that was delivered, is compared all the same."""
    text = BEFORE_A_SIGN.sub(lambda match: match[0][:-1], f",{cell}")  # without the apostrophes
    if guarded(text.encode()) != f",{cell}".encode():
        return False
    text = text[1:]
    text = text[1:-1].replace('""', '"') if text.startswith('"') else text
    try:
        found = json.loads(text, parse_float=lambda number: repr(float(number)), parse_int=_sealed_integer)
        value = values[column["field"]]
        if column["kind"] == "json":
            return bool(found == {key: item for key, item in value.items() if key not in column["without"]})
        return column["kind"] == "member" and bool(found == value.get(column["member"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def _sealed_integer(text: str) -> int | str:
    number = int(text)
    return number if abs(number) < 2**53 else str(number)


def cells_of(row: bytes) -> list[str] | None:
    """As they are written, with their quotes."""
    text, place, cells = row.decode("utf-8", "replace"), 0, []
    while match := _CELL.match(text, place):
        cells.append(match[1])
        place = match.end()
        if place == len(text):
            return cells
    return None


class Times:
    """Local times of an event's time, which is text in UTC. As a rule an hour has one offset, of whole minutes."""

    def __init__(self, offsets: list[tuple[datetime, int]]) -> None:
        self._starts = [start for start, _ in offsets]
        self.offsets = [(seconds, offset_text(seconds)) for _, seconds in offsets]
        self._hours: dict[str, tuple[str, str, int, str]] = {}
        if not offsets or sorted(self._starts) != self._starts:
            raise ValueError

    def __getitem__(self, text: str) -> str:
        day, next_day, minute, offset = self._hours.get(text[:13]) or self._hour(text[:13])
        if not offset:
            moment = parse_time(text)
            seconds, offset = self._at(moment)
            local = moment.replace(tzinfo=None) + timedelta(seconds=seconds)
            return local.isoformat(timespec="milliseconds") + offset
        minute += int(text[14:16])
        if minute >= 1440:
            day, minute = next_day, minute - 1440
        return f"{day}T{minute // 60:02}:{minute % 60:02}{text[16:23]}{offset}"

    def _hour(self, hour: str) -> tuple[str, str, int, str]:
        """The local day on which it begins, the next day, the minute of the day, and the offset; or no offset."""
        first, last = (parse_time(f"{hour}:{rest}Z") for rest in ("00:00.000000", "59:59.999999"))
        seconds, offset = self._at(first)
        if self._at(last) != (seconds, offset) or seconds % 60:
            found = ("", "", 0, "")
        else:
            local = first.replace(tzinfo=None) + timedelta(seconds=seconds)
            days = (local.date().isoformat(), (local + timedelta(days=1)).date().isoformat())
            found = (*days, 60 * local.hour + local.minute, offset)
        self._hours[hour] = found
        return found

    def _at(self, moment: datetime) -> tuple[int, str]:
        return self.offsets[max(bisect_right(self._starts, moment) - 1, 0)]


def parse_time(text: str) -> datetime:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text, re.ASCII):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def offset_text(seconds: int) -> str:
    sign = "-" if seconds < 0 else "+"
    minutes, rest = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def as_text(value: Any) -> str | None:
    """PostgreSQL's ->>."""
    return value if value is None or isinstance(value, str) else as_jsonb(value)


_encode = json.JSONEncoder(ensure_ascii=False).encode


def as_jsonb(value: Any) -> str:
    """PostgreSQL's text of jsonb: keys by length, then by bytes."""
    return _encode(_in_order(value))


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key)) if len(value) > 1 else value
        return {key: _in_order(value[key]) for key in keys}
    return [_in_order(item) for item in value] if isinstance(value, list) else value


def as_jsonb_without(value: dict[str, Any], without: set[str]) -> str | None:
    left = {key: item for key, item in value.items() if key not in without}
    return as_jsonb(left) if left else None


def as_sentence(changes: list[dict[str, Any]]) -> str | None:
    """ "Name: Sale → Sales; Users: added Ann, removed Bob; API key: changed"."""
    if not changes:
        return ""
    return "; ".join(text for change in changes if (text := _change(change)) is not None) or None


_LISTS = ("added", "removed")


def _change(change: dict[str, Any]) -> str | None:
    label = as_text(change.get("label"))
    if label is None:
        return None
    if "masked" in change:
        return f"{label}: changed"
    before, after = (as_text(change.get(key)) or "–" for key in ("before", "after"))
    if "after" in change:
        return f"{label}: {before} → {after}" if "before" in change else f"{label}: {after}"
    if "before" in change:
        return f"{label}: was {before}"
    items = {key: [text for text in map(as_text, change.get(key) or []) if text is not None] for key in _LISTS}
    lists = [f"{key} " + ", ".join(texts) for key, texts in items.items() if texts]
    return f"{label}: " + ", ".join(lists)


class Rows:
    """The rows of the CSV, compared with what they should be. ``number``: of the row that was read last; the header is
    row 1, as in a spreadsheet."""

    LINES_AHEAD, BYTES_AHEAD = 1_000, 2 * MAX_LINE  # that a row may have

    def __init__(self, file: io.BufferedReader) -> None:
        self._file, self._ahead, self.number = file, deque[bytes](), 0

    def _line(self) -> bytes:
        if not self._ahead:
            return self._file.readline(MAX_LINE)
        first, rest = self._ahead[0], b""
        end = first.find(b"\n") + 1
        if end == len(first):
            return self._ahead.popleft()
        if end:
            self._ahead[0] = first[end:]
            return first[:end]
        self._ahead.popleft()
        rest = self._line() if len(first) < MAX_LINE else b""
        return first + rest

    def are_next(self, expected: bytes, rows: int) -> bool:
        """Whether these are the next rows, which then have been read."""
        pieces, length = list[bytes](), 0
        while length < len(expected):
            piece = self._ahead.popleft() if self._ahead else self._file.read(len(expected) - length)
            if not piece:
                break
            pieces.append(piece)
            length += len(piece)
        found = b"".join(pieces)
        if found.startswith(expected):
            if length > len(expected):
                self._ahead.appendleft(found[len(expected) :])
            self.number += rows
            return True
        if found:
            self._ahead.extendleft(reversed(_lines(found)))
        return False

    def peek(self, expected: bytes) -> bytes:
        """The next row, whatever it is; nothing at the end. One whose quotes are wrong ends with the first line that
        ends with an id, or has as many lines as the row that is expected."""
        lines, quotes, length = list[bytes](), 0, 0
        while len(lines) < self.LINES_AHEAD and length < self.BYTES_AHEAD and (line := self._line()):
            lines.append(line)
            length += len(line)
            quotes += line.count(b'"')
            if quotes % 2 == 0 and line.endswith(CRLF):
                break
        self._ahead.extendleft(reversed(lines))
        if cells_of(b"".join(lines)) is None:
            ends = (number for number, line in enumerate(lines, 1) if _ENDS_WITH_ID.search(line))
            lines = lines[: next(ends, expected.count(b"\n"))]
        return b"".join(lines)

    def skip(self, row: bytes) -> None:
        self.number += 1
        for _ in range(row.count(b"\n") or 1):
            self._line()


def _lines(text: bytes) -> list[bytes]:
    """Each with its line feed, which the last one may lack."""
    lines = [line + b"\n" for line in text.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


# The check. What there is of it for each event is done in blocks of lines, on several processors where there are many.


class Block(NamedTuple):
    """What lines of events.ndjson that follow one another have in them. ``rows``: those that should be in the CSV."""

    lines: int
    rows: bytes
    in_csv: int
    erased: int
    indexes: bytes
    hashes: bytes
    newest_id: str
    oldest_id: str
    newest: str
    oldest: str
    labels: dict[str, dict[Any, Any]]


class Manifest:
    """``period``: of the rows, from its first moment up to, not including, the second one."""

    def __init__(self, text: bytes) -> None:
        try:
            manifest = json.loads(text)
            version, period = manifest["v"], manifest["period"]
            self.period = (period["start"], period["end"]) if period else None
            for time in self.period or ():
                parse_time(time)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BundleError("manifest.json is not one of this form.") from None
        if version != 1:
            raise BundleError(f"manifest.json is of version {version}; this program knows version 1.")
        self.columns = Columns(manifest)

    def event(self, line: bytes) -> Event:
        """Raises ValueError."""
        return self.columns.completed(parse_event(line))

    def is_in_csv(self, event: Event) -> bool:
        return self.period is None or self.period[0] <= event.time < self.period[1]

    def block(self, lines: bytes) -> Block | None:
        """None where something is wrong; ``Check`` then says what."""
        rows, hashes, indexes, erased = list[bytes](), list[bytes](), array("Q"), 0
        newest, oldest, newest_id, name = "", "9", "", ""
        start, end = self.period or ("", "g")
        row = self.columns.row
        if lines[-1:] != b"\n":
            return None
        try:
            for line in lines[:-1].split(b"\n"):
                event = self.event(line)
                values, before = event.values, name
                name, time = values["id"], values["occurred_at"]
                if before and name >= before:
                    return None
                newest_id = newest_id or name
                if time < oldest:
                    oldest = time
                if time > newest:
                    newest = time
                indexes.append(event.place)
                hashes.append(event.leaf_hash)
                if start <= time < end:
                    rows.append(row(values))
                    erased += event.is_erased
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            return None
        return Block(
            *(len(indexes), b"".join(rows), len(rows), erased, indexes.tobytes(), b"".join(hashes)),
            *(newest_id, name, newest, oldest, self.columns.labels()),
        )


_manifest: Manifest  # of a helper process


def _begin(text: bytes) -> None:
    global _manifest
    gc.disable()
    _manifest = Manifest(text)


def _block(lines: bytes) -> Block | None:
    return _manifest.block(lines)


class Hashed(io.RawIOBase):
    """A file of the bundle, as it is read, and its hash."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member, self._hash = member, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._member.read(len(buffer))
        buffer[: len(data)] = data
        self._hash.update(data)
        return len(data)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


class _TooManyError(Exception):
    """There are more problems than anybody reads."""


class Check:
    """Reads a bundle once, from its beginning to its end. ``problems``: what is not genuine, in sentences."""

    def __init__(self, bundle: zipfile.ZipFile, vkey: str, witnesses: list[str], processes: int = 1) -> None:
        self.problems: Problems = []
        self._hashes: dict[str, str] = {}
        small = {name: bundle.read(name) for name in LARGEST}
        self.vkey = vkey or small["key"].decode("utf-8", "replace")[:-1]
        key = parse_key(self.vkey, 1)
        if small["key"] != f"{self.vkey}\n".encode():
            self.problems.append("key: the key in the bundle is not the one that was given")
        keys = [key, *(parse_key(each, 4) for each in witnesses)]
        self.checkpoint, self.witnessed = open_checkpoint(small["checkpoint"], keys)
        self.delivered, stated = open_statement(small["statement"], key)
        self._hashes = {name: hashlib.sha256(small[name]).hexdigest() for name in LARGEST if name in STATED}
        self.manifest = Manifest(small["manifest.json"])
        self.columns, self.period = self.manifest.columns, self.manifest.period
        with self._opened(bundle, "proof") as proof:
            self.proven = Proven(proof, self.checkpoint)
        self.rows = self.genuine = self.erased = 0
        self.oldest, self.newest = "9", ""  # times of the events in the stretch
        self._lines, self._before = 0, "g"  # that have been read, and the id of the last one
        self._extra: dict[str, int] = {}  # rows by the ids of events that should not be there
        self._lacking: dict[str, int] = {}  # lines by the ids of events whose rows are not where they should be
        try:
            with self._opened(bundle, "events.csv") as csv, self._opened(bundle, "events.ndjson") as events:
                self._compare(Rows(csv), self._blocks(events, small["manifest.json"], processes))
            self._name_moved()
            for each in self.proven.missing():
                self._add(f"events.ndjson: the event with index {each} was removed")
            if self.period and not self.proven.is_stretch and self.proven.indexes:
                self._add("proof: events are missing in the stretch of the log that should be whole")
        except _TooManyError:
            self.problems.append(f"The check ended here, after {MOST_PROBLEMS:,} problems.")
        for name in STATED:
            if self._hashes.get(name, stated[name]) != stated[name] and not self._is_named(name):
                self.problems.append(f"{name}: is not the file that was delivered")

    def _opened(self, bundle: zipfile.ZipFile, name: str) -> _Opened:
        return _Opened(bundle.open(name), name, self._hashes)

    def _is_named(self, file: str) -> bool:
        return any(problem.startswith((f"{file}:", f"{file},")) for problem in self.problems)

    @property
    def is_complete(self) -> bool:
        """Whether it is proved that no event of the period, or of the log, is missing."""
        if len(self.proven.indexes) == self.checkpoint.size:
            return True
        return bool(self.period) and self.proven.is_stretch and self.reaches_start and self.reaches_end

    @property
    def reaches_start(self) -> bool:
        """Whether the stretch has the log's first event, or one from before the period."""
        return not self.proven.indexes or not self.proven.indexes[0] or self.oldest < (self.period or "9")[0]

    @property
    def reaches_end(self) -> bool:
        last = self.checkpoint.size - 1
        return not self.proven.indexes or self.proven.indexes[-1] == last or self.newest >= (self.period or ("", ""))[1]

    def _compare(self, rows: Rows, blocks: Iterator[tuple[bytes, Block | None]]) -> None:
        header = BOM + ",".join(self.columns.headings).encode() + CRLF
        if not rows.are_next(header, 1):
            self._add("events.csv, row 1: the header was changed")
            rows.skip(rows.peek(header))
        for lines, block in blocks:
            if block is None or not self._take(block, rows):
                self._compare_each(lines, rows)
        while extra := rows.peek(CRLF):
            rows.skip(extra)
            self._add_row(rows.number, self.columns.event_id(extra))

    def _blocks(
        self, lines: io.BufferedReader, manifest: bytes, processes: int
    ) -> Iterator[tuple[bytes, Block | None]]:
        """The whole file, some lines at a time, with what they have in them."""
        pieces = iter(lambda: lines.read(BLOCK) + lines.readline(MAX_LINE), b"")
        if processes < 2:
            yield from ((piece, self.manifest.block(piece)) for piece in pieces)
            return
        waiting = deque[tuple[bytes, Future[Block | None]]]()
        with ProcessPoolExecutor(processes, initializer=_begin, initargs=(manifest,)) as pool:
            for piece in pieces:
                waiting.append((piece, pool.submit(_block, piece)))
                if len(waiting) > 2 * processes:
                    first, block = waiting.popleft()
                    yield first, block.result()
            while waiting:
                first, block = waiting.popleft()
                yield first, block.result()

    def _take(self, block: Block, rows: Rows) -> bool:
        """Whether all of it is genuine; if not, nothing has been taken."""
        places = self.proven.places(array("Q", block.indexes), block.hashes)
        if places is None or block.newest_id >= self._before or not rows.are_next(block.rows, block.in_csv):
            return False
        self.proven.find(places)
        self._lines += block.lines
        self._before = block.oldest_id
        self.oldest, self.newest = min(self.oldest, block.oldest), max(self.newest, block.newest)
        self.rows += block.in_csv
        self.genuine += block.in_csv - block.erased
        self.erased += block.erased
        self.columns.note_labels(block.labels)
        return True

    def _compare_each(self, lines: bytes, rows: Rows) -> None:
        for number, event in self._events(lines):
            self.rows += 1
            try:
                expected = self.columns.row(event.values)
                if rows.are_next(expected, 1):
                    self._count(event)
                else:
                    self._resolve(rows, event, expected, number)
            except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
                self._add_line(number, event, "lacks a field of the CSV")

    def _count(self, event: Event) -> None:
        if event.is_erased:
            self.erased += 1
        else:
            self.genuine += 1

    def _events(self, lines: bytes) -> Iterator[tuple[int, Event]]:
        """Genuine events that should be in the CSV, with the number of their line."""
        for line in _lines(lines):
            self._lines += 1
            try:
                if line[-1:] != b"\n":
                    raise ValueError("was changed: it does not end")
                event = self.manifest.event(line[:-1])
            except (ValueError, OverflowError) as error:
                self._add(f"events.ndjson, line {self._lines}: {error}")
                continue
            name, time = event.name, event.time
            problem = self.proven.problem(event.place, event.leaf_hash)
            if problem or name >= self._before:
                self._add_line(self._lines, event, problem or "is not in its place: the newest comes first")
                continue
            self._before = name
            self.oldest, self.newest = min(self.oldest, time), max(self.newest, time)
            if self.manifest.is_in_csv(event):
                yield self._lines, event

    def _add(self, problem: str) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            raise _TooManyError
        self.problems.append(problem)

    def _add_line(self, number: int, event: Event, problem: str) -> None:
        self._add(f"events.ndjson, line {number} (event {event.name}): {problem}")

    def _resolve(self, rows: Rows, event: Event, expected: bytes, number: int) -> None:
        """The next row is not the one of this event. Ids descend in both files, so each row that is passed over is of
        no genuine event, and an event without its row has lost it."""
        while row := rows.peek(expected):
            found = self.columns.event_id(row)
            if found and found < event.name:
                break
            rows.skip(row)
            if found > event.name:
                self._add_row(rows.number, found)
                if rows.are_next(expected, 1):
                    self._count(event)
                    return
                continue
            different = self.columns.differences(row, event) if found else None
            if different == []:
                self._count(event)
                return
            what = f"{', '.join(different)} changed" if different else "was changed"
            self._add(f"events.csv, row {rows.number} (event {event.name}): {what}")
            return
        self._lacking[event.name] = number
        if len(self._lacking) > MOST_PROBLEMS:
            raise _TooManyError

    def _add_row(self, row: int, name: str) -> None:
        if name and name not in self._extra and len(self._extra) < MOST_PROBLEMS:
            self._extra[name] = row
        else:
            self._add(f"events.csv, row {row}: no event proves it")

    def _name_moved(self) -> None:
        for name, row in self._extra.items():
            is_moved = self._lacking.pop(name, None) is not None
            what = "was moved" if is_moved else "no event proves it: it was added, or its id was changed"
            self._add(f"events.csv, row {row} (event {name}): {what}")
        for name, line in self._lacking.items():
            self._add(f"events.csv: the row of event {name} (events.ndjson, line {line}) was removed")


class _Opened:
    """A file of the bundle, buffered, whose hash is noted when all of it has been read."""

    def __init__(self, member: IO[bytes], name: str, hashes: dict[str, str]) -> None:
        self._member, self._name, self._hashes = member, name, hashes
        self._hashed = Hashed(member)

    def __enter__(self) -> io.BufferedReader:
        return io.BufferedReader(self._hashed, BLOCK)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._hashes[self._name] = self._hashed.digest
        self._member.close()


def check_container(bundle: zipfile.ZipFile, path: str) -> None:
    """That every program that reads the ZIP file finds the same files in it: those of a bundle, each once, one after
    another, and nothing beside them."""
    entries = sorted(bundle.infolist(), key=lambda entry: entry.header_offset)
    names = [entry.orig_filename for entry in entries]
    if strange := [name for name in names if name not in MEMBERS]:
        raise BundleError(f"{strange[0]!r} is in the file, and is no part of a bundle: it has {', '.join(MEMBERS)}.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise BundleError(f"{twice[0]} is in the file twice.")
    if lacking := [name for name in MEMBERS if name not in names]:
        raise BundleError(f"{lacking[0]} is missing in the file.")
    with Path(path).open("rb") as file:
        for entry, end in zip(entries, [*(each.header_offset for each in entries[1:]), bundle.start_dir], strict=True):
            largest = LARGEST.get(entry.filename, max(BOMB, BOMB_RATIO * entry.compress_size))
            if entry.file_size > largest:
                raise BundleError(f"{entry.filename} would unpack to {entry.file_size:,} bytes, more than it can have.")
            file.seek(entry.header_offset)
            _check_entry(entry, file.read(LOCAL_HEADER), end)
        size = file.seek(0, os.SEEK_END)
    directory = sum(CENTRAL_HEADER + len(each.orig_filename) + len(each.extra) for each in entries)
    if bundle.comment or entries[0].header_offset or size - bundle.start_dir - directory not in ENDS:
        raise BundleError("There is something before or after the files of the bundle that is no part of it.")


LOCAL_HEADER, CENTRAL_HEADER = 30, 46  # bytes, without the name (APPNOTE.TXT 4.3.7, 4.3.12)
ENDS = (22, 22 + 56 + 20)  # end of the central directory; with those of ZIP64
DESCRIBED_LATER, ENCRYPTED = 0x8, 0x1


def _check_entry(entry: zipfile.ZipInfo, header: bytes, end: int) -> None:
    """``header``: before the file; ``end``: where the next one begins."""
    flags, method = (int.from_bytes(header[place : place + 2], "little") for place in (6, 8))
    packed = int.from_bytes(header[18:22], "little")
    if method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.flag_bits & ENCRYPTED:
        raise BundleError(f"{entry.filename} is encrypted, or packed in a way that no bundle is.")
    is_later = bool(flags & DESCRIBED_LATER)
    is_same = (flags, method) == (entry.flag_bits, entry.compress_type)
    lengths = sum(int.from_bytes(header[place : place + 2], "little") for place in (26, 28))
    beyond = end - entry.header_offset - LOCAL_HEADER - lengths - entry.compress_size
    if not is_same or not (is_later or packed in (entry.compress_size, 0xFFFFFFFF)):
        raise BundleError(f"The file says two things of {entry.filename}.")
    if beyond not in ((16, 24) if is_later else (0,)):
        raise BundleError("There is something between the files of the bundle that is no part of it.")


def report(check: Check, is_key_given: bool) -> Iterator[str]:
    """What has been found, for a person."""
    point, indexes = check.checkpoint, check.proven.indexes
    yield f"Log {point.origin}, {point.size:,} events, root {base64.b64encode(point.root).decode()}"
    if not is_key_given:
        yield f"The key comes with the bundle: compare it with one that you have from elsewhere: {check.vkey}"
    for each in check.witnessed:
        yield f"Signed by the witness {each}"
    if check.problems:
        yield f"NOT GENUINE. Problems: {len(check.problems):,}. Genuine rows: {check.genuine + check.erased:,}."
        yield from (f"  {problem}" for problem in check.problems[:SHOWN])
        if len(check.problems) > SHOWN:
            yield f"  and {len(check.problems) - SHOWN:,} more"
        return
    yield f"GENUINE: all {check.rows:,} rows, each exactly as it was sealed, in the order of their ids."
    if check.erased:
        yield (
            f"Of {check.erased:,} of them a person has been erased. Their other fields are proved; what is left of the "
            "personal ones is as it was delivered."
        )
    yield from completeness(check, len(indexes), point.size)
    yield f"No file of the bundle was changed since it was delivered ({check.delivered}). The site then said:"
    yield from (f"  {name}: {fact}" for name, fact in check.columns.facts.items())
    yield "The cells were compared with the sealed fields. How they are written is not sealed; the manifest says:"
    yield from check.columns.explained()


def completeness(check: Check, count: int, size: int) -> Iterator[str]:
    """What is proved about what is not there."""
    indexes = check.proven.indexes
    if count == size:
        yield "COMPLETE: these are all events of the log up to this checkpoint."
    elif check.proven.is_stretch:
        yield f"COMPLETE from index {indexes[0]} to {indexes[-1]}: no event of this stretch of the log is missing."
    else:
        yield "NOT PROVED: that no other event matches. A filter chose these rows; the log has others between them."
    if check.period and count:
        start, end = check.period
        yield f"The rows are all events of the stretch from {start} up to {end}."
        if not check.reaches_start:
            yield "NOT PROVED: that no event is missing at the start; the stretch does not begin before the period."
        if not check.reaches_end:
            yield "NOT PROVED: that no event is missing at the end; the stretch does not reach beyond the period."
        if count < size:
            yield (
                f"An event of the period that was sealed out of its order, beyond events of {check.oldest} or "
                f"{check.newest}, would be outside this stretch."
            )
        if indexes[-1] == size - 1 and check.newest < end:
            yield "The log ended there: what was sealed after this checkpoint is not in it."


def verify(path: str, vkey: str = "", witnesses: list[str] | None = None, processes: int = 1) -> Check:
    """``processes``: how many help, with a large bundle. Raises BundleError where nothing is proved."""
    try:
        with zipfile.ZipFile(path) as bundle:
            check_container(bundle, path)
            is_large = bundle.getinfo("events.ndjson").file_size >= LARGE
            return Check(bundle, vkey, witnesses or [], processes if is_large else 1)
    except BrokenProcessPool:
        raise BundleError("A helper process was ended. Try again with --processes 1.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError) as error:
        raise BundleError(f"The file is damaged: {error}") from None
    except OSError as error:
        raise BundleError(f"The file cannot be read: {error}") from None


def verify_event(proof: bytes, vkey: str, witnesses: list[str]) -> Iterator[str]:
    """What the proof of one event shows, in lines. Raises BundleError."""
    keys = [parse_key(vkey, 1), *(parse_key(witness, 4) for witness in witnesses)]
    head, _, note = proof.partition(b"\n\n")
    checkpoint, signed = open_checkpoint(note, keys)
    try:
        header, extra, index, *hashes = head.decode("ascii").split("\n")
        if header != "c2sp.org/tlog-proof@v1" or not extra.startswith("extra ") or not index.startswith("index "):
            raise ValueError
        made_of = json.loads(from_base64(extra.removeprefix("extra ")))
        leaf, personal, place = made_of["leaf"], made_of["personal"], index.removeprefix("index ")
        fields = json.loads(leaf)
        sealed = fields.pop("personal")
        if personal is not None:
            salt = bytes.fromhex(made_of["salt"])
            if not isinstance(sealed, str) or hashlib.sha256(salt + personal.encode()).hexdigest() != sealed:
                raise ValueError
            fields |= json.loads(personal)
        if not DECIMAL.fullmatch(place):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BundleError("This is not the proof of an event, or it has been changed.") from None
    node = hashlib.sha256(b"\x00" + leaf.encode()).digest()
    if _climbed(node, int(place), checkpoint.size, list(map(from_base64, hashes))) != checkpoint.root:
        raise BundleError("The proof does not lead to the checkpoint: one of the two has been changed.")
    yield f"GENUINE. The event is number {int(place) + 1:,} of {checkpoint.size:,} in {checkpoint.origin}."
    yield from (f"Witness: {each}" for each in signed)
    if personal is None:
        yield "Its personal fields have been erased; what follows is proved."
    yield from (f"{name}: {json.dumps(fields[name], ensure_ascii=False)}" for name in sorted(fields) if name != "v")


def _climbed(node: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a leaf hash leads to (RFC 9162, 2.1.3.2); nothing where the path has another length."""
    last = size - 1
    for sibling in path:
        if last <= 0:
            return b""
        if index & 1 or index == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    return node if last == 0 else b""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Checks a download of audit events offline.")
    parser.add_argument("bundle", metavar="FILE", help="a bundle (.zip), or the proof of one event (.tlog-proof)")
    parser.add_argument("--key", default="", metavar="VKEY", help="the public key of the log")
    parser.add_argument(
        "--witness", nargs="*", default=[], metavar="VKEY", help="keys of witnesses that must have signed"
    )
    parser.add_argument("--complete", action="store_true", help="fail unless it is proved that no event is missing")
    parser.add_argument(
        "--processes", type=int, default=min(os.cpu_count() or 1, 8), metavar="N", help="that share work"
    )
    options = parser.parse_args(arguments)
    gc.disable()  # nothing here refers to itself, and looking for it would take a tenth of the time
    try:
        if options.bundle.endswith(".tlog-proof"):
            if not options.key:
                raise BundleError("The proof of an event has no key in it. Name the key of the log with --key.")
            lines, status = list(verify_event(_read(options.bundle), options.key, options.witness)), 0
        else:
            check = verify(options.bundle, options.key, options.witness, options.processes)
            if options.complete and not check.is_complete:
                check.problems.append("proof: it is not proved that no event is missing")
            lines, status = list(report(check, bool(options.key))), 1 if check.problems else 0
    except BundleError as error:
        lines, status = [f"NOTHING IS PROVED. {error}"], 2
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout.write("".join(f"{_harmless(line)}\n" for line in lines))
    return status


def _harmless(text: str) -> str:
    """Without what a terminal would take for an order."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}.") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

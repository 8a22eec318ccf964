"""A witness for logs of audit events. One file; it needs Python 3.11 or later on Linux, macOS or another Unix.

    python witness.py --port 8443 --state DIR --key FILE --log VKEY [VKEY …]
    python witness.py compare OLD.checkpoint NEW.proof --log VKEY [VKEY …]

A witness remembers the newest checkpoint of each log that it knows, and signs a newer one only when that contains the
older one, unchanged. Run it where neither the operator of the log nor the administrators of its database have access:
then a log that was rewritten finds nobody who signs it.

It speaks C2SP tlog-witness (``POST /add-checkpoint``) and signs as C2SP tlog-cosignature says ("cosignature/v1",
Ed25519). VKEY is the public key of a log; several of one log are its key and those before it. At its first start it
makes its own key and prints the public one, its vkey, for those who verify. ``--key`` and ``--state`` belong together:
a witness that has forgotten what it signed must not sign again, so a key without its state is refused.

Put a web server with TLS before it where it is reached over the internet. What it refuses although the log has signed
it is kept in the folder, in files that begin with ``refused-``: it may be the proof that a log was rewritten.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import hashlib
import os
import re
import socket
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256().digest()
MAX_BODY = 500_000  # bytes
MAX_SIGNATURES, MAX_PROOF = 100, 63  # lines
MAX_SIZE = 2**63 - 1
ED25519, COSIGNATURE = 1, 4  # signature types
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f]")
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class RefusedError(Exception):
    """A request that is not granted: the status, and the body of the answer."""

    def __init__(self, status: int, body: str, kind: str = "text/plain; charset=utf-8") -> None:
        super().__init__(body)
        self.status, self.body, self.kind = status, body + "\n", kind


# Ed25519 (RFC 8032, 5.1), on points (X, Y, Z, T) of the curve. Not in constant time: a caller learns nothing from how
# long it takes, because what is signed, and how often, is public.

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


_BASE_Y = 4 * pow(5, -1, P) % P
_BASE = _decoded(_BASE_Y.to_bytes(32, "little")) or (0, 1, 1, 0)


def _number(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def _secret(seed: bytes) -> tuple[int, bytes]:
    digest = hashlib.sha512(seed).digest()
    return int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254, digest[32:]


def ed25519_public(seed: bytes) -> bytes:
    return _encoded(_times(_secret(seed)[0], _BASE))


def ed25519_sign(seed: bytes, message: bytes) -> bytes:
    secret, prefix = _secret(seed)
    r = _number(prefix, message) % ORDER
    commitment = _encoded(_times(r, _BASE))
    k = _number(commitment, _encoded(_times(secret, _BASE)), message) % ORDER
    return commitment + ((r + k * secret) % ORDER).to_bytes(32, "little")


def ed25519_verifies(key: bytes, message: bytes, signature: bytes) -> bool:
    point = _decoded(key) if len(key) == 32 else None
    s = int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or s >= ORDER:
        return False
    k = _number(signature[:32], key, message) % ORDER
    negative = (P - point[0], point[1], 1, P - point[3])
    return _encoded(_added(_times(s, _BASE), _times(k, negative))) == signature[:32]


# Notes and checkpoints (C2SP signed-note, tlog-checkpoint).


class LogKey(NamedTuple):
    name: str
    key_id: bytes
    key: bytes


class Checkpoint(NamedTuple):
    """``signatures``: name, key id and signature of each line."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes, bytes]]


def key_id(name: str, kind: int, key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


def parse_log_key(vkey: str) -> LogKey:
    """Raises ValueError."""
    name, _, rest = vkey.partition("+")
    identifier, _, encoded = rest.partition("+")
    key = from_base64(encoded)
    if len(key) != 33 or key[0] != ED25519 or identifier != key_id(name, ED25519, key[1:]).hex():
        raise ValueError(f"{vkey!r} is not the Ed25519 vkey of a log.")
    check_name(name)
    return LogKey(name, key_id(name, ED25519, key[1:]), key[1:])


def check_name(name: str) -> None:
    if not name or "+" in name or CONTROLS.search(name) or any(map(str.isspace, name)):
        raise ValueError("A name has neither spaces nor plus signs, and is not empty.")


def from_base64(text: str) -> bytes:
    """Raises ValueError, also where it is not the one form of its value."""
    decoded = base64.b64decode(text, validate=True)
    if base64.b64encode(decoded).decode() != text:
        raise ValueError("This is not base64 in its one form.")
    return decoded


def parse_number(text: str) -> int:
    if not DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise ValueError("A size is a decimal number without leading zeros, below 2^63.")
    return int(text)


def parse_hash(text: str) -> bytes:
    found = from_base64(text)
    if len(found) != 32:
        raise ValueError("A hash has 32 bytes.")
    return found


def parse_checkpoint(note: str) -> Checkpoint:
    """Raises ValueError."""
    before, separator, after = note.rpartition("\n\n")
    if not separator or not after.endswith("\n") or CONTROLS.search(note):
        raise ValueError("A note is a text, an empty line, and lines of signatures.")
    lines = after[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ValueError("There are too many signatures.")
    origin, size, root, *extensions = [*before.split("\n"), "", ""][: max(3, before.count("\n") + 1)]
    if not origin or "" in extensions:
        raise ValueError("A checkpoint has an origin, a size and a root, and no empty lines.")
    return Checkpoint(before + "\n", origin, parse_number(size), parse_hash(root), [_signature(line) for line in lines])


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix("— ").partition(" ")
    check_name(name)
    decoded = from_base64(encoded)
    if not line.startswith("— ") or len(decoded) < 5:
        raise ValueError("A line of a signature is a dash, a name and a signature.")
    return name, decoded[:4], decoded[4:]


# Consistency (RFC 9162, 2.1.4.2).


def _hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_consistent(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether a tree of ``new_size`` leaves begins with the one of ``old_size``, for 0 < old size < new size."""
    path = [old_root, *proof] if old_size & old_size - 1 == 0 else proof
    if not proof:
        return False
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for each in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = _hash(each, old), _hash(each, new)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = _hash(new, each)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == old_root and new == new_root


# The witness.


@dataclass(frozen=True)
class Known:
    """The newest checkpoint that was signed of a log; of one that is new here, the empty tree."""

    size: int = 0
    root: bytes = EMPTY_ROOT


def continues(known: Known, new: Checkpoint, proof: list[bytes]) -> bool:
    """Whether a checkpoint contains what is known, as the proof says."""
    if known.size in (0, new.size):
        return not proof and (not known.size or known.root == new.root)
    return known.size < new.size and is_consistent(known.size, new.size, known.root, new.root, proof)


def check_signatures(checkpoint: Checkpoint, logs: list[LogKey]) -> None:
    """Raises RefusedError unless a key of the log has signed it, and none of its signatures is wrong."""
    keys = {(log.name, log.key_id): log.key for log in logs}
    known = [each for each in checkpoint.signatures if each[:2] in keys]
    message = checkpoint.text.encode()
    if not known or not all(ed25519_verifies(keys[name, key], message, value) for name, key, value in known):
        raise RefusedError(403, "No key of this log that is known here has signed this.")


class Witness:
    """``state``: a folder with the newest signed checkpoint of each log, and ``witness``, which holds the name."""

    def __init__(self, state: Path, key: Path, logs: list[LogKey], name: str = "") -> None:
        """Raises ValueError or OSError with a sentence for who starts it."""
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._state = state
        self._claim = os.open(state / "lock", os.O_WRONLY | os.O_CREAT, 0o600)  # until the process ends
        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.name, self._seed = self._identity(key, name)
        except BlockingIOError:
            self.close()
            raise ValueError(f"Another witness is running with the state in {state}.") from None
        except BaseException:
            self.close()
            raise
        self._public = ed25519_public(self._seed)
        self._key_id = key_id(self.name, COSIGNATURE, self._public)
        self._logs: dict[str, list[LogKey]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)
        self._known = {origin: self._read(origin) for origin in self._logs}
        self._one_at_a_time = threading.Lock()

    def close(self) -> None:
        """Another one may take over the state."""
        os.close(self._claim)

    def _identity(self, key: Path, name: str) -> tuple[str, bytes]:
        """Name and private key: those of the state, or at the first start new ones."""
        begun = self._state / "witness"
        if key.exists() != begun.exists():
            raise ValueError(
                f"{key} and {self._state} do not belong together. A witness that has forgotten what it signed must not "
                f"sign again: find what is missing, or remove both and begin with a new key."
            )
        if not begun.exists():
            self._begin(key, begun, name or socket.getfqdn())
        if key.stat().st_mode & 0o077:
            raise ValueError(f"Others may read {key}. Take that away: chmod 600 {key}")
        own, public = begun.read_text("utf-8").splitlines()
        seed = from_base64(key.read_text().strip())
        if public != base64.b64encode(ed25519_public(seed)).decode() or (name and name != own):
            raise ValueError(f"{self._state} is of another key, or of a witness with another name ({own}).")
        return own, seed

    @staticmethod
    def _begin(key: Path, begun: Path, name: str) -> None:
        check_name(name)
        seed = os.urandom(32)
        public = base64.b64encode(ed25519_public(seed)).decode()
        write(key, base64.b64encode(seed).decode() + "\n")
        write(begun, f"{name}\n{public}\n")

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self._key_id.hex()}+{base64.b64encode(bytes([COSIGNATURE]) + self._public).decode()}"

    def _path(self, origin: str) -> Path:
        return self._state / f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint"

    def _read(self, origin: str) -> Known:
        if not self._path(origin).exists():
            return Known()
        found = parse_checkpoint(self._path(origin).read_text("utf-8"))
        return Known(found.size, found.root)

    def add_checkpoint(self, body: bytes) -> str:
        """The lines of the cosignature. Raises RefusedError."""
        old_size, proof, note = parse_request(body)
        try:
            checkpoint = parse_checkpoint(note)
        except ValueError as error:
            raise RefusedError(400, f"This is not a checkpoint: {error}") from None
        if checkpoint.origin not in self._logs:
            raise RefusedError(404, "This log is not known here.")
        check_signatures(checkpoint, self._logs[checkpoint.origin])
        if old_size > checkpoint.size:
            raise RefusedError(400, "The old size is beyond the new one.")
        with self._one_at_a_time:  # from the comparison until it is on disk
            known = self._known[checkpoint.origin]
            if old_size != known.size:
                raise RefusedError(409, str(known.size), "text/x.tlog.size")
            self._check_growth(known, checkpoint, proof, note)
            write(self._path(checkpoint.origin), note)
            self._known[checkpoint.origin] = Known(checkpoint.size, checkpoint.root)
            return self._cosignature(checkpoint.text)

    def _check_growth(self, known: Known, new: Checkpoint, proof: list[bytes], note: str) -> None:
        if known.size == new.size and known.root != new.root and not proof:
            self._keep_refused(note)
            raise RefusedError(409, str(known.size), "text/x.tlog.size")  # of that size another root was signed
        if not continues(known, new, proof):
            self._keep_refused(note)
            raise RefusedError(422, "The proof of consistency does not lead to this checkpoint.")

    def _keep_refused(self, note: str) -> None:
        write(self._state / f"refused-{hashlib.sha256(note.encode()).hexdigest()}", note)

    def _cosignature(self, text: str) -> str:
        now = int(time.time())
        signed = ed25519_sign(self._seed, f"cosignature/v1\ntime {now}\n{text}".encode())
        return f"— {self.name} {base64.b64encode(self._key_id + now.to_bytes(8, 'big') + signed).decode()}\n"


def parse_request(body: bytes) -> tuple[int, list[bytes], str]:
    """Old size, proof, and the note of the checkpoint. Raises RefusedError."""
    try:
        head, separator, note = body.decode().partition("\n\n")
        old, *proof = head.split("\n")
        if not separator or not old.startswith("old ") or len(proof) > MAX_PROOF:
            raise ValueError("A request is a line with the old size, a proof, an empty line and a checkpoint.")
        return parse_number(old[4:]), [parse_hash(line) for line in proof], note
    except ValueError as error:
        raise RefusedError(400, f"This request is malformed: {error}") from None


def write(path: Path, text: str) -> None:
    """Replace a file so that, whenever the power is cut, it is the old or the new one; returns when it is on disk."""
    part = path.with_name(path.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds, for a client that sends nothing
    witness: Witness

    def do_POST(self) -> None:
        try:
            if self.path != "/add-checkpoint":
                self.close_connection = True
                raise RefusedError(404, "There is only /add-checkpoint here.")
            self._answer(200, self.witness.add_checkpoint(self._body()), "text/plain; charset=utf-8")
        except RefusedError as refused:
            self._answer(refused.status, refused.body, refused.kind)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not DECIMAL.fullmatch(length) or int(length) > MAX_BODY:
            self.close_connection = True
            raise RefusedError(400, f"A request has a Content-Length of at most {MAX_BODY} bytes.")
        return self.rfile.read(int(length))

    def _answer(self, status: int, body: str, kind: str) -> None:
        encoded = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(encoded)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(encoded)


def compare(arguments: list[str]) -> None:
    """Whether a log still begins with what a checkpoint signed that somebody has kept."""
    parser = argparse.ArgumentParser(prog="witness.py compare", description=compare.__doc__)
    parser.add_argument("old", type=Path, help="the checkpoint that was kept")
    parser.add_argument("proof", type=Path, help="what the site says of it: old size, proof and a newer checkpoint")
    parser.add_argument("--log", nargs="+", required=True, metavar="VKEY", help="the public keys of the log")
    options = parser.parse_args(arguments)
    try:
        old = parse_checkpoint(options.old.read_bytes().replace(b"\r\n", b"\n").decode().strip("\n") + "\n")
        old_size, proof, note = parse_request(options.proof.read_bytes())
        new = parse_checkpoint(note)
        keys = [key for key in map(parse_log_key, options.log) if key.name == old.origin]
        for checkpoint in (old, new):
            check_signatures(checkpoint, keys)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    except RefusedError as refused:
        sys.exit(refused.body.strip())
    if old.origin != new.origin or old_size != old.size:
        sys.exit(f"The proof is not about this checkpoint: {old.origin}, {old.size} events.")
    if not continues(Known(old.size, old.root), new, proof):
        sys.exit(f"NO: the log does not begin with the {old.size} events of this checkpoint. Keep all three files.")
    sys.stdout.write(f"Yes: the log of {new.size} events begins with the {old.size} events of this checkpoint.\n")


def main() -> None:
    if sys.argv[1:2] == ["compare"]:
        compare(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description="A witness for logs: signs checkpoints that contain those before.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine alone)")
    parser.add_argument("--port", type=int, required=True, help="0: any that is free")
    parser.add_argument("--state", type=Path, required=True, help="the folder of what it has signed")
    parser.add_argument("--key", type=Path, required=True, help="the file of its private key; made at the first start")
    parser.add_argument("--name", default="", help="its name, at the first start (default: the name of this machine)")
    parser.add_argument("--log", nargs="+", required=True, metavar="VKEY", help="the public keys of the logs")
    options = parser.parse_args()
    try:
        Handler.witness = Witness(options.state, options.key, list(map(parse_log_key, options.log)), options.name)
        server = ThreadingHTTPServer((options.host, options.port), Handler)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    server.daemon_threads = True
    sys.stdout.write(f"{Handler.witness.vkey}\nListening on http://{options.host}:{server.server_port}/\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()

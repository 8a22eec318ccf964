"""Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.

    — <key name> base64(key id ‖ signature)

Name and key id, four bytes, say which key signed; lines of unknown keys are ignored, whatever algorithm they are of. A
public key is handed out as a *vkey*: ``<key name>+<key id in hexadecimal>+base64(signature type ‖ public key)``.

Two signature types are known here, both Ed25519 (RFC 8032): of a log, over the text; and of a witness
(C2SP tlog-cosignature, "cosignature/v1"), over the time and the text.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
COSIGNATURE_V1 = 0x04
KEY_SIZE, SIGNATURE_SIZE, TIME_SIZE, ID_SIZE = 32, 64, 8, 4  # bytes
MAX_SIGNATURES = 100  # the specification wants 16 at least
MAX_SIZE = 1_000_000  # bytes of a note
_START = "— "
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """A note, or a key, is malformed, or no trusted key has signed it. The message is for a person."""


@dataclass(frozen=True)
class Signature:
    """A signature line, verified or not. ``value``: what the algorithm wrote, without the key id."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """With its end."""
        return f"{_START}{self.name} {b64encode(self.key_id + self.value).decode()}\n"

    @property
    def signed_at(self) -> int:
        """Of a cosignature: POSIX seconds."""
        return int.from_bytes(self.value[:TIME_SIZE], "big")


@dataclass(frozen=True)
class PublicKey:
    """A key that verifies. ``kind``: a signature type."""

    name: str
    key: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.kind not in (ED25519, COSIGNATURE_V1) or len(self.key) != KEY_SIZE:
            raise NoteError(f"The key of {self.name} is not an Ed25519 key of a log or a witness.")

    @classmethod
    def parse(cls, vkey: str) -> PublicKey:
        """From a vkey. Raises NoteError, also where its key id is not the one of the key."""
        name, plus, rest = vkey.partition("+")
        key_id, plus, encoded = rest.partition("+")
        key = strict_base64(encoded)
        if not plus or not key:
            raise NoteError("A vkey is a name, a key id and a key, joined by plus signs.")
        found = cls(name, key[1:], key[0])
        if key_id != found.key_id.hex():
            raise NoteError(f"The key id of {name} is not the one of its key.")
        return found

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.kind, self.key)

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes([self.kind]) + self.key).decode()}"

    def verifies(self, text: str, signature: Signature) -> bool:
        value, message = signature.value, text
        if self.kind == COSIGNATURE_V1:
            message = cosigned(text, signature.signed_at)
            value = value[TIME_SIZE:]
            if signature.signed_at >> 63:
                return False
        if len(value) != SIGNATURE_SIZE:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(value, message.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """Signs texts as a log of this name."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        return Signature(self.name, self.public.key_id, self.private.sign(text.encode()))


@dataclass(frozen=True)
class Note:
    """``text`` ends with a line feed, and is to be ignored until ``verified_by`` has found a signature of it."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: bytes) -> Note:
        """Raises NoteError."""
        if len(note) > MAX_SIZE:
            raise NoteError(f"A note has at most {MAX_SIZE:,} bytes.")
        try:
            whole = note.decode()
        except UnicodeDecodeError:
            raise NoteError("A note is UTF-8.") from None
        if _CONTROLS.search(whole):
            raise NoteError("A note has no control characters but line feeds.")
        before, empty_line, after = whole.rpartition("\n\n")
        if not empty_line or not after.endswith("\n"):
            raise NoteError("A note is a text, an empty line, and lines of signatures, each with its end.")
        lines = after[:-1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise NoteError(f"A note has at most {MAX_SIGNATURES} signatures.")
        return cls(before + "\n", tuple(map(parse_signature, lines)))

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()

    def verified_by(self, keys: Iterable[PublicKey]) -> list[Signature]:
        """The signatures of known keys, in the order of their lines. Raises NoteError where there is none, or where one
        does not verify: such a note has been tampered with."""
        known = {(key.name, key.key_id): key for key in keys}
        found = [each for each in self.signatures if (each.name, each.key_id) in known]
        if not found:
            raise NoteError("No known key has signed this note.")
        for each in found:
            if not known[each.name, each.key_id].verifies(self.text, each):
                raise NoteError(f"The signature of {each.name} is not one of this text.")
        return found


def sign(text: str, signers: Sequence[Signer]) -> Note:
    """Raises NoteError for a text that no note can have."""
    if not text.endswith("\n") or _CONTROLS.search(text):
        raise NoteError("The text of a note ends with a line feed and has no other control characters.")
    return Note(text, tuple(signer.sign(text) for signer in signers))


def parse_signature(line: str) -> Signature:
    """A signature line, without its end. Raises NoteError."""
    name, space, encoded = line.removeprefix(_START).partition(" ")
    if not line.startswith(_START) or not space:
        raise NoteError("A line of a signature is a dash, a name and a signature.")
    check_name(name)
    decoded = strict_base64(encoded)
    if len(decoded) <= ID_SIZE:
        raise NoteError(f"The signature of {name} is too short.")
    return Signature(name, decoded[:ID_SIZE], decoded[ID_SIZE:])


def key_id(name: str, kind: int, key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:ID_SIZE]


def cosigned(text: str, time: int) -> str:
    """What a witness signs at ``time`` (POSIX seconds): cosignature/v1."""
    return f"cosignature/v1\ntime {time}\n{text}"


def check_name(name: str) -> None:
    if not name or "+" in name or any(char.isspace() for char in name) or _CONTROLS.search(name):
        raise NoteError("The name of a key has neither spaces nor plus signs, and is not empty.")


def strict_base64(text: str) -> bytes:
    """RFC 4648, section 4, of which each value has one form: with its padding, nothing else between. NoteError."""
    try:
        decoded = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise NoteError("This is not base64.") from None
    if b64encode(decoded).decode() != text:
        raise NoteError("This is not base64 in its one form.")
    return decoded

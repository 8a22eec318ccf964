"""Checkpoints (C2SP tlog-checkpoint): the head of a log as a signed note of three lines or more.

<origin>
<size: the number of leaves>
<root: base64>
[extension lines, which we do not write]
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import notes
from .merkle import EMPTY_ROOT, HASH_SIZE
from .notes import Note, NoteError, PublicKey, Signature, Signer

MAX_LEAVES = 2**63 - 1
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class CheckpointError(NoteError):
    """What should be a checkpoint is not. The message is for a person."""


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.origin or not 0 <= self.size <= MAX_LEAVES or len(self.root) != HASH_SIZE:
            raise CheckpointError("A checkpoint has an origin, a size, and a root of 32 bytes.")
        if "" in self.extensions or any("\n" in line for line in (self.origin, *self.extensions)):
            raise CheckpointError("A line of a checkpoint is one line, and is not empty.")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise CheckpointError("A tree without leaves has another root.")

    @property
    def text(self) -> str:
        return "\n".join((self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions, ""))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """From the text of a note. Raises NoteError."""
        origin, size, root, *rest = [*text.split("\n"), "", "", ""][: max(3, text.count("\n") + 1)]
        if not rest or rest[-1]:
            raise CheckpointError("A checkpoint has three lines at least, each with its end.")
        return cls(origin, parse_size(size), notes.strict_base64(root), tuple(rest[:-1]))

    def sign(self, signers: Sequence[Signer]) -> Note:
        return notes.sign(self.text, signers)


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint that has been verified. ``signatures``: those of known keys."""

    checkpoint: Checkpoint
    note: Note
    signatures: tuple[Signature, ...]


def open_checkpoint(note: bytes, keys: Iterable[PublicKey], origin: str) -> SignedCheckpoint:
    """The checkpoint of this log in a note that one of the keys has signed. Raises NoteError."""
    parsed = Note.parse(note)
    signatures = tuple(parsed.verified_by(keys))
    checkpoint = Checkpoint.parse(parsed.text)
    if checkpoint.origin != origin:
        raise CheckpointError(f"This is a checkpoint of {checkpoint.origin}, not of {origin}.")
    return SignedCheckpoint(checkpoint, parsed, signatures)


def parse_size(text: str) -> int:
    """A number of leaves, or the index of one: decimal, without leading zeros, below 2⁶³. Raises CheckpointError."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_LEAVES:
        raise CheckpointError("A size is a decimal number without leading zeros, below 2⁶³.")
    return int(text)

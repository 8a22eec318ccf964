"""The proof of one event (C2SP tlog-proof), a file ``….tlog-proof`` that is verified offline:

    c2sp.org/tlog-proof@v1
    [extra <base64>]
    index <where the leaf is in the log>
    <base64: a hash of the inclusion proof, from the leaf's sibling up>
    …
    (an empty line)
    <the checkpoint, as it was signed>

``extra`` is not authenticated. Ours, where there is any, holds what the leaf is made of: its JSON and, until they are
erased, the personal fields and their salt.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from .checkpoints import SignedCheckpoint, open_checkpoint, parse_size
from .merkle import HASH_SIZE, Node, ProofError, inclusion_proof, verify_inclusion
from .notes import NoteError, PublicKey, strict_base64

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63  # of a tree with fewer than 2⁶³ leaves


@dataclass(frozen=True)
class EventProof:
    """``checkpoint``: a signed note, with its cosignatures if it has any."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @classmethod
    def of(cls, index: int, size: int, node: Node, checkpoint: bytes, extra: bytes | None = None) -> EventProof:
        """From a stored tree. ``size``: the checkpoint's."""
        return cls(index, tuple(inclusion_proof(index, size, node)), checkpoint, extra)

    def __bytes__(self) -> bytes:
        extra = [] if self.extra is None else [f"extra {_text(self.extra)}"]
        lines = [HEADER, *extra, f"index {self.index}", *map(_text, self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def parse(cls, proof: bytes) -> EventProof:
        """Raises ProofError."""
        head, empty_line, checkpoint = proof.partition(b"\n\n")
        try:
            header, *lines = head.decode("ascii").split("\n")
            if header != HEADER or not empty_line:
                raise ProofError(f"A proof begins with {HEADER} and holds a checkpoint.")
            extra = strict_base64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
            if not lines or not lines[0].startswith("index "):
                raise ProofError("A proof says where in the log its leaf is.")
            index = parse_size(lines.pop(0)[6:])
            hashes = tuple(map(strict_base64, lines))
        except (UnicodeDecodeError, NoteError) as error:
            raise ProofError(f"This is no proof of an event: {error}") from None
        if len(hashes) > MAX_HASHES or any(len(each) != HASH_SIZE for each in hashes):
            raise ProofError(f"A proof has at most {MAX_HASHES} hashes, each of {HASH_SIZE} bytes.")
        return cls(index, hashes, checkpoint, extra)

    def verify(self, leaf: bytes, keys: Iterable[PublicKey], origin: str) -> SignedCheckpoint:
        """The checkpoint that proves this leaf hash to be in the log. Raises ProofError or NoteError."""
        opened = open_checkpoint(self.checkpoint, keys, origin)
        verify_inclusion(self.index, opened.checkpoint.size, leaf, self.hashes, opened.checkpoint.root)
        return opened


def _text(value: bytes) -> str:
    return b64encode(value).decode()

"""The client of witnesses (C2SP tlog-witness): it has a checkpoint cosigned.

A request is the old size, a proof of consistency from there, and the checkpoint. A witness signs only what contains
what it signed before; one that knows another size answers 409 with it, and is asked again from there.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from ..checkpoints import CheckpointError, parse_size
from ..merkle import Node, consistency_proof
from ..notes import COSIGNATURE_V1, Note, NoteError, PublicKey, Signature, parse_signature

MAX_ROUNDS = 3  # its size is asked for in the first; in the second somebody else may have been faster
SIZE_TYPE = "text/x.tlog.size"


class WitnessError(Exception):
    """There is no cosignature. The message is for a person."""


class ContradictionError(WitnessError):
    """The witness has signed what this log does not contain: one of the two was rewritten or set back."""


class Answer(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def content_type(self) -> str: ...
    @property
    def body(self) -> bytes: ...


class Head(NamedTuple):
    """The newest checkpoint of a log, with what its tree is made of. ``vkey``: the log's public key."""

    size: int
    note: bytes
    vkey: str
    node: Node


def parse_witness_key(vkey: str) -> PublicKey:
    """Raises NoteError."""
    key = PublicKey.parse(vkey)
    if key.kind != COSIGNATURE_V1:
        raise NoteError("This is not the public key of a witness.")
    return key


def cosign(ask: Callable[[bytes], Answer], witness: PublicKey, head: Head, known: int) -> list[Signature]:
    """Cosignatures of the checkpoint by this witness, which have been verified.

    ``ask`` sends a request to the witness; ``known``: the size that it probably signed last. Raises WitnessError, and
    whatever ``ask`` raises.
    """
    for _ in range(MAX_ROUNDS):
        answer = ask(request(known, head))
        if answer.status != 409:
            return _cosignatures(answer, witness, head)
        another_root = ContradictionError(f"It has signed another checkpoint of {known:,} events.")
        if answer.content_type != SIZE_TYPE:
            raise another_root
        signed = _size(answer.body)
        if signed == known == head.size:  # some give the size with this answer as well
            raise another_root
        if signed > head.size:
            raise ContradictionError(f"It has signed a checkpoint of {signed:,} events; this log has {head.size:,}.")
        known = signed
    raise WitnessError("Its answers contradict each other.")


def request(old_size: int, head: Head) -> bytes:
    """The body of ``add-checkpoint``."""
    old_size = min(old_size, head.size)
    proof = [b64encode(each).decode() for each in consistency_proof(old_size, head.size, head.node)]
    return "\n".join([f"old {old_size}", *proof, "", ""]).encode() + head.note


def _size(body: bytes) -> int:
    try:
        return parse_size(body.decode("ascii").removesuffix("\n"))
    except (UnicodeDecodeError, CheckpointError):
        raise WitnessError("It does not say which size it has signed.") from None


def _cosignatures(answer: Answer, witness: PublicKey, head: Head) -> list[Signature]:
    if answer.status == 404:
        raise WitnessError(f"It doesn’t know this log. Give it the log’s public key: {head.vkey}")
    if answer.status == 403:
        raise WitnessError(f"It trusts another key of this log. Give it the one in use: {head.vkey}")
    if answer.status == 422:
        raise ContradictionError("What it has signed before is not in this log.")
    if answer.status == 400:
        raise WitnessError("It calls the request malformed (400).")
    if 300 <= answer.status < 400:
        raise WitnessError(f"It answers with a redirect ({answer.status}), which is not followed.")
    if answer.status != 200:
        raise WitnessError(f"It answers with status {answer.status}.")
    return _verified(_lines(answer.body), witness, Note.parse(head.note).text)


def _lines(body: bytes) -> list[Signature]:
    try:
        text = body.decode()
        if not text.endswith("\n"):
            raise WitnessError("Its answer is cut short.")
        return [parse_signature(line) for line in text[:-1].split("\n")]
    except (UnicodeDecodeError, NoteError):
        raise WitnessError("Its answer is not a list of signatures.") from None


def _verified(signatures: Sequence[Signature], witness: PublicKey, text: str) -> list[Signature]:
    """Those of the witness; of other keys, lines are ignored."""
    own = [each for each in signatures if (each.name, each.key_id) == (witness.name, witness.key_id)]
    if not own:
        raise WitnessError("Its answer is signed with another key than the one that is entered here.")
    if not all(witness.verifies(text, each) for each in own):
        raise WitnessError("Its signature is not one of this checkpoint.")
    return own

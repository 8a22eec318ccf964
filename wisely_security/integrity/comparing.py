"""Whether a record still begins with what a checkpoint signed that somebody has kept, and the proof of it."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from wisely_security.ledger.models import Event
from wisely_security.ledger.sealing.checkpoints import Checkpoint, open_checkpoint
from wisely_security.ledger.sealing.keys import SigningKeyError, signing_keys
from wisely_security.ledger.sealing.logs.lookup import StoredNodes
from wisely_security.ledger.sealing.merkle import tree_root
from wisely_security.ledger.sealing.notes import Note, NoteError
from wisely_security.ledger.sealing.witnesses.client import Head, request
from wisely_security.ledger.sealing.witnesses.heads import PublishedHead, published_heads

NOT_WHOLE = (
    "This is not a whole checkpoint. Paste all of it: from the name of the log to the last line, "
    "which begins with a dash."
)


class UnusableError(Exception):
    """What was pasted is no checkpoint of this tenant. The message is for a person."""


class Comparison(NamedTuple):
    """``agrees``: the log begins with these events. ``problem``: otherwise, why not, as a sentence."""

    head: PublishedHead
    size: int
    problem: str

    @property
    def agrees(self) -> bool:
        return not self.problem

    @property
    def events(self) -> str:
        return f"{self.size:,}"


def compare(pasted: str, tenant_id: UUID) -> Comparison:
    """With the newest checkpoint of the same log. Raises UnusableError."""
    note = (pasted.replace("\r\n", "\n").strip() + "\n").encode()
    try:
        origin = Checkpoint.parse(Note.parse(note).text).origin
    except NoteError as error:
        raise UnusableError(NOT_WHOLE) from error
    head = next((each for each in published_heads(tenant_id) if each.origin == origin), None)
    if head is None:
        raise UnusableError(f"This is a checkpoint of another log: {origin}.")
    try:
        kept = open_checkpoint(note, signing_keys().verifiers(origin), origin).checkpoint
    except NoteError as error:
        raise UnusableError("This site has not signed this checkpoint, or it was altered.") from error
    except SigningKeyError as error:
        raise UnusableError("This site has no signing key, so it cannot check signatures.") from error
    return Comparison(head, kept.size, _problem(head, kept))


def proof_since(model: type[Event], tenant_id: UUID, size: int) -> bytes | None:
    """That the newest checkpoint continues the one of this size: what a witness is sent (C2SP tlog-witness). None where
    there is no such checkpoint."""
    head = next((each for each in published_heads(tenant_id) if each.model is model), None)
    if head is None or not 0 <= size <= head.size:
        return None
    return request(size, Head(head.size, head.note.encode(), "", StoredNodes(model, tenant_id, head.size)))


def _problem(head: PublishedHead, kept: Checkpoint) -> str:
    if kept.size > head.size:
        return (
            f"The checkpoint is of {kept.size:,} events, and the newest one here of {head.size:,}: events are missing, "
            "or the database was set back."
        )
    if tree_root(kept.size, StoredNodes(head.model, head.tenant_id, head.size)) != kept.root:
        return f"The first {kept.size:,} events here are not the ones that were signed: the record was rewritten."
    return ""

"""What was erased from sealed events is signed by the key of their log: whoever owns the database and lacks the key can
erase, but not make it look like an erasure of a person (docs/erasure.md).

A note is a C2SP signed-note, whose first line differs from those of checkpoints and removals:

    erasure from <origin>
    <canonical JSON with erasure, the id of the event that records it; events, how many; sha256, of their rows>

The hash is over id and ``kept`` of each row of ``ledger_erased``, in the order of ids: 16 and 32 bytes each.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from .. import notes
from ..keys import SigningKeys, signing_keys
from ..leaves import canonical
from ..notes import Note, NoteError


def sign(table: str, tenant_id: UUID, erasure: UUID, events: int, sha256: str) -> None:
    """In the transaction of the erasure. Raises SigningKeyError."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT origin FROM ledger_log WHERE tenant_id = %s AND events = %s::regclass", [tenant_id, table]
        )
        [(origin,)] = cursor.fetchall()
        signed = bytes(notes.sign(_text(origin, erasure, events, sha256), [signing_keys().signer(origin)])).decode()
        cursor.execute(
            "INSERT INTO ledger_signed_erasure VALUES (%s, %s::regclass, %s, %s)", [tenant_id, table, erasure, signed]
        )


def is_signed(keys: SigningKeys, origin: str, note: str, erasure: UUID, events: int, sha256: str) -> bool:
    try:
        parsed = Note.parse(note.encode())
        parsed.verified_by(keys.verifiers(origin))
    except NoteError:
        return False
    return parsed.text == _text(origin, erasure, events, sha256)


def _text(origin: str, erasure: UUID, events: int, sha256: str) -> str:
    fields = {"erasure": str(erasure), "events": events, "sha256": sha256}
    return f"erasure from {origin}\n{canonical(fields).decode()}\n"

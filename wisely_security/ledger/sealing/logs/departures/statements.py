"""What the key of a log signs beside checkpoints: that something left the log's record, or was erased from it.

Whoever owns the database and lacks the key can delete and erase, but not forge the statement that would explain it. A
statement is a C2SP signed-note, whose first line differs from that of every checkpoint, so that neither is ever taken
for the other:

    <what> from <origin>
    <canonical JSON>
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import notes
from ...keys import SigningKeys, VerifyingKeys
from ...leaves import canonical
from ...notes import Note, NoteError
from ..signing import origins_until


def sign(keys: SigningKeys, origin: str, what: str, fields: Mapping[str, Any]) -> str:
    return bytes(notes.sign(_text(origin, what, fields), [keys.signer(origin)])).decode()


def is_signed(keys: VerifyingKeys, origin: str, what: str, fields: Mapping[str, Any], note: str) -> bool:
    """Whether a note is this statement, signed by the key of the log, under its origin or one of before."""
    try:
        parsed = Note.parse(note.encode())
        its = next((each for each in origins_until(origin) if parsed.text == _text(each, what, fields)), None)
        return its is not None and bool(parsed.verified_by(keys.verifiers(its)))
    except NoteError:
        return False


def _text(origin: str, what: str, fields: Mapping[str, Any]) -> str:
    return f"{what} from {origin}\n{canonical(dict(fields)).decode()}\n"

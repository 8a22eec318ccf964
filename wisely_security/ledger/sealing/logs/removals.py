"""What leaves a record by the rules, or comes back, is noted beside its logs: verify takes nothing else for it.

As the owner, in the transaction in which it happens, and signed by the key of the log: whoever owns the database and
lacks the key can delete events, but not forge the note that would explain it. A signed note is a C2SP signed-note. Its
first line differs from that of every checkpoint, so neither is ever taken for the other:

    removal from <origin>
    <the row of ledger_removal as canonical JSON, but for the table and the time>
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import connection

from ...months.partitions import Partition
from .. import notes
from ..keys import VerifyingKeys, signing_keys
from ..leaves import canonical
from ..notes import Note, NoteError

ARCHIVED, ERASED, RESTORED = "archived", "erased", "restored"


def note(partition: Partition, kind: str, reason: str, tenant_id: UUID | None = None) -> None:
    """Of one tenant, or of all. ``reason``: the name of the archive, or the rule. Raises SigningKeyError."""
    _ask("SELECT ledger_note_removal(%s, %s, %s, %s, %s)", partition.table, partition.month, kind, reason, tenant_id)
    if kind == ERASED:
        _ask("SELECT ledger_erase_salts(%s, %s, %s)", partition.table, partition.month, tenant_id)
    _sign_new(partition.table)


def _sign_new(table: str) -> None:
    """What this transaction itself has noted, and nothing that is there already."""
    if new := _ask(_NEW, table):
        keys = signing_keys()
        for tenant_id, removal, origin, row in new:
            signed = bytes(notes.sign(_text(origin, row), [keys.signer(origin)])).decode()
            _ask("INSERT INTO ledger_signed_removal VALUES (%s, %s, %s)", tenant_id, removal, signed)


def is_signed(keys: VerifyingKeys, origin: str, row: str, note: str) -> bool:
    """Whether a note is of this row, as JSON, and signed by the key of the log."""
    try:
        parsed = Note.parse(note.encode())
        parsed.verified_by(keys.verifiers(origin))
    except NoteError:
        return False
    return parsed.text == _text(origin, row)


def _text(origin: str, row: str) -> str:
    fields = {name: value for name, value in json.loads(row).items() if name not in ("events", "noted_at")}
    return f"removal from {origin}\n{canonical(fields).decode()}\n"


def unsealed(partition: Partition) -> int:
    """How many events of a month have to be sealed before they may leave; none where nothing is sealed."""
    [(number,)] = _ask(
        f"SELECT count(*) FROM {partition.name} WHERE EXISTS (SELECT FROM ledger_log WHERE events = %s::regclass) "  # noqa: S608
        "AND tx >= (SELECT coalesce(max(next_tx), 0) FROM ledger_projector WHERE (name, events) = ('ledger_seal', %s))",
        *(partition.table, partition.table),
    )
    return int(number)


def _ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []


_NEW = """
    SELECT tenant_id, id, origin, to_jsonb(noted) FROM ledger_removal AS noted JOIN ledger_log USING (tenant_id, events)
    WHERE events = %s::regclass AND noted.xmin = pg_current_xact_id()::xid
          AND NOT EXISTS (SELECT FROM ledger_signed_removal AS it WHERE (it.tenant_id, removal) = (noted.tenant_id, id))
"""

"""What leaves a record by the rules, or comes back, is noted beside its logs: verify takes nothing else for it.

As the owner, in the transaction in which it happens, and signed by the key of the log (``statements.py``): the row of
``ledger_removal``, but for the table and the time.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from wisely_security.ledger.months.partitions import Partition

from ...keys import VerifyingKeys, signing_keys
from . import statements

WHAT = "removal"
ARCHIVED, ERASED, RESTORED = "archived", "erased", "restored"


def note(partition: Partition, kind: str, reason: str) -> None:
    """Of an archive of the earlier format, named by ``reason``: leaves stay as they are, for it has no salts. Raises
    SigningKeyError."""
    _ask("SELECT ledger_note_removal(%s, %s, %s, %s)", partition.table, partition.month, kind, reason)
    sign_new(partition.table)


def sign_new(table: str) -> None:
    """What this transaction itself has noted, and nothing that is there already."""
    if new := _ask(_NEW, table):
        keys = signing_keys()
        for tenant_id, removal, origin, row in new:
            signed = statements.sign(keys, origin, WHAT, _fields(row))
            _ask("INSERT INTO ledger_signed_removal VALUES (%s, %s, %s)", tenant_id, removal, signed)


def is_signed(keys: VerifyingKeys, origin: str, row: str, note: str) -> bool:
    """``row``: as JSON."""
    return statements.is_signed(keys, origin, WHAT, _fields(row), note)


def _fields(row: str) -> dict[str, Any]:
    """Without ``leaves`` where there are none, as for rows that were signed before there was this column."""
    fields = {name: value for name, value in json.loads(row).items() if name not in ("events", "noted_at")}
    if fields.get("leaves") is None:
        fields.pop("leaves", None)
    return fields


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

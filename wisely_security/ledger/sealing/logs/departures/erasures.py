"""What was erased from sealed events is signed by the key of their log: whoever owns the database and lacks the key can
erase, but not make it look like an erasure of a person (docs/operating/erasure.md, ``statements.py``).

Signed are erasure, the id of the event that records it; events, how many; and sha256, of their rows: over id and
``kept`` of each row of ``ledger_erased``, in the order of ids, 16 and 32 bytes each.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from ...keys import VerifyingKeys, signing_keys
from . import statements

WHAT = "erasure"


def sign(table: str, tenant_id: UUID, erasure: UUID, events: int, sha256: str) -> None:
    """In the transaction of the erasure. Raises SigningKeyError."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT origin FROM ledger_log WHERE tenant_id = %s AND events = %s::regclass", [tenant_id, table]
        )
        [(origin,)] = cursor.fetchall()
        signed = statements.sign(signing_keys(), origin, WHAT, _fields(erasure, events, sha256))
        cursor.execute(
            "INSERT INTO ledger_signed_erasure VALUES (%s, %s::regclass, %s, %s)", [tenant_id, table, erasure, signed]
        )


def is_signed(keys: VerifyingKeys, origin: str, note: str, erasure: UUID, events: int, sha256: str) -> bool:
    return statements.is_signed(keys, origin, WHAT, _fields(erasure, events, sha256), note)


def _fields(erasure: UUID, events: int, sha256: str) -> dict[str, Any]:
    return {"erasure": str(erasure), "events": events, "sha256": sha256}

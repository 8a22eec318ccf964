"""Whether each erasure of a person is an event of the Audit Trail, and signed (docs/operating/erasure.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from ...erasure.recorded import recorded_erasures
from ..keys import VerifyingKeys
from ..logs.departures.erasures import is_signed
from .stored import StoredLog, ask


class FoundErasure(NamedTuple):
    """What ``ledger_erased`` has of one. ``why``: it is forged; "": it is what was recorded."""

    id: UUID
    events: int
    reference: str
    why: str


def erasures_of(keys: VerifyingKeys, log: StoredLog) -> list[FoundErasure]:
    rows = ask(_ERASURES, log.tenant_id, log.table, log.tenant_id, log.table)
    recorded = recorded_erasures(log.tenant_id, [key for key, *_ in rows])
    found = []
    for key, number, digest, note in rows:
        its = recorded.get(key)
        why = ""
        if its is None:
            why = f"{number:,} events are noted as erased under {key}, but no such erasure was recorded."
        elif not is_signed(keys, log.origin, note or "", key, number, digest):
            why = f"{number:,} events are noted as erased under {key}, and the key of the log has not signed this."
        elif its.digests is not None and its.digests.get(log.table) != digest:
            why = f"what is erased under {key} is not what the event of this erasure says."
        found.append(FoundErasure(key, number, its.reference if its else "", why))
    return found


def recorded_events(erasures: Sequence[FoundErasure]) -> Counter[str]:
    """How many events, by reference."""
    counted: Counter[str] = Counter()
    for each in erasures:
        if not each.why:
            counted[each.reference] += each.events
    return counted


# As ``erasure.batches.digest`` makes it.
_ERASURES = """
    SELECT erasure, number, digest, note FROM (
        SELECT erasure, count(*) AS number,
               encode(sha256(string_agg(uuid_send(id) || kept, '' ORDER BY id)), 'hex') AS digest
        FROM ledger_erased WHERE tenant_id = %s AND events = %s::regclass GROUP BY erasure
    ) AS found
    LEFT JOIN (SELECT erasure, note FROM ledger_signed_erasure WHERE tenant_id = %s AND events = %s::regclass) AS signed
        USING (erasure) ORDER BY erasure
"""

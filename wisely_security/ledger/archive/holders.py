"""Which archive has which leaves: the last one that they left for. A tenant that moves to another cell takes its events
of each archive there in a file of its own, so its leaves have left for that one since (``moving/archives.py``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from ..models import Archive
from ..sealing.logs.leaf_ranges import LeafRanges
from ..sealing.verifying.stored import ask


def leaves_of(archive: Archive) -> dict[UUID, LeafRanges]:
    """By tenant, the leaves that have left for this archive."""
    found: dict[UUID, LeafRanges] = {}
    for tenant_id, name, text in ask(_OF_MONTH, archive.events, archive.month):
        leaves = LeafRanges.parse(text)
        before = found.get(tenant_id, LeafRanges())
        found[tenant_id] = before | leaves if name == archive.name else before - leaves
    return {tenant_id: leaves for tenant_id, leaves in found.items() if leaves}


def unlisted(table: str) -> Iterator[tuple[UUID, date, str]]:
    """Tenant, month and name of archives that have events, and are not in the list. None ever leaves it."""
    held: dict[tuple[UUID, date], dict[str, LeafRanges | None]] = {}
    listed = set(Archive.objects.filter(events=table).values_list("name", flat=True))
    for tenant_id, month, name, text in ask(_BESIDE_UNLISTED, table, table):
        its = held.setdefault((tenant_id, month), {})
        if text is None:  # of the earlier format: a whole month
            its[name] = None
            continue
        leaves = LeafRanges.parse(text)
        for other, before in its.items():
            its[other] = before - leaves if before else before
        its[name] = (its.get(name) or LeafRanges()) | leaves
    for (tenant_id, month), its in held.items():
        for name, left in its.items():
            if name not in listed and (left is None or left):
                yield tenant_id, month, name


_OF_MONTH = """
    SELECT tenant_id, reason, leaves::text FROM ledger_removal
    WHERE events = %s::regclass AND month = %s AND kind = 'archived' AND leaves IS NOT NULL ORDER BY id
"""
# All of a tenant and month that left for an archive which is not in the list.
_BESIDE_UNLISTED = """
    SELECT tenant_id, month, reason, leaves::text FROM ledger_removal
    WHERE events = %s::regclass AND kind = 'archived' AND (tenant_id, month) IN (
        SELECT tenant_id, month FROM ledger_removal
        WHERE events = %s::regclass AND kind = 'archived'
              AND NOT EXISTS (SELECT FROM ledger_archive WHERE name = reason)
    ) ORDER BY id
"""

"""How erasures are recorded. The ledger knows no event of its own: the app that has erasures says how, at start-up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple
from uuid import UUID


class Recorded(NamedTuple):
    """What the event of an erasure says. ``digests``: by event table, in hexadecimal; None: the event has left by the
    rules of retention, and is in its archive."""

    reference: str
    digests: Mapping[str, str] | None


class Touched(NamedTuple):
    """Of an event table: how many events an erasure changed, and the digest of those that were sealed ("": none)."""

    events: int
    digest: str


Record = Callable[[UUID, str, Mapping[str, Touched]], UUID]
LookUp = Callable[[UUID, Collection[UUID]], Mapping[UUID, Recorded]]

_record: Record | None = None
_look_up: LookUp | None = None


def erasures_are_recorded_by(record: Record, look_up: LookUp) -> None:
    """``record`` writes an event for a tenant, under a reference, and returns its id; ``look_up`` finds such events."""
    global _record, _look_up
    _record, _look_up = record, look_up


def record_erasure(tenant_id: UUID, reference: str, touched: Mapping[str, Touched]) -> UUID:
    """In the transaction of the erasure: neither is without the other."""
    if _record is None:
        raise RuntimeError("Nothing records erasures.")
    return _record(tenant_id, reference, touched)


def recorded_erasures(tenant_id: UUID, erasures: Collection[UUID]) -> Mapping[UUID, Recorded]:
    return _look_up(tenant_id, erasures) if _look_up and erasures else {}

"""What verify finds, in words that name tenant, record, month, event and the checkpoints around it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from ...models import NO_TENANT, time_of

MOST_KEPT = 1000


class Checkpoint(NamedTuple):
    """``source``: "database" or "file"."""

    size: int
    root: bytes
    source: str
    note: str
    signed_at: datetime | None = None
    next_tx: int = 0


class Finding(NamedTuple):
    """In the order of a log: ``leaf_index`` is where it is first seen. ``kind`` is one word for tests and pages."""

    leaf_index: int
    kind: str
    text: str


class Findings:
    """Of one log. Counts all, keeps the first ones."""

    def __init__(self, record: str, tenant_id: UUID, checkpoints: Sequence[Checkpoint]) -> None:
        self.record = record
        self.tenant_id = tenant_id
        self.number = 0
        self._kept: list[Finding] = []
        self._checkpoints = sorted({each.size: each for each in checkpoints}.values())
        self._sizes = [each.size for each in self._checkpoints]

    def about(self, index: int, kind: str, text: str) -> None:
        self._add(Finding(index, kind, f"{self.log}: {text}"))

    def about_event(self, index: int | None, kind: str, event_id: str, text: str) -> None:
        """``index``: of its leaf; None where it has none."""
        place = "" if index is None else f" (leaf {index:,})"
        month = f"{time_of(UUID(event_id)):%Y-%m}"
        around = "" if index is None else f" {self.around(index)}"
        self._add(
            Finding(
                self.end if index is None else index,
                kind,
                f"{self.log}, {month}: event {event_id}{place} {text}{around}",
            )
        )

    def around(self, index: int) -> str:
        """The checkpoints between which a leaf was appended, as a sentence."""
        place = bisect_right(self._sizes, index)
        before, after = self._checkpoints[:place][-1:], self._checkpoints[place : place + 1]
        described = [f"of {each.size:,} events{_signed(each)}" for each in (*before, *after)]
        if before and after:
            return f"It was sealed between the checkpoints {described[0]} and {described[1]}."
        return f"It was sealed {'after' if before else 'before'} the checkpoint {described[0]}." if described else ""

    @property
    def end(self) -> int:
        return self._sizes[-1] if self._sizes else 0

    @property
    def log(self) -> str:
        return f"{self.record} of {'no tenant' if self.tenant_id == NO_TENANT else f'tenant {self.tenant_id}'}"

    @property
    def in_order(self) -> list[Finding]:
        return sorted(self._kept)

    def _add(self, finding: Finding) -> None:
        self.number += 1
        self._kept.append(finding)
        if len(self._kept) > 2 * MOST_KEPT:
            self._kept = sorted(self._kept)[:MOST_KEPT]


def _signed(checkpoint: Checkpoint) -> str:
    return f" ({checkpoint.signed_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC)" if checkpoint.signed_at else ""

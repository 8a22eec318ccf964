"""Events that are not in their record any more: whether each of them left by the rules, and what archives hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from ...models import Event
from .findings import Findings
from .stored import Removals, StoredLog, departed


class ArchiveFault(NamedTuple):
    """``leaf_index``: None where it is of no leaf. ``event_id``: "" where it is of no event. ``kind``: one word."""

    leaf_index: int | None
    event_id: str
    kind: str
    text: str


# Of a record, for months from the first up to the second, or for all: what is wrong with its archives, by tenant.
ArchiveCheck = Callable[[type[Event], date | None, date | None], Mapping[UUID, Sequence[ArchiveFault]]]


def check_departed(
    log: StoredLog, removals: Removals, findings: Findings, since: date | None, until: date | None
) -> Counter[str]:
    """How many events of months from ``since`` up to ``until`` have left, by kind."""
    there, noted = departed(log), removals.departed
    for start, end in there - noted:
        text = f"the events of leaves {start:,} to {end - 1:,} are gone, and nothing is noted of it: they were removed."
        findings.about(start, "removed", f"{text} {findings.around(start)}")
    for start, end in noted - there:
        text = f"leaves {start:,} to {end - 1:,} should have left with their events, as was noted."
        findings.about(start, "not removed", f"{text} {findings.around(start)}")
    counts: Counter[str] = Counter()
    for month, its in removals.leaves.items():
        if (since is None or since <= month) and (until is None or month < until):
            counts.update({kind: leaves.number for kind, leaves in its.items() if leaves})
    return counts


def report(faults: Sequence[ArchiveFault], findings: Findings) -> None:
    for each in faults:
        if each.event_id:
            findings.about_event(each.leaf_index, each.kind, each.event_id, each.text)
        else:
            findings.about(findings.end if each.leaf_index is None else each.leaf_index, each.kind, each.text)

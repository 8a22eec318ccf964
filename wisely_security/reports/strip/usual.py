"""Today against the usual: the same weekday up to the same time of day, in each of the last four weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median_high
from typing import Any, NamedTuple

from django.utils import timezone

from wisely_security.ledger.derived.rollup import QUARTER, Asked, Count
from wisely_security.ledger.vocabulary import Status

from ..filtering.periods import Period

WEEKS = 4
TIMES_THE_USUAL = 3


@dataclass(frozen=True, slots=True)
class Usual:
    """What is compared. ``one``, ``many``: what to call it. ``chosen``: values of dimensions. ``much``: fewer are never
    called many."""

    one: str
    many: str
    status: Status
    much: int
    chosen: dict[str, Sequence[str]] = field(default_factory=dict)

    def of(self, count: Count) -> int:
        return count.failures if self.status == Status.FAILURE else count.successes


class Today(NamedTuple):
    sentence: str
    is_much: bool


def asked(usual: Usual, now: datetime) -> Asked:
    """Today and four weeks before it up to this quarter of an hour; in between, the time up to the next of them."""
    zone = timezone.get_current_timezone()
    today = now.astimezone(zone).date()
    starts = [_midnight(today - timedelta(weeks=weeks), zone) for weeks in range(WEEKS, -1, -1)]
    passed = -(-(now - starts[-1] + timedelta(microseconds=1)) // QUARTER) * QUARTER
    return Asked([bound for start in starts for bound in (start, start + passed)], usual.chosen)


def _midnight(day: object, zone: object) -> datetime:
    return Period(day, day, zone).start  # type: ignore[arg-type]


def of_today(usual: Usual, events: Any, now: datetime) -> Any:
    """Of a record's events those of today that are compared."""
    zone = timezone.get_current_timezone()
    day = Period(today := now.astimezone(zone).date(), today, zone)
    chosen = {f"{name}__in": list(values) for name, values in usual.chosen.items()}
    return events.during(day.start, day.end).filter(**{events.model.outcome: usual.status}, **chosen)


def today(usual: Usual, counts: Sequence[Count], attempts: int = 0) -> Today | None:
    """None where the record does not go back far enough: nothing in the first of the weeks. ``attempts``: how many more
    than events there are today."""
    if not sum(count.events for count in counts[:2]):
        return None
    now, before = usual.of(counts[-1]), median_high(usual.of(count) for count in counts[:-1:2])
    number = f"{now:,} {usual.one if now == 1 else usual.many}" if now else f"No {usual.many}"
    if attempts:
        number += f" today ({now + attempts:,} attempts)"
    else:
        number += " today"
    compared = "as usual" if now == before else f"usually {f'{before:,}' if before else 'none'} by this hour"
    separator = "," if now == before else ";"
    return Today(f"{number}{separator} {compared}.", now + attempts >= max(usual.much, TIMES_THE_USUAL * before))

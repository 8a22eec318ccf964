"""The stream of demo events, in the order of time, however many: only visits under way are kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import accumulate, count

from wisely_security.ledger.loading import Row, id_at

from ..patterns import Dice, Person, Station, busyness, milliseconds
from .journeys import SAME_REQUEST, VISITS, Step, Visit
from .rows import SharedText

SLOT = timedelta(minutes=15)
SLOT_MS = SLOT // timedelta(milliseconds=1)

# Milliseconds, a number that keeps the order of what happens in one millisecond, request, session, shared text.
Happening = tuple[int, int, str, str, str]


class Clerk:
    """Writes down what happens, as the lines will say it."""

    def __init__(self, dice: Dice, text: SharedText, until: datetime) -> None:
        self._dice = dice
        self._text = text
        self._until = milliseconds(until)
        self._numbers = count()

    def request(self) -> str:
        """A request's id: a UUIDv4, in hexadecimal."""
        bits = self._dice.getrandbits(128)
        return f"{bits & ~(0xF << 76 | 3 << 62) | 4 << 76 | 2 << 62:032x}"

    def session(self) -> str:
        """A session's name."""
        return f"{self._dice.getrandbits(64):016x}"

    def note(self, at: int, step: Step, person: Person, station: Station, request: str, session: str) -> Happening:
        text = self._text(step, person, station, at)
        return at, next(self._numbers), request, session if step.has_session else "", text

    def note_special(
        self,
        at: int,
        step: Step,
        person: Person | None,
        station: Station,
        *,
        by: Person | None = None,
        request: str = "",
    ) -> Happening:
        """What happens once, so its text is not kept: done by somebody else, or by nobody we know."""
        text = self._text.make(step, person, station, at, by=by)
        return at, next(self._numbers), request or self.request(), "", text

    def visit(
        self, visit: Visit, person: Person, station: Station, at: int, *, most: int | None = None
    ) -> list[Happening]:
        """What a visit leaves behind until the person goes, the demo ends, or there are ``most`` events of it."""
        end = min(person.until, self._until)
        session, request = self.session(), ""
        happened: list[Happening] = []
        for pause, step in visit.moves:
            if pause is SAME_REQUEST:
                at += 1
            else:
                if happened:
                    at += int(self._dice.uniform(*pause) * 1000)
                request = self.request()
            if at >= end or len(happened) == most:
                break
            happened.append(self.note(at, step, person, station, request, session))
            if step.opens_session:
                person.signed_in = max(person.signed_in, at)
                if visit.stays_open:
                    person.left_open[station] = max(person.left_open.get(station, 0), at)
            elif step.sets_password:
                person.new_password = max(person.new_password, at)
                person.left_open = {where: when for where, when in person.left_open.items() if when > at}
        return happened


@dataclass(frozen=True, slots=True)
class Slot:
    """``share``: what part of all events lies before the slot's end. ``odds``: of each person, summed up."""

    start: int
    share: float
    odds: list[float]


def stream(
    people: list[Person],
    scenes: Iterable[Happening],
    clerk: Clerk,
    dice: Dice,
    since: datetime,
    until: datetime,
    events: int,
) -> Iterator[Row]:
    """Exactly ``events`` rows: the scenes, and ordinary days around them."""
    pending = list(scenes)
    heapify(pending)
    left = events - len(pending)
    visits = {person: _visits_of(person) for person in people}
    made = 0
    for slot in slots(people, since, until):
        while made < round(slot.share * left):
            [person] = dice.choices(people, cum_weights=slot.odds)
            [station] = dice.choices(person.stations, person.odds)
            allowed, odds = visits[person]
            [visit] = dice.choices(allowed, cum_weights=odds)
            at = slot.start + dice.randrange(SLOT_MS)
            for happening in clerk.visit(visit, person, station, at, most=left - made):
                heappush(pending, happening)
                made += 1
        while pending and pending[0][0] < slot.start + SLOT_MS:
            yield _row(heappop(pending), dice)


def _row(happening: Happening, dice: Dice) -> Row:
    at, _, request, session, text = happening
    return at, f"{id_at(at, dice.getrandbits(76))}\t{request}\t{session}\t{text}"


def _visits_of(person: Person) -> tuple[list[Visit], list[int]]:
    allowed = [visit for visit in VISITS if visit.allowed(person)]
    return allowed, list(accumulate(visit.frequency for visit in allowed))


def slots(people: list[Person], since: datetime, until: datetime) -> list[Slot]:
    zones = {person.zone for person in people}
    starts, all_odds = [], []
    moment = since
    while moment < until:
        at = milliseconds(moment)
        busy = {zone: busyness(zone, moment) for zone in zones}
        starts.append(at)
        all_odds.append(
            list(
                accumulate(
                    busy[person.zone] * person.diligence if person.since <= at < person.until else 0
                    for person in people
                )
            )
        )
        moment += SLOT
    shares = list(accumulate(odds[-1] for odds in all_odds))
    return [Slot(start, share / shares[-1], odds) for start, share, odds in zip(starts, shares, all_odds, strict=True)]

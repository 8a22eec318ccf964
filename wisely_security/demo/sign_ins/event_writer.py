"""The stream of demo events, in the order of time, however many: only journeys under way are kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import accumulate, count

from wisely_security.ledger.loading import Row, id_at

from ..patterns import Person, Rng, Station, busyness, milliseconds
from .journeys import JOURNEYS, SAME_REQUEST, Journey, Step
from .rows import SharedText

SLOT = timedelta(minutes=15)
SLOT_MS = SLOT // timedelta(milliseconds=1)

# Milliseconds, a number that keeps the order of what happens in one millisecond, request, session, shared text.
Happening = tuple[int, int, str, str, str]


class EventWriter:
    """Writes down what happens, as the lines will say it."""

    def __init__(self, rng: Rng, text: SharedText, until: datetime) -> None:
        self._rng = rng
        self._text = text
        self._until = milliseconds(until)
        self._numbers = count()

    def request(self) -> str:
        """A request's id: a UUIDv4, in hexadecimal."""
        bits = self._rng.getrandbits(128)
        return f"{bits & ~(0xF << 76 | 3 << 62) | 4 << 76 | 2 << 62:032x}"

    def session(self) -> str:
        """A session's name."""
        return f"{self._rng.getrandbits(64):016x}"

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

    def journey(
        self, journey: Journey, person: Person, station: Station, at: int, *, most: int | None = None
    ) -> list[Happening]:
        """What a journey leaves behind until the person goes, the demo ends, or there are ``most`` events of it."""
        end = min(person.until, self._until)
        session, request = self.session(), ""
        happened: list[Happening] = []
        for pause, step in journey.moves:
            if pause is SAME_REQUEST:
                at += 1
            else:
                if happened:
                    at += int(self._rng.uniform(*pause) * 1000)
                request = self.request()
            if at >= end or len(happened) == most:
                break
            happened.append(self.note(at, step, person, station, request, session))
            if step.opens_session:
                person.signed_in = max(person.signed_in, at)
                if journey.stays_open:
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
    scripted_events: Iterable[Happening],
    writer: EventWriter,
    rng: Rng,
    since: datetime,
    until: datetime,
    events: int,
) -> Iterator[Row]:
    """Exactly ``events`` rows: the scripted_events, and ordinary days around them."""
    pending = list(scripted_events)
    heapify(pending)
    left = events - len(pending)
    journeys = {person: _journeys_of(person) for person in people}
    made = 0
    for slot in slots(people, since, until):
        while made < round(slot.share * left):
            [person] = rng.choices(people, cum_weights=slot.odds)
            [station] = rng.choices(person.stations, person.odds)
            allowed, odds = journeys[person]
            [journey] = rng.choices(allowed, cum_weights=odds)
            at = slot.start + rng.randrange(SLOT_MS)
            for happening in writer.journey(journey, person, station, at, most=left - made):
                heappush(pending, happening)
                made += 1
        while pending and pending[0][0] < slot.start + SLOT_MS:
            yield _row(heappop(pending), rng)


def _row(happening: Happening, rng: Rng) -> Row:
    at, _, request, session, text = happening
    return at, f"{id_at(at, rng.getrandbits(76))}\t{request}\t{session}\t{text}"


def _journeys_of(person: Person) -> tuple[list[Journey], list[int]]:
    allowed = [journey for journey in JOURNEYS if journey.allowed(person)]
    return allowed, list(accumulate(journey.frequency for journey in allowed))


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

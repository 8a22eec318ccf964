"""Writes down what happens, as lines for COPY: by the recorder's own words, and in the order of time, however many.

Only journeys under way are kept in memory, and each distinct line, without time, ids and session.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from heapq import heapify, heappop, heappush
from itertools import count

from login_activity.models import LoginEvent
from login_activity.sign_ins.recorder import event_values
from wisely_security.core.request_context import RequestContext, using
from wisely_security.ledger.models import NO_TENANT
from wisely_security.ledger.months.loading import Row, copy_text, id_at
from wisely_security.ledger.writing import writable_columns

from ..patterns import SLOT_MS, Person, Rng, Station, milliseconds, moment_at, slots
from ..people import Demo
from .journeys import SAME_REQUEST, Journey, Step, journeys_of

# What differs from event to event stands in front; the rest is the same each time somebody does the same thing.
_OWN = ("id", "request_id", "session")
_SHARED = tuple(column for column in writable_columns(LoginEvent) if column not in {*_OWN, "tenant_id"})
COLUMNS = (*_OWN, "tenant_id", *_SHARED)

# Milliseconds, a number that keeps the order of what happens in one millisecond, request, session, shared text.
Happening = tuple[int, int, str, str, str]


class EventWriter:
    def __init__(self, demo: Demo) -> None:
        self.rng = Rng(demo.seed)
        self._demo = demo
        self._numbers = count()
        self._texts: dict[tuple[Step, Person | None, Station, Person | None, date], str] = {}

    def write(
        self,
        at: int,
        step: Step,
        person: Person | None,
        station: Station,
        *,
        by: Person | None = None,
        request: str = "",
        session: str = "",
    ) -> Happening:
        """``person``: ``None`` for somebody unknown. ``by``: who does it, where that is somebody else."""
        day = moment_at(at).astimezone(person.zone).date() if person and step.is_dated else date.min
        key = (step, person, station, by, day)
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = self._text(*key)
        return at, next(self._numbers), request or self.rng.request_id(), session, text

    def _text(self, step: Step, person: Person | None, station: Station, by: Person | None, day: date) -> str:
        actor = by or person
        owner = person.user.tenant_id if person else None
        if step.record_of:
            owner = self._demo.tenants[step.record_of].pk
        with using(RequestContext(client=station.client, actor=actor.user.as_actor() if actor else None)):
            values = event_values(
                step.action,
                person.user if person else None,
                owner,
                failed=step.failed,
                note=step.note,
                typed=step.typed,
                detail=step.details(person, day),
            )
        return copy_text([owner or NO_TENANT, *(values[column] for column in _SHARED)]) + "\n"

    def journey(
        self, journey: Journey, person: Person, at: int, station: Station | None = None, *, most: int | None = None
    ) -> list[Happening]:
        """What a journey leaves behind until the person goes, the demo ends, or there are ``most`` events of it."""
        station = station or person.stations[0]
        end = min(person.until, milliseconds(self._demo.until))
        session, request, is_open = f"{self.rng.getrandbits(64):016x}", "", False
        happened: list[Happening] = []
        for pause, step in journey.moves:
            if pause is SAME_REQUEST:
                at += 1
            else:
                if happened:
                    at += int(self.rng.uniform(*pause) * 1000)
                request = self.rng.request_id()
            if at >= end or len(happened) == most:
                break
            is_open = is_open or step.opens_session
            named = session if is_open and step.is_in_session else ""
            happened.append(self.write(at, step, person, station, request=request, session=named))
            if step.opens_session:
                person.signed_in = max(person.signed_in, at)
                if journey.stays_open:
                    person.left_open[station] = max(person.left_open.get(station, 0), at)
            elif step.sets_password:
                person.new_password = max(person.new_password, at)
                person.left_open = {where: when for where, when in person.left_open.items() if when > at}
        return happened

    def rows(self, events: int, scripted: Iterable[Happening] = ()) -> Iterator[Row]:
        """Exactly ``events`` rows: the scripted ones, and ordinary days around them."""
        people, pending = list(self._demo.people.values()), list(scripted)
        heapify(pending)
        left = events - len(pending)
        journeys = {person: journeys_of(person) for person in people}
        made = 0
        for slot in slots(people, self._demo.since, self._demo.until):
            while made < round(slot.share * left):
                [person] = self.rng.choices(people, cum_weights=slot.odds)
                station = person.station(self.rng)
                allowed, odds = journeys[person]
                [journey] = self.rng.choices(allowed, cum_weights=odds)
                at = slot.start + self.rng.randrange(SLOT_MS)
                for happening in self.journey(journey, person, at, station, most=left - made):
                    heappush(pending, happening)
                    made += 1
            while pending and pending[0][0] < slot.start + SLOT_MS:
                at, _, request, session, text = heappop(pending)
                yield at, f"{id_at(at, self.rng.getrandbits(76))}\t{request}\t{session}\t{text}"

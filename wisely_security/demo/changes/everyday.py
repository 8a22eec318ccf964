"""What changes on an ordinary day, however much of it: small edits, and a new message link now and then.

Statements go to the database many at a time, as plain SQL; the hook records each as any other. The more changes,
the more links: a row that is changed thousands of times in one transaction becomes ever slower to find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Model

from wisely_security.core.request_context import RequestContext, acting_as
from wisely_security.demo.backdating import Statement, run_all
from wisely_security.demo.patterns import Person, Rng, moment_at
from wisely_security.demo.sign_ins.event_writer import SLOT_MS, Slot, slots
from wisely_security.ledger.loading import id_at
from wisely_security.workspace.modules.waba_numbers import LINK_SECTION, MessageLink, WabaNumber

from .edits import EDITS, LINK_TEXTS, Edit

AT_ONCE = 500
EDITS_FOR_A_LINK = 50
PLACES = ("Shop window", "Receipt", "Newsletter", "Poster", "Packaging", "Business card", "Web banner", "Van")
ADD_LINK = (
    "INSERT INTO workspace_messagelink (id, tenant_id, created_at, number_id, name, text, code) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


@dataclass(slots=True, eq=False)
class Subject:
    """A record that is edited now and then. ``turn``: which of its values it has."""

    pk: UUID
    turn: int = -1


class Everyday:
    """The ordinary days of one tenant, from ``begin`` on: ``changes`` of them until the demo ends."""

    def __init__(
        self, team: list[Person], rng: Rng, until: datetime, changes: int, progress: Callable[[int], None]
    ) -> None:
        self._team = team
        self._rng = rng
        self._until = until
        self._changes = changes
        self._progress = progress
        self._done = 0
        self._subjects: dict[type[Model], list[Subject]] = {edit.model: [] for edit in EDITS}
        self._habits: dict[Person, list[Edit]] = {}
        self._numbers: list[WabaNumber] = []
        self._names: set[str] = set()
        self._happenings: Iterator[tuple[int, Person]] = iter(())
        self._next: tuple[int, Person] | None = None

    def knows(self, record: Model) -> None:
        """A record that there is from now on."""
        if type(record) in self._subjects:
            self._subjects[type(record)].append(Subject(record.pk))

    def forgets(self, record: Model) -> None:
        known = self._subjects.get(type(record), [])
        known[:] = [subject for subject in known if subject.pk != record.pk]

    def begin(self, since: datetime, numbers: list[WabaNumber]) -> None:
        """Ordinary days begin. ``numbers``: what new message links open."""
        self._numbers = numbers
        with acting_as(tenant_id=numbers[0].tenant_id):
            self._names = set(MessageLink.objects.filter(tenant=numbers[0].tenant_id).values_list("name", flat=True))
        team = [person for person in self._team if person.user.may(LINK_SECTION.edit_permission)]
        self._habits = {person: [each for each in EDITS if person.user.may(each.permission)] for person in team}
        self._happenings = self._all(team, slots(team, since, self._until))
        self._next = next(self._happenings, None)

    def work(self, until: datetime) -> None:
        """Up to that moment."""
        for some in _portions(self._statements(int(until.timestamp() * 1000))):
            run_all(some)
            self._done += len(some)
            self._progress(self._done)

    def _all(self, team: list[Person], slots: list[Slot]) -> Iterator[tuple[int, Person]]:
        made = 0
        for slot in slots:
            number = round(slot.share * self._changes) - made
            made += number
            for at in sorted(slot.start + self._rng.randrange(SLOT_MS) for _ in range(number)):
                [person] = self._rng.choices(team, cum_weights=slot.odds)
                yield at, person

    def _statements(self, until: int) -> Iterator[Statement]:
        while self._next is not None and self._next[0] < until:
            at, person = self._next
            sql, values = self._change(person, at)
            yield Statement(self._context(person), moment_at(at), sql, values)
            self._next = next(self._happenings, None)

    def _context(self, person: Person) -> RequestContext:
        [station] = self._rng.choices(person.stations, person.odds)
        return RequestContext(
            tenant_id=person.user.tenant_id,
            actor=person.user.as_actor(),
            client=station.client,
            request_id=UUID(int=self._rng.getrandbits(128), version=4),
        )

    def _change(self, person: Person, at: int) -> tuple[str, tuple[Any, ...]]:
        patterns = self._habits[person]
        known = sum(len(self._subjects[edit.model]) for edit in patterns)
        if not known or self._rng.randrange(EDITS_FOR_A_LINK) == 0:
            return self._new_link(at)
        chosen = self._rng.randrange(known)
        edit = next(each for each in patterns if (chosen := chosen - len(self._subjects[each.model])) < 0)
        subject, values = self._subjects[edit.model][chosen], edit.values
        subject.turn = (subject.turn + self._rng.randrange(1, len(values))) % len(values)
        return edit.sql, (values[subject.turn], subject.pk)

    def _new_link(self, at: int) -> tuple[str, tuple[Any, ...]]:
        turn = self._rng.randrange(len(LINK_TEXTS))
        link = Subject(UUID(id_at(at, self._rng.getrandbits(76))), turn)
        self._subjects[MessageLink].append(link)
        number = self._rng.choice(self._numbers)
        code = f"{self._rng.getrandbits(88):022x}"
        return ADD_LINK, (
            str(link.pk),
            str(number.tenant_id),
            moment_at(at),
            str(number.pk),
            self._name(),
            LINK_TEXTS[turn],
            code,
        )

    def _name(self) -> str:
        name = f"{self._rng.choice(PLACES)} {len(self._names) + 1}"
        while name in self._names:  # of a link that somebody has added since
            name += " (new)"
        self._names.add(name)
        return name


def _portions(statements: Iterator[Statement]) -> Iterator[list[Statement]]:
    while some := list(islice(statements, AT_ONCE)):
        yield some

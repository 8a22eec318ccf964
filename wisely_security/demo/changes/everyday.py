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

from django.db import connection
from django.db.models import Model

from wisely_security.core.request_context import RequestContext, acting_as
from wisely_security.ledger.months.loading import id_at
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.consent_groups import ConsentGroup
from wisely_security.workspace.modules.templates import Template
from wisely_security.workspace.modules.waba_numbers import LINK_SECTION, MessageLink, WabaNumber
from wisely_security.workspace.pages.resource_page import resource_pages

from ..backdating import Statement, run_all
from ..patterns import SLOT_MS, Person, Rng, Slot, milliseconds, moment_at, slots

STATEMENTS_AT_ONCE = 500
EDITS_FOR_A_LINK = 50
# The field that is edited every day, and what it is set to. No scenario uses these values.
EDITS: dict[type[Model], tuple[str, tuple[Any, ...]]] = {
    Template: ("validity_minutes", (180, 360, 2880, 4320, 10080)),
    AccessAccount: (
        "allowed_ips",
        (["198.51.100.0/26"], ["198.51.100.0/26", "203.0.113.64/27"], ["203.0.113.64/27"]),
    ),
    ConsentGroup: (
        "opt_out_response",
        ("You will get no more messages.", "Done: no more messages from us.", "Stopped."),
    ),
    WabaNumber: ("about", ("We answer within the hour.", "Write to us, day or night.", "Weekdays from 9 to 6.")),
    MessageLink: (
        "text",
        (
            "Hello! I have a question about my order.",
            "Hi, is this still in stock?",
            "Good day, I would like to talk to somebody.",
            "Hello, when are you open?",
            "Hi, I saw your poster and would like to know more.",
        ),
    ),
}
LINKS_STAND_ON = ("Shop window", "Receipt", "Newsletter", "Poster", "Packaging", "Business card", "Web banner", "Van")


@dataclass(slots=True, eq=False)
class Subject:
    """A record that is edited now and then. ``turn``: which of its values it has."""

    pk: UUID
    turn: int = -1


class Everyday:
    """The ordinary days of one tenant, from ``begin`` on: ``changes`` of them until the demo ends."""

    def __init__(
        self, team: list[Person], rng: Rng, until: datetime, changes: int, progress: Callable[[int], object]
    ) -> None:
        self._team = [person for person in team if person.user.may(LINK_SECTION.edit_permission)]
        self._rng, self._until, self._changes, self._progress = rng, until, changes, progress
        self._subjects: dict[type[Model], list[Subject]] = {model: [] for model in EDITS}
        pages = {page.model: page for page in resource_pages()}
        self._permissions = {model: pages[model].edit_permission for model in EDITS}
        self._numbers: list[WabaNumber] = []
        self._names: set[str] = set()
        self._happenings: Iterator[tuple[int, Person]] = iter(())
        self._next: tuple[int, Person] | None = None

    def add(self, record: Model) -> None:
        """A record that there is from now on."""
        if type(record) in EDITS:
            self._subjects[type(record)].append(Subject(record.pk))

    def remove(self, record: Model) -> None:
        known = self._subjects.get(type(record), [])
        known[:] = [subject for subject in known if subject.pk != record.pk]

    def begin(self, since: datetime, numbers: list[WabaNumber]) -> None:
        """Ordinary days begin. ``numbers``: what new message links open."""
        self._numbers = numbers
        with acting_as(tenant_id=numbers[0].tenant_id):
            self._names = set(MessageLink.objects.filter(tenant=numbers[0].tenant_id).values_list("name", flat=True))
        self._happenings = self._all(slots(self._team, since, self._until))
        self._next = next(self._happenings, None)

    def work(self, until: datetime) -> None:
        """Up to that moment."""
        statements = self._statements(milliseconds(until))
        while some := list(islice(statements, STATEMENTS_AT_ONCE)):
            run_all(some)
            self._progress(len(some))

    def _all(self, slots: list[Slot]) -> Iterator[tuple[int, Person]]:
        made = 0
        for slot in slots:
            number = round(slot.share * self._changes) - made
            made += number
            for at in sorted(slot.start + self._rng.randrange(SLOT_MS) for _ in range(number)):
                [person] = self._rng.choices(self._team, cum_weights=slot.odds)
                yield at, person

    def _statements(self, until: int) -> Iterator[Statement]:
        while self._next is not None and self._next[0] < until:
            at, person = self._next
            sql, values = self._change(person, at)
            session = person.at_work(moment_at(at), person.station(self._rng))
            context = RequestContext(
                tenant_id=person.user.tenant_id,
                actor=person.user.as_actor(),
                client=session.station.client,
                request_id=UUID(self._rng.request_id()),
                session=session.name,
            )
            yield context, moment_at(at), sql, values
            self._next = next(self._happenings, None)

    def _change(self, person: Person, at: int) -> tuple[str, tuple[Any, ...]]:
        lists = [(model, self._subjects[model]) for model, key in self._permissions.items() if person.user.may(key)]
        known = sum(len(subjects) for _, subjects in lists)
        if not known or self._rng.randrange(EDITS_FOR_A_LINK) == 0:
            return self._new_link(at)
        chosen = self._rng.randrange(known)
        model, subjects = next(each for each in lists if (chosen := chosen - len(each[1])) < 0)
        subject, (field, values) = subjects[chosen], EDITS[model]
        subject.turn = (subject.turn + self._rng.randrange(1, len(values))) % len(values)
        sql = f"UPDATE {model._meta.db_table} SET {field} = %s WHERE id = %s"  # noqa: S608
        return sql, (values[subject.turn], subject.pk)

    def _new_link(self, at: int) -> tuple[str, tuple[Any, ...]]:
        texts = EDITS[MessageLink][1]
        turn = self._rng.randrange(len(texts))
        link = Subject(UUID(id_at(at, self._rng.getrandbits(76))), turn)
        self._subjects[MessageLink].append(link)
        number = self._rng.choice(self._numbers)
        code = f"{self._rng.getrandbits(88):022x}"
        return insert(
            MessageLink(
                id=link.pk,
                tenant_id=number.tenant_id,
                number=number,
                created_at=moment_at(at),
                name=self._name(),
                text=texts[turn],
                code=code,
            )
        )

    def _name(self) -> str:
        name = f"{self._rng.choice(LINKS_STAND_ON)} {len(self._names) + 1}"
        while name in self._names:  # of a link that somebody has added since
            name += " (new)"
        self._names.add(name)
        return name


def insert(row: Model) -> tuple[str, tuple[Any, ...]]:
    """What puts a row into its table: all of its columns, also those that the model gets later."""
    fields = row._meta.concrete_fields
    columns, places = ", ".join(str(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    values = tuple(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields)
    return f"INSERT INTO {row._meta.db_table} ({columns}) VALUES ({places})", values  # noqa: S608

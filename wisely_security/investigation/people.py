"""What both records, findings and sessions have about a person, also about one who is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from audit_trail.models import AuditEvent
from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.models import LoginEvent
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from login_activity.vocabulary import Action
from wisely_security.ledger.search.plan import find_each
from wisely_security.ledger.vocabulary import Status
from wisely_security.reports.declaration import Report
from wisely_security.reports.pages.reading import search

SHOWN = 8  # of each kind
JUDGED = 50  # sign-ins that make up what is usual
MOST_USUAL = 3


class Usual(NamedTuple):
    """Something that a person usually signs in with, and how many of ``of`` sign-ins it was."""

    name: str
    number: int
    of: int


@dataclass
class Person:
    """``sign_ins``: tries, the newest first; ``successes``: of them those that succeeded, more of them."""

    id: UUID
    name: str = ""
    email: str = ""
    sign_ins: list[LoginEvent] = field(default_factory=list)
    successes: list[LoginEvent] = field(default_factory=list)
    made: list[AuditEvent] = field(default_factory=list)
    undergone: list[AuditEvent] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        return bool(self.name)

    @property
    def last_sign_in(self) -> LoginEvent | None:
        return self.successes[0] if self.successes else None

    @property
    def devices(self) -> list[Usual]:
        return _usual([" · ".join(filter(None, (it.device, it.browser, it.system))) for it in self.successes])

    @property
    def places(self) -> list[Usual]:
        return _usual([it.place for it in self.successes])


def find_person(tenant_id: UUID, pk: UUID, reports: Sequence[Report]) -> Person:
    """From the records among ``reports``. The name is that of the newest event."""
    person = Person(pk)
    wanted: list[tuple[Any, int]] = []
    if LOGIN_ACTIVITY in reports:
        tries = LoginEvent.objects.for_tenant(tenant_id).filter(user_id=pk, action=Action.LOG_IN)
        wanted += [(tries, SHOWN), (tries.filter(status=Status.SUCCESS), JUDGED)]
    if AUDIT_TRAIL in reports:
        events = AuditEvent.objects.for_tenant(tenant_id)
        wanted += [(events.filter(actor_id=pk), SHOWN), (events.of_record(pk), SHOWN)]
    found = iter(search(lambda: find_each(wanted)))
    if LOGIN_ACTIVITY in reports:
        person.sign_ins, person.successes = next(found), next(found)
    if AUDIT_TRAIL in reports:
        person.made, person.undergone = next(found), next(found)
    named = [(it.id, it.user_name, it.user_email) for it in (*person.sign_ins, *person.successes)]
    named += [(it.id, it.actor_name, it.actor_email) for it in person.made]
    named += [(it.id, it.resource_name, "") for it in person.undergone]
    if named:
        _, person.name, person.email = max(named)
    return person


def _usual(values: Sequence[str]) -> list[Usual]:
    return [Usual(name, number, len(values)) for name, number in Counter(values).most_common(MOST_USUAL)]

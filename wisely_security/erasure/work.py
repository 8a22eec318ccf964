"""Erasing whom a request names, from beginning to end. As the owner, inside ``archives.maintenance_session``.

Steps that are done again do nothing: what was killed is begun again, and goes on where it ended. The request keeps the
names it works with until all is done, and forgets them then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from wisely_security.core.request_context import RequestContext, acting_as, using
from wisely_security.ledger.erasure import batches
from wisely_security.ledger.erasure.person import Person
from wisely_security.ledger.months.partitions import event_models, event_tables
from wisely_security.progress import progress
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.retention import RECORDS

from . import from_archives, other_tables, people
from .models import ErasureRequest
from .recording import record_erasure

MOST_ROUNDS = 3  # others may record something of the person while we work


class Plan(NamedTuple):
    """What would go. ``events``: by record, how many have something of the person; None: not counted. ``obstacles``:
    why nothing can go yet; ``mentions``: current records that name the person, which stay."""

    events: dict[str, int | None]
    accounts: int
    obstacles: list[str]
    mentions: list[str]


def person_of(request: ErasureRequest, *, archives: bool = False) -> Person:
    return people.identify(
        request.tenant, email=request.email, user=request.user, names=request.names, archives=archives
    )


def plan(person: Person, tenant: Tenant | None, *, counted: bool = True) -> Plan:
    numbers = Counter(
        found.model
        for tenant_id, known_as in (people.elsewhere(person, tenant) if counted else ())
        for found in batches.find(known_as, tenant_id)
    )
    events = {RECORDS[model._meta.app_label]: numbers[model] if counted else None for model in event_models()}
    accounts = other_tables.accounts(person, tenant)
    return Plan(events, len(accounts), other_tables.obstacles(person, tenant), other_tables.mentions(person, tenant))


def erase(request: ErasureRequest) -> int:
    """Returns from how many events something was erased, this time."""
    person = _remember(request)
    with transaction.atomic():
        other_tables.erase_account(person, request.tenant)
        other_tables.erase_elsewhere(person, request.tenant)
    persons = dict(people.elsewhere(person, request.tenant))
    events = sum(erase_from(tenant_id, it, request.reference) for tenant_id, it in persons.items())
    events += from_archives.erase(persons, request.reference)
    with transaction.atomic():
        if not events and request.events is None:  # nothing was found: this is recorded too
            record_erasure(next(iter(persons)), request.reference, {})
        _forget(request, events)
    vacuum()
    return events


def _remember(request: ErasureRequest) -> Person:
    """All that the person is known by, in the request: once the account and some events are done, nobody else knows."""
    person = person_of(request, archives=True)
    request.names = sorted({*request.names, *person.names, *(each for each in person.emails if each != request.email)})
    request.user = request.user or (min(person.ids) if len(person.ids) == 1 else None)
    with acting_as(support=True):
        ErasureRequest.objects.filter(pk=request.pk).update(names=request.names, user=request.user)
    return Person(person.ids, person.emails | {each for each in request.names if "@" in each}, person.names)


def _forget(request: ErasureRequest, events: int) -> None:
    request.events = (request.events or 0) + events
    request.finished_at = timezone.now()
    with acting_as(support=True):
        ErasureRequest.objects.filter(pk=request.pk).update(
            email="", user=None, names=[], finished_at=request.finished_at, events=request.events
        )


def erase_from(tenant_id: UUID, person: Person, reference: str, at_once: int = 0) -> int:
    """From the events of one tenant, in both records."""
    number = 0
    for _ in range(MOST_ROUNDS):
        done = 0
        with progress(_events_of(tenant_id), title=f"tenant {tenant_id}") as bar:
            for some in _chunks(batches.find(person, tenant_id, bar.update), at_once or batches.MOST):
                done += batches.erase(person, tenant_id, reference, some)
        number += done
        if not done:
            break
    return number


def _chunks(found: Iterator[batches.Found], at_once: int) -> Iterator[list[batches.Found]]:
    while some := list(islice(found, at_once)):
        yield some


def _events_of(tenant_id: UUID) -> int:
    number = 0
    with acting_as(support=True), connection.cursor() as cursor:
        for table in event_tables():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE tenant_id = %s", [tenant_id])  # noqa: S608
            number += cursor.fetchone()[0]
    return number


def vacuum() -> None:
    """So that the bytes of former rows are soon written over."""
    with (
        using(RequestContext()),
        connection.cursor() as cursor,
    ):  # no session context: VACUUM has to be alone in its message
        for table in (*event_tables(), "ledger_search_segment", "ledger_sealed", "tenancy_user", "tenancy_session"):
            cursor.execute(f"VACUUM {table}")

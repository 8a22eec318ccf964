"""From a step of somebody to the line that COPY reads, by the recorder's own words for it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from login_activity.models import LoginEvent
from login_activity.recorder import event_values
from wisely_security.core.request_context import RequestContext, using
from wisely_security.demo.people import Demo
from wisely_security.ledger.loading import copy_text
from wisely_security.ledger.models import NO_TENANT
from wisely_security.ledger.writing import writable_columns

from ..patterns import Person, Station, moment_at
from .journeys import Step

# What differs from event to event stands in front; the rest is the same each time somebody does the same thing.
_OWN = ("id", "request_id", "session")
_SHARED = tuple(column for column in writable_columns(LoginEvent) if column not in {*_OWN, "tenant_id"})
COLUMNS = (*_OWN, "tenant_id", *_SHARED)


class SharedText:
    """The shared part of a line. Made once for each step, person, station and (where it matters) day."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._made: dict[tuple[Step, Person, Station, date | None], str] = {}

    def __call__(self, step: Step, person: Person, station: Station, at: int) -> str:
        day = moment_at(at).astimezone(person.zone).date() if step.dated else None
        key = (step, person, station, day)
        text = self._made.get(key)
        if text is None:
            text = self._made[key] = self.make(step, person, station, at)
        return text

    def make(self, step: Step, person: Person | None, station: Station, at: int, *, by: Person | None = None) -> str:
        """``person``: ``None`` for somebody unknown. ``by``: who does it, where that is somebody else."""
        actor = by or person
        owner: UUID | None = person.user.tenant_id if person else None
        if step.record_of:
            owner = self._demo.tenants[step.record_of].pk
        detail = None
        if person and step.detail:
            detail = step.detail(person, station, moment_at(at).astimezone(person.zone).date())
        context = RequestContext(client=station.client, actor=actor.user.as_actor() if actor else None)
        with using(context):
            values = event_values(
                step.action,
                person.user if person else None,
                owner,
                failed=step.failed,
                note=step.note,
                typed=step.typed,
                detail=detail,
            )
        return copy_text([owner or NO_TENANT, *(values[column] for column in _SHARED)]) + "\n"

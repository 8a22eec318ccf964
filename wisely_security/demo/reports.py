"""Saved views and scheduled reports of the demo's companies: made, edited, paused and deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from wisely_security.scheduled_reports.models import Format, Frequency, OfRecord, SavedView, ScheduledReport, Weekday
from wisely_security.scheduled_reports.schedules import due
from wisely_security.tenancy.models import Tenant, User

from .patterns import moment_of, working_day
from .people import Demo, acting

# Of a tenant: who sets them up, and who receives them besides.
PEOPLE = {
    "acme": ("alice@acme.example", "priya@acme.example"),
    "globex": ("charlie@globex.example", "grace@globex.example"),
    "initech": ("erin@initech.example", "victor@initech.example"),
}
DAYS_AGO, FIRST, BETWEEN = 9, time(14, 5), timedelta(minutes=3)


def load(demo: Demo) -> None:
    """In the owner's transaction."""
    for slug, (author, other) in PEOPLE.items():
        person, tenant = demo.people[author], demo.tenants[slug]
        day = working_day(demo.until.date() - timedelta(days=DAYS_AGO), -1)
        moment = moment_of(day, FIRST, person.user.time_zone)
        for step in _steps(tenant, person.user, demo.people[other].user):
            with acting(person.user, moment, person.stations[0].client):
                step(moment)
            moment += BETWEEN


def _steps(tenant: Tenant, author: User, other: User) -> Iterator[Callable[[datetime], None]]:
    failures = _view(tenant, OfRecord.LOGIN_ACTIVITY, "Failures last month", "period=last-month", "status=failure")
    week = _view(tenant, OfRecord.LOGIN_ACTIVITY, "Last week", "period=7d")
    users = _view(tenant, OfRecord.AUDIT_TRAIL, "Users", "period=30d", "module=users")
    mine = _view(tenant, OfRecord.LOGIN_ACTIVITY, "My own sign-ins", "period=30d", f"user={author.email}", owner=author)
    looking = _view(tenant, OfRecord.LOGIN_ACTIVITY, "Is it him?", "period=today", "q=Lagos", owner=author)
    yield from (_save(view) for view in (failures, week, users, mine, looking))
    yield lambda moment: _edit(users, name="Changes of users")
    yield lambda moment: _gone(looking)
    auditors = ScheduledReport(
        tenant=tenant, name="Failures for the auditors", view=failures, format=Format.CSV, frequency=Frequency.MONTHLY
    )
    overview = ScheduledReport(
        tenant=tenant, name="Overview of the week", view=week, weekday=Weekday.MONDAY, at="08:00"
    )
    trial = ScheduledReport(tenant=tenant, name="Trial", view=users, frequency=Frequency.DAILY)
    for report in (auditors, overview, trial):
        yield _save(report, author, other)
    yield lambda moment: _edit(overview, at="07:00")
    yield lambda moment: _edit(trial, is_active=False)
    yield lambda moment: _edit(trial, is_active=True)
    yield lambda moment: _gone(trial)


def _view(tenant: Tenant, record: OfRecord, name: str, *parameters: str, owner: User | None = None) -> SavedView:
    return SavedView(
        tenant=tenant, record=record, name=name, parameters=list(parameters), owner=owner, is_shared=owner is None
    )


def _save(made: Any, *recipients: User) -> Callable[[datetime], None]:
    def save(moment: datetime) -> None:
        made.created_at = moment
        if isinstance(made, ScheduledReport):
            due.plan(made, timezone.now())
        made.save()
        if recipients:
            made.recipients.set(recipients)

    return save


def _edit(made: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(made, name, value)
    if isinstance(made, ScheduledReport):
        due.plan(made, timezone.now())
    made.save()


def _gone(made: Any) -> None:
    made.delete()

"""Making the demo."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.apps import apps
from django.core.checks import run_checks
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action, Reason
from tests.audit_trail.capture.paths.outside import session
from tests.support import databases
from wisely_security.core.request_context import RequestContext, acting_as, using
from wisely_security.demo import people as demo_people
from wisely_security.demo.backdating import back_dating, record_as_of
from wisely_security.demo.networks import provide_places
from wisely_security.demo.patterns import Rng, milliseconds
from wisely_security.demo.sign_ins import FEWEST_EVENTS, journeys
from wisely_security.demo.sign_ins.event_writer import COLUMNS, EventWriter
from wisely_security.demo.sign_ins.journeys import Step, journey, step
from wisely_security.devserver.embedded.roles import SUPERUSER
from wisely_security.ledger.models import time_of
from wisely_security.ledger.months.loading import id_at, load

from .seeding import ENTERPRISES, EVENTS, KeptDemo, all_events, midnight, not_done, of_tenant, seed

OURS = {"tenancy", "workspace", "outbox", "login_activity", "audit_trail"}


@pytest.mark.parametrize(
    ("done", "by"),
    [
        (step("log_in"), None),
        (step("log_in!wrong_password"), None),
        (step("view@week"), None),
        (step("view@week>globex"), None),
        (step("end_session=account_suspended@device"), "charlie@globex.example"),
        (Step(Action.LOG_IN, failed=Reason.UNKNOWN_USER, typed="Tr0ub4dor&3"), "nobody"),
        (Step(Action.LOG_IN, failed=Reason.UNKNOWN_USER, typed=" Who@Acme.example"), "nobody"),
    ],
)
def test_its_rows_are_those_of_the_recorder(committed: None, done: Step, by: str | None) -> None:
    provide_places()
    made = demo_people.create(midnight())
    everybody = made.people
    station = everybody["erin@initech.example"].stations[-1]
    subject = None if by == "nobody" else everybody["erin@initech.example"]
    admin = everybody.get(by or "")
    now = timezone.now()
    at = milliseconds(now)
    *_, text = EventWriter(made).write(at, done, subject, station, by=admin)
    line = f"{id_at(at, 0)}\t\\N\t\t{text}"
    load(LoginEvent, COLUMNS, [(at, line)], since=now.date(), until=now.date(), progress=lambda rows: None)

    actor = admin or subject
    detail = done.details(subject, now.astimezone(subject.zone).date()) if subject else None
    with using(RequestContext(client=station.client, actor=actor.user.as_actor() if actor else None)):
        record(
            done.action,
            subject.user if subject else None,
            failed=done.failed,
            note=done.note,
            typed=done.typed,
            tenant_id=made.tenants[done.record_of].pk if done.record_of else None,
            detail=detail,
        )
    columns = {field.name for field in LoginEvent._meta.fields} - {"id", "occurred_at", "tx"}
    loaded, recorded = ({column: getattr(event, column) for column in columns} for event in all_events())
    assert loaded == recorded


@pytest.mark.parametrize("events", [1, 2, 3, 4])
def test_a_journey_that_the_number_of_events_cuts_short_leaves_no_more_than_they_record(
    committed: None, monkeypatch: pytest.MonkeyPatch, events: int
) -> None:
    taken = journey("log_in!wrong_password log_in!wrong_password log_in change_password")
    monkeypatch.setattr(journeys, "JOURNEYS", [(1, "everybody", taken)])
    provide_places()
    made = demo_people.create(midnight())
    rows = list(EventWriter(made).rows(events))
    assert len(rows) == events
    moments = [at for at, _ in rows]
    assert {person.signed_in for person in made.people.values()} - {0} == set(moments[2:3])
    assert {person.new_password for person in made.people.values()} - {0} == set(moments[3:4])


@pytest.fixture
def again(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[..., list[Any]]]:
    """Seeds a database of its own and returns what its events say, without what the database has made."""
    columns = [field.name for field in LoginEvent._meta.fields if field.name not in {"tenant_id", "user_id", "tx"}]

    def events(**options: Any) -> list[Any]:
        with databases.fresh_database(f"test_wisely_{os.getpid()}_again"), acting_as(support=True):
            seed(**options)
            trail = [_told(event) for event in AuditEvent.objects.order_by("id")]
            return [*LoginEvent.objects.order_by("id").values(*columns), *sorted(trail, key=str)]

    with django_db_blocker.unblock():
        yield events


def _told(event: AuditEvent) -> tuple[Any, ...]:
    """To the second, and without the codes of short links: they are secrets."""
    changes = [change for change in event.changes if change["field"] != "code"]
    moment = event.occurred_at.replace(microsecond=0)
    who, what = (event.actor_name, event.ip, event.request_id), (event.module, event.sub_module, event.action)
    return moment, who, what, event.resource_name, event.status, event.reason, changes


def test_the_same_seed_on_the_same_day_makes_the_same_events(again: Callable[..., list[Any]]) -> None:
    with time_machine.travel(datetime(2026, 11, 18, 1, tzinfo=UTC)):
        first = again(events=900, seed=7)
    with time_machine.travel(datetime(2026, 11, 18, 23, tzinfo=UTC)):
        assert again(events=900, seed=7) == first
        assert again(events=900, seed=8) != first


@pytest.mark.parametrize("day", [14, 15, 16])  # Saturday, Sunday, Monday: no working day is left to catch up
def test_the_stories_end_in_time_on_any_day(committed: None, day: int) -> None:
    with time_machine.travel(datetime(2026, 11, day, 12, tzinfo=UTC)):
        seed(events=500, seed=day)
    with acting_as(support=True):
        trail = list(AuditEvent.objects.order_by("id"))
    assert trail[-1].occurred_at < datetime(2026, 11, day, tzinfo=UTC)
    assert [not_done(of_tenant(trail, slug)) for slug in ENTERPRISES] == [set(), set()]


def test_what_breaks_in_the_middle_leaves_nothing(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows() -> dict[str, int]:
        with acting_as(support=True):
            return {
                model.__name__: model._base_manager.count()
                for model in apps.get_models()
                if model._meta.app_label in OURS
            }

    before, made_by = rows(), database_makes()
    monkeypatch.setattr(Rng, "randrange", _after(1000, Rng.randrange))
    with pytest.raises(Exception, match="interrupted"):
        seed()
    assert demo_people.found() is demo_people.Found.NOTHING
    assert rows() == before
    assert database_makes() == made_by


def _after(calls: int, function: Callable[..., int]) -> Callable[..., int]:
    left = iter(range(calls))

    def called(*args: Any) -> int:
        if next(left, None) is None:
            raise RuntimeError("interrupted")
        return function(*args)

    return called


def test_it_says_how_far_it_is(kept_demo: KeptDemo) -> None:
    all_of_it = f"{(EVENTS + EVENTS // 10) / 1000}k"
    assert "100%" in kept_demo.errors
    assert f" {all_of_it}/{all_of_it} " in kept_demo.errors


def test_it_builds_a_database_of_places_unless_there_is_one(settings: Settings, tmp_path: Path) -> None:
    provide_places()
    assert [path.name for path in (tmp_path / "places").iterdir()] == ["demo.mmdb"]

    other = tmp_path / "others" / "city.mmdb"
    other.parent.mkdir()
    other.write_bytes(b"mine")
    for configured in (other, other.parent):
        settings.GEOIP_PATH = str(configured)
        provide_places()
    assert [path.read_bytes() for path in other.parent.iterdir()] == [b"mine"]

    settings.GEOIP_PATH = str(tmp_path / "new" / "city.mmdb")
    provide_places()
    assert Path(settings.GEOIP_PATH).stat().st_size > 1000


def test_without_places_it_is_made_all_the_same(committed: None, settings: Settings) -> None:
    """Findings that rest on places are missing then; what is decided about them in the story, too."""
    settings.GEOIP_PATH = ""
    seed(events=FEWEST_EVENTS)
    assert {event.country for event in all_events()} == {""}


def database_makes() -> list[Any]:
    """What the database makes ids and keys with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, pg_get_functiondef(pg_proc.oid) FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' ORDER BY 1, 2"
        )
        functions = cursor.fetchall()
        cursor.execute(
            "SELECT adrelid::regclass::text, adnum, pg_get_expr(adbin, adrelid) FROM pg_attrdef ORDER BY 1, 2"
        )
        return [*functions, *(row for row in cursor.fetchall() if "_20" not in row[0])]


def test_the_database_makes_ids_as_it_did_before(committed: None, kept_demo: KeptDemo) -> None:
    before = database_makes()
    assert "uuidv7()" in str(before) and "wisely_demo" not in str(before)
    with databases.using_database(kept_demo.database):
        assert database_makes() == before


def test_others_stay_in_the_present_while_it_works_in_the_past(committed: None) -> None:
    past = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    with session(SUPERUSER) as others, back_dating():
        record_as_of(past)
        times = []
        with connection.cursor() as ours:
            for cursor in (ours, others):
                cursor.execute("SELECT audit_trail_event_id()")
                times.append(time_of(UUID(str(cursor.fetchone()[0]))))
    assert abs(times[0] - past) < timedelta(seconds=1)
    assert abs(times[1] - timezone.now()) < timedelta(days=1)


@pytest.mark.usefixtures("reading")
def test_each_month_of_its_history_has_a_partition() -> None:
    assert run_checks(databases=["default"], tags=["database"]) == []

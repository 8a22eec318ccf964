"""``manage.py seed_demo``: what the demo holds, what it refuses, and that its password is worth nothing elsewhere."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from login_activity import demo as login_demo
from login_activity.demo_habits import Dice, milliseconds, people
from login_activity.demo_rows import COLUMNS, SharedText
from login_activity.demo_visits import ACCOUNT_SUSPENDED, LOG_IN, LOOK, LOOK_AT_GLOBEX, WRONG_PASSWORD, Step
from login_activity.models import LoginEvent
from login_activity.recorder import HIDDEN_NAME, record
from login_activity.vocabulary import Action, Reason, Status
from wisely_security.ledger.loading import id_at, load
from wisely_security.ledger.models import NO_TENANT
from wisely_security.request_context import RequestContext, acting_as, using
from wisely_security.tenancy import demo as tenancy_demo
from wisely_security.tenancy.accounts import create_tenant
from wisely_security.tenancy.demo_password import DEMO_PASSWORD
from wisely_security.tenancy.models import BUILT_IN_ROLES, Edition, Session, Tenant, User, UserStatus

from . import databases
from .cast import create_cast, person

SIGN_IN = "/sign-in/"


@pytest.fixture(autouse=True)
def development(settings: Settings, tmp_path: Path) -> None:
    settings.DEBUG = True
    settings.GEOIP_PATH = str(tmp_path / "places")


def seed(**options: Any) -> str:
    said = io.StringIO()
    call_command("seed_demo", stdout=said, **options)
    return said.getvalue()


def all_events() -> list[LoginEvent]:
    with acting_as(support=True):
        return list(LoginEvent.objects.order_by("id"))


def midnight() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
def demo(committed: None) -> list[LoginEvent]:
    seed()
    return all_events()


# What it holds


def test_it_makes_exactly_as_many_events_as_asked_within_45_days(committed: None) -> None:
    seed(events=700)
    events = all_events()
    assert len(events) == 700
    assert midnight() - timedelta(days=45) <= events[0].occurred_at
    assert events[-1].occurred_at < midnight()
    with connection.cursor() as cursor, acting_as(support=True):
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM login_activity_loginevent")
        assert {name for (name,) in cursor.fetchall()} == {
            f"login_activity_loginevent_{event.occurred_at:%Y_%m}" for event in events
        }


def test_it_makes_the_companies_with_people_of_every_role_and_status(committed: None) -> None:
    said = seed(events=500)
    with acting_as(support=True):
        tenants = {tenant.slug: tenant for tenant in Tenant.objects.select_related("aggregator", "super_admin")}
        users = list(User.objects.select_related("tenant", "role"))
    assert set(tenants) == {"acme", "globex", "initech"}
    assert {slug: tenant.super_admin.email for slug, tenant in tenants.items()} == {
        "acme": "alice@acme.example",
        "globex": "charlie@globex.example",
        "initech": "erin@initech.example",
    }
    assert tenants["globex"].aggregator == tenants["initech"]
    assert tenants["acme"].aggregator is None
    for tenant in tenants.values():
        members = [user for user in users if user.tenant == tenant]
        assert len(members) == 12
        assert {user.role.key for user in members if user.role} == set(BUILT_IN_ROLES[tenant.edition])
        statuses = Counter(user.status for user in members)
        assert statuses[UserStatus.SUSPENDED] == statuses[UserStatus.PENDING] == 1
        assert len({user.time_zone for user in members}) > 3
    assert {user.email for user in users if user.is_staff} == {"dana@wisely.example"}
    assert DEMO_PASSWORD in said
    for email in tenancy_demo.SIGN_INS:
        assert email in said


def test_it_tells_of_every_action_and_reason(demo: list[LoginEvent]) -> None:
    assert {event.action for event in demo} == set(Action.values)
    assert {event.reason for event in demo} == {*Reason.values, ""}
    assert {event.status for event in demo} == set(Status.values)


def test_people_keep_their_hours_and_their_own_devices_and_places(demo: list[LoginEvent]) -> None:
    with acting_as(support=True):
        zones = dict(User.objects.values_list("pk", "time_zone"))
    signed_in = [event for event in demo if event.action == Action.LOG_IN and event.status == Status.SUCCESS]
    moments = [event.occurred_at.astimezone(ZoneInfo(zones[event.user_id])) for event in signed_in if event.user_id]
    assert sum(8 <= moment.hour < 19 for moment in moments) > 0.8 * len(moments)
    assert sum(moment.weekday() >= 5 for moment in moments) < 0.1 * len(moments)
    where = Counter((event.user_email, event.ip, event.user_agent) for event in signed_in)
    stations = Counter(email for email, _, _ in where)
    victim = stations.pop("priya@acme.example")
    assert max(stations.values()) <= 3
    assert victim <= 4
    assert {event.place for event in demo} > {"Private network", "London, England, United Kingdom"}
    assert "Unknown location" not in {event.place for event in demo}


def test_somebody_tries_stolen_passwords(demo: list[LoginEvent]) -> None:
    attack = [event for event in demo if event.ip and event.ip.startswith("213.136.8.")]
    attempts = [event for event in attack if event.action == Action.LOG_IN]
    assert len({event.user_id for event in attempts}) > 30
    assert not any(event.status == Status.SUCCESS for event in attempts)
    unknown = [event for event in attempts if event.user_id is None]
    assert {event.tenant_id for event in unknown} == {NO_TENANT}
    assert {event.reason for event in unknown} == {Reason.UNKNOWN_USER}
    assert HIDDEN_NAME in {event.user_name for event in unknown}
    assert all("@" in event.user_name or event.user_name == HIDDEN_NAME for event in unknown)
    [lock_out] = [event for event in attack if event.action == Action.LOCK_OUT]
    same_account = [event for event in attempts if event.user_id == lock_out.user_id]
    assert [event.reason for event in same_account[:10]] == [Reason.WRONG_PASSWORD] * 10
    assert {event.reason for event in same_account[10:]} == {Reason.LOCKED_OUT}
    assert lock_out.request_id == same_account[9].request_id


def test_somebody_is_in_two_places_at_once(demo: list[LoginEvent]) -> None:
    signed_in = [
        event
        for event in demo
        if (event.user_email, event.action, event.status) == ("priya@acme.example", Action.LOG_IN, Status.SUCCESS)
    ]
    abroad = next(position for position, event in enumerate(signed_in) if event.country == "BR")
    assert signed_in[abroad - 1].country == "IN"
    assert signed_in[abroad].occurred_at - signed_in[abroad - 1].occurred_at < timedelta(hours=1)


def test_the_suspended_and_the_invited_have_not_been_in_since(demo: list[LoginEvent]) -> None:
    with acting_as(support=True):
        users = {user.pk: user for user in User.objects.all()}
    latest = {event.user_id: event for event in demo if (event.action, event.status) == ("log_in", "success")}
    for user in users.values():
        if user.status == UserStatus.PENDING:
            assert user.pk not in latest
        elif user.status == UserStatus.SUSPENDED:
            assert latest[user.pk].occurred_at < midnight() - timedelta(days=12)
        else:
            assert user.last_login == latest[user.pk].occurred_at
    joined = [event for event in demo if event.reason == Reason.INVITATION]
    for event in joined:
        before = [other for other in demo if other.user_id == event.user_id and other.id < event.id]
        assert {other.reason for other in before} <= {Reason.WRONG_PASSWORD}


def test_some_sessions_are_open(demo: list[LoginEvent]) -> None:
    signed_in = {(event.user_id, event.occurred_at) for event in demo if event.action == Action.LOG_IN}
    with acting_as(support=True):
        sessions = list(Session.objects.select_related("user"))
    assert {session.user.email for session in sessions} & set(tenancy_demo.SIGN_INS)
    for session in sessions:
        assert session.expires_at > timezone.now() >= session.last_seen_at >= session.created_at
        assert session.device
        assert session.place
        assert (session.user_id, session.created_at) in signed_in


@pytest.mark.parametrize("email", ["alice@acme.example", "charlie@globex.example", "erin@initech.example"])
def test_admins_sign_in_and_see_their_record(demo: list[LoginEvent], email: str) -> None:
    client = Client()
    assert client.post(SIGN_IN, {"username": email, "password": DEMO_PASSWORD}).status_code == 302
    response = client.get("/", follow=True)
    assert response.status_code == 200
    assert "login-activity" in response.redirect_chain[-1][0]
    assert response.context["events"]


# How it is made


@pytest.mark.parametrize(
    ("step", "by"),
    [
        (LOG_IN, None),
        (WRONG_PASSWORD, None),
        (LOOK, None),
        (LOOK_AT_GLOBEX, None),
        (ACCOUNT_SUSPENDED, "charlie@globex.example"),
        (Step(Action.LOG_IN, failed=Reason.UNKNOWN_USER, typed="Tr0ub4dor&3"), "nobody"),
        (Step(Action.LOG_IN, failed=Reason.UNKNOWN_USER, typed=" Who@Acme.example"), "nobody"),
    ],
)
def test_its_rows_are_those_of_the_recorder(committed: None, step: Step, by: str | None) -> None:
    login_demo.prepare()
    made = tenancy_demo.create(midnight())
    everybody = people(made, midnight() - timedelta(days=45), midnight(), seed=1)
    station = everybody["erin@initech.example"].stations[-1]
    subject = None if by == "nobody" else everybody["erin@initech.example"]
    admin = everybody.get(by or "")
    now = timezone.now()
    at = milliseconds(now)
    line = f"{id_at(at, 0)}\t\\N\t\t{SharedText(made).make(step, subject, station, at, by=admin)}"
    load(LoginEvent, COLUMNS, [(at, line)], since=now.date(), until=now.date(), progress=lambda rows: None)

    actor = admin or subject
    detail = step.detail(subject, station, now.astimezone(subject.zone).date()) if step.detail and subject else None
    with using(RequestContext(client=station.client, actor=actor.user.as_actor() if actor else None)):
        record(
            step.action,
            subject.user if subject else None,
            failed=step.failed,
            note=step.note,
            typed=step.typed,
            tenant_id=made.tenants[step.record_of].pk if step.record_of else None,
            detail=detail,
        )
    columns = {field.name for field in LoginEvent._meta.fields} - {"id", "occurred_at", "tx"}
    loaded, recorded = ({column: getattr(event, column) for column in columns} for event in all_events())
    assert loaded == recorded


@pytest.fixture
def again(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[..., list[Any]]]:
    """Seeds a database of its own and returns what its events say, without the keys that the database has made."""
    columns = [field.name for field in LoginEvent._meta.fields if field.name not in {"tenant_id", "user_id", "tx"}]

    def events(**options: Any) -> list[Any]:
        with databases.fresh_database(f"test_wisely_{os.getpid()}_again"), acting_as(support=True):
            seed(**options)
            return list(LoginEvent.objects.order_by("id").values(*columns))

    with django_db_blocker.unblock():
        yield events


def test_the_same_seed_on_the_same_day_tells_the_same(again: Callable[..., list[Any]]) -> None:
    with time_machine.travel(datetime(2026, 11, 18, 1, tzinfo=UTC)):
        first = again(events=900, seed=7)
    with time_machine.travel(datetime(2026, 11, 18, 23, tzinfo=UTC)):
        assert again(events=900, seed=7) == first
        assert again(events=900, seed=8) != first


def test_what_breaks_in_the_middle_leaves_nothing(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:

    with monkeypatch.context() as patch:
        patch.setattr(Dice, "randrange", _after(1000, Dice.randrange))
        with pytest.raises(Exception, match="interrupted"):
            seed()
    assert tenancy_demo.look() is tenancy_demo.Found.NOTHING
    assert all_events() == []
    seed(events=500)


def _after(calls: int, function: Callable[..., int]) -> Callable[..., int]:
    left = iter(range(calls))

    def called(*args: Any) -> int:
        if next(left, None) is None:
            raise RuntimeError("interrupted")
        return function(*args)

    return called


def test_a_bar_is_drawn_on_a_terminal_only(
    committed: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    seed(events=600)
    assert "100 %  600 events\n" in capsys.readouterr().err


def test_it_is_quiet_elsewhere(committed: None, capsys: pytest.CaptureFixture[str]) -> None:
    seed(events=600)
    assert capsys.readouterr().err == ""


def test_it_builds_a_database_of_places_unless_there_is_one(settings: Settings, tmp_path: Path) -> None:
    login_demo.prepare()
    assert [path.name for path in (tmp_path / "places").iterdir()] == ["demo.mmdb"]

    other = tmp_path / "others" / "city.mmdb"
    other.parent.mkdir()
    other.write_bytes(b"mine")
    for configured in (other, other.parent):
        settings.GEOIP_PATH = str(configured)
        login_demo.prepare()
    assert [path.read_bytes() for path in other.parent.iterdir()] == [b"mine"]

    settings.GEOIP_PATH = str(tmp_path / "new" / "city.mmdb")
    login_demo.prepare()
    assert Path(settings.GEOIP_PATH).stat().st_size > 1000


# What it refuses


def test_a_second_time_nothing_is_changed(committed: None) -> None:
    seed(events=500)
    assert "The demo is there already" in seed()
    assert "The demo is there already" in seed(seed=9)
    assert len(all_events()) == 500


def test_a_demo_takes_more_events_as_often_as_one_likes(committed: None) -> None:
    seed(events=500)
    with acting_as(support=True):
        people = set(User.objects.values_list("pk", "last_login"))
    assert "600 events are added" in seed(events=600)
    assert "600 events are added" in seed(events=600)
    assert len(all_events()) == 1700
    with acting_as(support=True):
        assert set(User.objects.values_list("pk", "last_login")) == people


def test_a_demo_that_people_have_joined_is_still_the_demo(committed: None) -> None:
    seed(events=500)
    with acting_as(support=True):
        person("Visitor", "visitor@elsewhere.example").save()
    assert "The demo is there already" in seed()


def test_tenants_of_others_are_refused(committed: None) -> None:
    create_cast()
    with acting_as(support=True):
        Tenant.objects.filter(slug="acme").update(slug="acme-2", name="Acme Two")
    with pytest.raises(CommandError, match="holds tenants or users that the demo did not make"):
        seed()
    assert all_events() == []


def test_users_of_others_are_refused(committed: None) -> None:
    with acting_as(support=True):
        person("Somebody", "somebody@wisely.example").save()
    with pytest.raises(CommandError, match="holds tenants or users that the demo did not make"):
        seed()


def test_a_demo_with_a_tenant_more_is_refused(committed: None) -> None:
    seed(events=500)
    with acting_as(support=True):
        aggregator = Tenant.objects.get(slug="initech")

    create_tenant("New", "new", Edition.ENTERPRISE, super_admin=person("N", "n@new.example"), aggregator=aggregator)
    with pytest.raises(CommandError, match="did not make"):
        seed()


def test_production_is_refused(committed: None, settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG=1"):
        seed()
    assert tenancy_demo.look() is tenancy_demo.Found.NOTHING


def test_too_few_events_are_refused(committed: None) -> None:
    with pytest.raises(CommandError, match="at least 500"):
        seed(events=499)


def test_without_the_owner_it_says_what_to_set(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(connections.settings, "owner")
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        seed()


# Its password


@pytest.mark.parametrize("path", [SIGN_IN, "/admin/login/"])
def test_the_demo_password_opens_nothing_in_production(committed: None, settings: Settings, path: str) -> None:
    seed(events=500)
    visitor = {"username": "dana@wisely.example", "password": DEMO_PASSWORD}
    assert Client().post(path, visitor).status_code == 302
    settings.DEBUG = False
    response = Client().post(path, visitor)
    assert response.status_code != 302
    assert "is not right" in response.content.decode()
    assert all_events()[-1].reason == Reason.WRONG_PASSWORD


def test_another_password_is_right_in_production(db: None, settings: Settings) -> None:
    settings.DEBUG = False
    cast = create_cast()
    response = Client().post(SIGN_IN, {"username": cast.alice.email, "password": "correct horse battery"})
    assert response.status_code == 302


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("password", [DEMO_PASSWORD, "Wisely-Demo", f" {DEMO_PASSWORD} "])
def test_nobody_can_choose_the_demo_password(settings: Settings, debug: bool, password: str) -> None:
    settings.DEBUG = debug
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert "demo_password" in {error.code for error in refused.value.error_list}

"""What the demo holds."""

from __future__ import annotations

import csv
from base64 import b32decode
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from login_activity.models import LoginEvent
from login_activity.sign_ins.recorder import HIDDEN_NAME
from login_activity.vocabulary import Action, Reason, Status
from wisely_security.core.request_context import acting_as
from wisely_security.demo import people as demo_people
from wisely_security.demo.sign_ins import factors
from wisely_security.ledger.models import NO_TENANT
from wisely_security.tenancy.models import (
    BUILT_IN_ROLES,
    AuthenticatorApp,
    RecoveryCode,
    Session,
    Tenant,
    User,
    UserStatus,
)
from wisely_security.tenancy.sign_in.demo_password import DEMO_PASSWORD
from wisely_security.tenancy.sign_in.factors.encryption import decrypt

from .seeding import AUDIT_TRAIL, EVENTS, LOGIN_ACTIVITY, SIGN_IN, KeptDemo


def test_it_makes_exactly_as_many_events_as_asked_within_45_days(demo: list[LoginEvent], until: datetime) -> None:
    assert len(demo) == EVENTS
    assert until - timedelta(days=45) <= demo[0].occurred_at
    assert demo[-1].occurred_at < until
    with connection.cursor() as cursor, acting_as(support=True):
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM login_activity_loginevent")
        assert {name for (name,) in cursor.fetchall()} == {
            f"login_activity_loginevent_{event.occurred_at:%Y_%m}" for event in demo
        }


def test_it_makes_the_companies_with_people_of_every_role_and_status(reading: None, kept_demo: KeptDemo) -> None:
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
    assert DEMO_PASSWORD in kept_demo.output
    for email in demo_people.SIGN_INS:
        assert email in kept_demo.output


def test_every_action_and_reason_occurs(demo: list[LoginEvent]) -> None:
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


def test_somebody_is_in_two_places_at_once(demo: list[LoginEvent], until: datetime) -> None:
    of_priya = [event for event in demo if event.user_email == "priya@acme.example"]
    [abroad, viewed, downloaded] = [event for event in of_priya if event.country == "BR"]
    assert (abroad.action, abroad.status) == (Action.LOG_IN, Status.SUCCESS)
    assert (viewed.action, downloaded.reason) == (Action.VIEW, Reason.DOWNLOADED)
    assert abroad.place.startswith("São Paulo")
    assert abroad.occurred_at.date() == (until - timedelta(days=2)).date()
    assert downloaded.occurred_at - abroad.occurred_at == timedelta(minutes=1)
    at_home = [event for event in of_priya if event.occurred_at == abroad.occurred_at - timedelta(minutes=26)]
    assert [(event.action, event.status, event.place) for event in at_home] == [
        (Action.LOG_IN, Status.SUCCESS, "Bengaluru, Karnataka, India")
    ]


def test_the_suspended_and_the_invited_have_not_been_in_since(demo: list[LoginEvent], until: datetime) -> None:
    with acting_as(support=True):
        users = {user.pk: user for user in User.objects.all()}
    latest = {event.user_id: event for event in demo if (event.action, event.status) == ("log_in", "success")}
    for user in users.values():
        if user.status == UserStatus.PENDING:
            assert user.pk not in latest
        elif user.status == UserStatus.SUSPENDED:
            assert latest[user.pk].occurred_at < until - timedelta(days=12)
        else:
            assert user.last_login == latest[user.pk].occurred_at
    joined = [event for event in demo if event.reason == Reason.INVITATION]
    for event in joined:
        before = [other for other in demo if other.user_id == event.user_id and other.id < event.id]
        assert {other.reason for other in before} <= {Reason.WRONG_PASSWORD}


def test_one_keeps_a_second_factor_and_those_to_sign_in_as_none(demo: list[LoginEvent]) -> None:
    with acting_as(support=True):
        [app] = AuthenticatorApp.objects.select_related("user")
        assert {user.email for user in User.objects.filter(has_second_factor=True)} == {factors.WHO}
        assert app.user.email == factors.WHO not in demo_people.SIGN_INS
        assert RecoveryCode.objects.filter(user=app.user).count() == 10
    assert decrypt(app.seed, app.user_id) == b32decode(factors.KEY)
    its = [event.reason for event in demo if event.user_id == app.user_id and event.action == Action.SECOND_FACTOR]
    assert its == [Reason.FACTOR_ADDED, Reason.RECOVERY_MADE, Reason.FACTOR_RENAMED]
    after = [event for event in demo if event.user_id == app.user_id and event.occurred_at > app.created_at]
    assert not any(event.action == Action.LOG_IN and event.status == Status.SUCCESS for event in after)


def test_some_sessions_are_open(demo: list[LoginEvent]) -> None:
    signed_in = {(event.user_id, event.occurred_at) for event in demo if event.action == Action.LOG_IN}
    with acting_as(support=True):
        sessions = list(Session.objects.select_related("user"))
    assert {session.user.email for session in sessions} & set(demo_people.SIGN_INS)
    for session in sessions:
        assert session.expires_at > timezone.now() >= session.last_seen_at >= session.created_at
        assert session.device
        assert session.place
        assert (session.user_id, session.created_at) in signed_in


@pytest.mark.parametrize("email", ["alice@acme.example", "charlie@globex.example", "erin@initech.example"])
def test_admins_sign_in_and_see_both_records(changing: None, email: str) -> None:
    client = Client()
    assert client.post(SIGN_IN, {"username": email, "password": DEMO_PASSWORD}).status_code == 302
    response = client.get("/", follow=True)
    assert response.status_code == 200
    assert "login-activity" in response.redirect_chain[-1][0]
    assert response.context["events"]
    response = client.get(AUDIT_TRAIL, {"period": "30d"})
    assert response.status_code == 200
    assert response.context["events"]


def test_bob_signs_in_and_sees_neither_record(changing: None) -> None:
    client = Client()
    assert client.post(SIGN_IN, {"username": "bob@acme.example", "password": DEMO_PASSWORD}).status_code == 302
    for path in (LOGIN_ACTIVITY, AUDIT_TRAIL):
        assert client.get(path).status_code == 403


def test_support_signs_in_to_django_admin(changing: None) -> None:
    client = Client()
    assert client.post(SIGN_IN, {"username": "dana@wisely.example", "password": DEMO_PASSWORD}).status_code == 302
    assert client.get("/admin/audit_trail/auditevent/").status_code == 200


def test_the_story_leaves_everybody_the_role_they_had(demo: list[LoginEvent]) -> None:
    with (Path(demo_people.__file__).parent / "people.csv").open(encoding="utf-8", newline="") as table:
        listed = {row["email"]: (row["name"], row["role"] or "admin", row["status"]) for row in csv.DictReader(table)}
    with acting_as(support=True):
        users = list(User.objects.select_related("role"))
    assert {user.email: (user.name, user.role.key if user.role else "admin", user.status) for user in users} == listed

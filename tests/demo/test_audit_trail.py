"""The demo's Audit Trail, and the data behind it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from audit_trail.models import AuditEvent
from audit_trail.vocabulary import ActorKind, Code, Status
from login_activity.models import LoginEvent
from wisely_security.core.request_context import acting_as
from wisely_security.demo.changes.everyday import EDITS
from wisely_security.demo.patterns import accepted_at, suspended_at
from wisely_security.ledger.models import NO_TENANT, time_of
from wisely_security.tenancy.models import Tenant, User, UserStatus
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.business_groups import NOTIFY_OWNER, NOTIFY_USERS
from wisely_security.workspace.modules.templates import Review, Template
from wisely_security.workspace.outbox.models import Notification
from wisely_security.workspace.pages.resource_page import resource_pages

from .seeding import ENTERPRISES, EVENTS, KeptDemo, not_done, of_tenant, possible, seed

FAILURES = {
    *(Code.NO_PERMISSION, Code.NOT_FOUND, Code.INVALID_INPUT, Code.DUPLICATE),
    *(Code.IN_USE, Code.NOT_ALLOWED, Code.CONFLICT, Code.EMAIL_FAILED),
}


def people() -> dict[UUID, User]:
    with acting_as(support=True):
        return {user.pk: user for user in User.objects.select_related("tenant", "role")}


@pytest.mark.parametrize("slug", ENTERPRISES)
def test_an_enterprise_has_done_everything_that_can_be_done(
    trail: list[AuditEvent], slug: str, until: datetime
) -> None:
    since = until - timedelta(days=45)
    recent = [event for event in of_tenant(trail, slug) if event.occurred_at >= since]
    assert len(possible()) >= 31
    assert not_done(recent) == set(), f"a step that does it goes into wisely_security/demo/changes/{slug}.toml"
    assert {(until - event.occurred_at).days // 9 for event in recent} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("slug", ENTERPRISES)
def test_an_enterprise_has_failures_of_many_kinds(trail: list[AuditEvent], slug: str) -> None:
    failures = [event for event in of_tenant(trail, slug) if event.status == Status.FAILURE]
    assert {event.reason_code for event in failures} >= FAILURES
    for event in failures:
        assert len(event.reason.split()) > 3
        assert {change["field"] for change in event.changes} <= {"recipients", "not_reached"}


def test_an_aggregator_has_a_record_of_its_own(trail: list[AuditEvent]) -> None:
    events = of_tenant(trail, "initech")
    assert {event.module for event in events} >= {"business_group", "templates", "users", "roles", "access_account"}
    assert len({event.reason_code for event in events}) > 4


def test_the_key_of_a_record_contains_its_creation_time(trail: list[AuditEvent]) -> None:
    """So its page leads to everything about it, and it stands where it belongs among others."""
    about = [(event, key) for event in trail if (key := event.resource_id) and key.version == 7]
    assert {event.resource_type for event, _ in about} >= {"businessgroup", "role", "user", "template"}
    second = timedelta(seconds=1)
    assert [event for event, key in about if event.occurred_at + second < time_of(key)] == []


def test_those_who_act_are_people_of_the_tenant_while_they_are_there(trail: list[AuditEvent], until: datetime) -> None:
    users = people()
    invited = {event.resource_id: event for event in trail if event.action == "invite" and not event.reason_code}
    for event in trail:
        if event.actor_kind != ActorKind.PERSON:
            continue
        assert event.ip and event.request_id
        assert event.actor_id
        if event.actor_id not in users:  # a former colleague
            assert invited[event.actor_id].tenant_id == event.tenant_id
            continue
        user = users[event.actor_id]
        assert (user.tenant_id, user.name, user.email) == (event.tenant_id, event.actor_name, event.actor_email)
        if user.tenant and user.tenant.super_admin_id != user.pk:
            assert accepted_at(user) <= event.occurred_at
        if user.status == UserStatus.SUSPENDED:
            assert event.occurred_at < suspended_at(user, until)


def test_others_who_act_are_the_system_at_the_beginning_and_access_accounts(trail: list[AuditEvent]) -> None:
    users = people()
    with acting_as(support=True):
        accounts = dict(AccessAccount.objects.values_list("pk", "tenant_id"))
        tenants = {tenant.pk: tenant for tenant in Tenant.objects.all()}
    others = [event for event in trail if event.actor_kind != ActorKind.PERSON]
    assert {event.actor_kind for event in others} == {ActorKind.SYSTEM, ActorKind.API}
    for event in others:
        if event.actor_id:
            assert accounts[event.actor_id] == event.tenant_id
        elif event.tenant_id == NO_TENANT:
            assert users[event.resource_id or NO_TENANT].is_staff
        else:
            assert event.action in {"add", "invite"}
            assert event.occurred_at.date() == tenants[event.tenant_id].created_at.date()


def test_people_keep_their_hours_and_places(trail: list[AuditEvent], demo: list[LoginEvent]) -> None:
    users = people()
    signed_in = {(event.user_id, event.ip) for event in demo}
    acted = [event for event in trail if event.actor_id in users]
    moments = [
        event.occurred_at.astimezone(ZoneInfo(users[event.actor_id].time_zone)) for event in acted if event.actor_id
    ]
    assert sum(8 <= moment.hour < 19 for moment in moments) > 0.85 * len(moments)
    assert sum(moment.weekday() >= 5 for moment in moments) < 0.1 * len(moments)
    assert sum((event.actor_id, event.ip) in signed_in for event in acted) > 0.95 * len(acted)


def test_nothing_is_of_today_or_later(trail: list[AuditEvent], until: datetime) -> None:
    assert trail[-1].occurred_at < until
    with acting_as(support=True):
        for section in resource_pages():
            for record in section.model.objects.all():
                stamps = [getattr(record, name, None) for name in ("created_at", "key_made_at")]
                assert all(stamp < until for stamp in stamps if stamp)


def test_the_changes_of_a_record_follow_from_each_other(trail: list[AuditEvent]) -> None:
    """Each change begins with what the one before it left."""
    left: dict[tuple[Any, str], str] = {}
    followed = 0
    for event in trail:
        if event.module == "findings":  # whose beginning is no action of anybody
            continue
        for change in event.changes if event.actor_kind != ActorKind.API else []:
            key = event.resource_id, change["field"]
            if "before" in change:
                followed += key in left
                assert (change["before"] or "") == left.get(key, ""), (event, change)
            if "after" in change:
                left[key] = change["after"] or ""
    assert followed > 300


def test_members_are_recorded_as_of_the_change(trail: list[AuditEvent]) -> None:
    edits = [event for event in trail if (event.module, event.action) == ("business_group", "edit")]
    assert any(change.get("added") for event in edits for change in event.changes)
    mails = [event for event in trail if event.action in {NOTIFY_OWNER.key, NOTIFY_USERS.key}]
    for mail in mails:
        [change] = [event for event in trail if event.request_id == mail.request_id and event not in mails]
        assert timedelta(0) < mail.occurred_at - change.occurred_at < timedelta(minutes=1)


@pytest.mark.parametrize("slug", ENTERPRISES)
def test_notifications_reach_most(trail: list[AuditEvent], slug: str) -> None:
    events = [event for event in of_tenant(trail, slug) if event.action in {NOTIFY_OWNER.key, NOTIFY_USERS.key}]
    assert Counter(event.status for event in events)[Status.SUCCESS] > 5
    failed = [event for event in events if event.status == Status.FAILURE]
    assert failed
    for event in failed:
        assert event.reason_code == Code.EMAIL_FAILED
        assert ": 55" in event.reason
    with acting_as(support=True):
        assert not Notification.objects.exists()


def test_no_mail_is_sent(kept_demo: KeptDemo) -> None:
    assert kept_demo.mails == 0
    assert settings.EMAIL_BACKEND == "django.core.mail.backends.locmem.EmailBackend"  # the suite's, as before
    assert "Subject:" not in kept_demo.output + kept_demo.errors


@pytest.mark.parametrize("slug", [*ENTERPRISES, "initech"])
def test_what_is_left_is_a_workspace_in_use(reading: None, slug: str) -> None:
    with acting_as(support=True):
        tenant = Tenant.objects.get(slug=slug)
        templates = list(Template.objects.filter(tenant=tenant))
        empty = {section.path for section in resource_pages() if not section.records(tenant).exists()}
    assert empty == ({"consent-groups", "checkpoint-receivers"} if slug == "initech" else set())
    assert any(template.status == Review.APPROVED for template in templates)
    assert any(template.content_status == Review.REJECTED and template.remark for template in templates)
    if slug in ENTERPRISES:
        assert any(template.content_status == Review.IN_REVIEW for template in templates)


def test_ordinary_days_are_as_many_as_the_sign_ins_ask_for(changing: None) -> None:
    def count() -> int:
        with acting_as(support=True):
            return AuditEvent.objects.count()

    story = count() - EVENTS // 10
    assert "1,000 events and 100 changes were added" in seed(events=1000)
    assert count() == story + EVENTS // 10 + 100
    assert story > 200


def test_everyday_changes_belong_to_sessions_with_their_sign_in(
    demo: list[LoginEvent], trail: list[AuditEvent]
) -> None:
    kinds = {model._meta.model_name for model in EDITS}
    changes = [it for it in trail if it.actor_kind == ActorKind.PERSON and it.resource_type in kinds]
    sign_ins = {event.session: event for event in demo if event.action == "log_in" and event.status == Status.SUCCESS}
    assert len(changes) > EVENTS // 20
    for event in changes:
        signed_in = sign_ins[event.session]
        assert (signed_in.user_id, signed_in.ip) == (event.actor_id, event.ip)
        assert signed_in.id < event.id

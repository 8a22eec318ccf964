"""A change of rights changes the session key: the old one, perhaps stolen, ends. Nobody is signed out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from login_activity.models import LoginEvent
from tests.support.cast import PASSWORD, Cast, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, Session, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.session_store import SessionStore

COOKIE = "wisely_session"
PAGE = "/account/profile/"
AFTER_GRACE = timedelta(seconds=61)
Events = Callable[..., list[LoginEvent]]


def key_of(client: Client) -> str:
    return client.cookies[COOKIE].value


def with_key(key: str) -> Client:
    """Another request of the same browser, or of whoever has stolen its key."""
    client = Client()
    client.cookies = SimpleCookie({COOKIE: key})
    return client


def own_role(cast: Cast) -> Role:
    with acting_as(tenant_id=cast.acme.pk):
        return Role.objects.create(tenant=cast.acme, name="Auditor", permissions=["login_activity.view"])


def give(user: User, tenant: Tenant, **changes: Any) -> None:
    with acting_as(tenant_id=tenant.pk):
        User.objects.filter(pk=user.pk).update(**changes)


def changed_role(cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        give(cast.bob, cast.acme, role=Role.objects.get(key="finance"))


def made_admin(cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        give(cast.bob, cast.acme, role=Role.objects.get(key="admin"))


def handed_over(cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        Tenant.objects.filter(pk=cast.acme.pk).update(super_admin=cast.bob)


def edited_role(cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        Role.objects.filter(name="Auditor").update(permissions=["login_activity.view", "audit_trail.view"])


@pytest.mark.parametrize(
    ("change", "whose"),
    [
        (changed_role, "bob"),
        (made_admin, "bob"),
        (handed_over, "bob"),
        (handed_over, "alice"),
        (edited_role, "bob"),
    ],
)
def test_other_rights_are_another_key_at_the_next_request(
    cast: Cast, events: Events, change: Callable[[Cast], None], whose: str
) -> None:
    if change is edited_role:
        give(cast.bob, cast.acme, role=own_role(cast))
    user = getattr(cast, whose)
    client = sign_in(user)
    old = key_of(client)
    assert client.get(PAGE).status_code == 200
    assert key_of(client) == old
    change(cast)
    assert client.get(PAGE).status_code == 200
    new = key_of(client)
    assert new != old
    assert client.get(PAGE).status_code == 200
    assert key_of(client) == new
    with time_machine.travel(timezone.now() + AFTER_GRACE, tick=False):
        assert with_key(old).get(PAGE).status_code == 302
        assert client.get(PAGE).status_code == 200
    named = {event.session for event in events(cast.acme) if event.user_id == user.pk and event.action == "log_in"}
    with acting_as(support=True):
        assert {session.name for session in Session.objects.filter(user=user)} <= named


def test_what_changes_no_rights_changes_no_key(cast: Cast) -> None:
    client = sign_in(cast.bob)
    old = key_of(client)
    give(cast.bob, cast.acme, name="Robert Brown", time_zone="Asia/Kolkata")
    own_role(cast)
    with acting_as(tenant_id=cast.acme.pk):
        Role.objects.filter(name="Auditor").update(permissions=[])  # not Bob's
    client.get(PAGE)
    assert key_of(client) == old


def test_a_reactivated_user_signs_in_again(cast: Cast, events: Events) -> None:
    client = sign_in(cast.bob)
    old = key_of(client)
    give(cast.bob, cast.acme, status=UserStatus.SUSPENDED)
    assert client.get(PAGE).status_code == 302
    give(cast.bob, cast.acme, status=UserStatus.ACTIVE)
    assert with_key(old).get(PAGE).status_code == 302
    assert [e.reason for e in events(cast.acme) if e.action == "end_session"] == ["session_invalid"]


def test_signing_in_again_and_a_new_password_are_another_key_at_once(cast: Cast) -> None:
    client = sign_in(cast.bob)
    first = key_of(client)
    sign_in(cast.bob, client)
    second = key_of(client)
    client.post("/account/password/", {"old_password": PASSWORD, "new_password": "a much better password"})
    third = key_of(client)
    assert len({first, second, third}) == 3
    assert [with_key(key).get(PAGE).status_code for key in (first, second, third)] == [302, 302, 200]


class TestSeveralRequestsAtOnce:
    def test_one_that_was_sent_with_the_old_key_is_answered_and_gets_no_key(self, cast: Cast) -> None:
        client = sign_in(cast.bob)
        late = with_key(key_of(client))
        changed_role(cast)
        client.get(PAGE)
        answer = late.get(PAGE)
        assert answer.status_code == 200
        assert COOKIE not in answer.cookies

    def test_one_after_the_minute_neither_signs_in_nor_takes_the_browsers_new_key(self, cast: Cast) -> None:
        client = sign_in(cast.bob)
        late = with_key(key_of(client))
        changed_role(cast)
        client.get(PAGE)
        with time_machine.travel(timezone.now() + AFTER_GRACE, tick=False):
            answer = late.get(PAGE)
        assert answer.status_code == 302
        assert COOKIE not in answer.cookies

    def test_two_that_both_would_renew_it_keep_what_each_has_changed(self, cast: Cast) -> None:
        key = key_of(sign_in(cast.bob))
        one, two = SessionStore(key), SessionStore(key)
        one["mine"], two["yours"] = 1, 2
        one.renew_key()
        two.renew_key()
        one.save()
        two.save()
        assert (one.leaves_cookie, two.leaves_cookie) == (False, True)
        assert one.session_key is not None
        kept = SessionStore(one.session_key)
        assert (kept["mine"], kept["yours"]) == (1, 2)

    def test_what_a_late_one_changes_is_kept(self, cast: Cast) -> None:
        key = key_of(sign_in(cast.bob))
        one, late = SessionStore(key), SessionStore(key)
        one.renew_key()
        one.save()
        late["yours"] = 2
        late.save()
        assert SessionStore(one.session_key)["yours"] == 2

    def test_one_that_ends_after_a_new_password_leaves_the_new_key(self, cast: Cast) -> None:
        key = key_of(sign_in(cast.bob))
        one, late = SessionStore(key), SessionStore(key)
        late["yours"] = 2
        one.cycle_key()
        one.save()
        late.save()
        assert late.leaves_cookie
        assert "yours" not in SessionStore(one.session_key)

"""Sessions: viewed and ended by their owner or an admin, expired by time, each end recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from tests.support.cast import PASSWORD, Cast, sign_in
from tests.workspace.browsing import Visitor
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.forms.sign_in import ProfileForm, save_changed
from wisely_security.tenancy.models import Session, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.session_store import SessionStore
from wisely_security.tenancy.sign_in.signals import session_ended

from .test_sign_in import IPHONE

LIMITS = {"session_idle_minutes": "10", "session_max_hours": "2", "second_factor_grace_days": "14"}


def sessions(cast: Cast) -> list[Session]:
    with acting_as(support=True):
        return list(Session.objects.order_by("id"))


def ended(events, tenant: Tenant | None) -> list[tuple[str, str]]:
    return [(e.user_name, e.reason) for e in events(tenant) if e.action == "end_session"]


def test_own_sessions_show_device_and_place_and_can_be_ended(cast: Cast, events) -> None:
    here, there = sign_in(cast.alice), sign_in(cast.alice)
    body = here.get("/account/sessions/").content.decode()
    assert body.count("<strong>Windows PC</strong>") == 2
    assert body.count("Chrome 129 · Windows 10") == 2
    assert body.count("This session") == 1
    assert "A session ends after 12 hours without use, and 14 days after the sign-in at the latest." in body
    assert "Times in Asia/Kolkata." in body
    assert here.post(f"/account/sessions/{sessions(cast)[1].pk}/end/").status_code == 302
    assert there.get("/account/profile/").status_code == 302
    assert here.get("/account/profile/").status_code == 200
    assert ended(events, cast.acme) == [("Alice Adams", "ended_by_user")]


def test_all_others_can_be_ended_at_once(cast: Cast, events) -> None:
    here = sign_in(cast.alice)
    for _ in range(3):
        sign_in(cast.alice)
    sign_in(cast.bob)
    here.post("/account/sessions/end/")
    assert {session.user_id for session in sessions(cast)} == {cast.alice.pk, cast.bob.pk}
    assert ended(events, cast.acme) == [("Alice Adams", "ended_by_user")] * 3


def test_support_staff_see_and_end_their_own(cast: Cast, events) -> None:
    here, there = sign_in(cast.dana), sign_in(cast.dana)
    assert here.get("/account/sessions/").status_code == 200
    here.post("/account/sessions/end/")
    assert there.get("/account/profile/").status_code == 302
    assert ended(events, None) == [("Dana Diaz", "ended_by_user")]


def test_ending_them_takes_a_sign_in_of_a_moment_ago(cast: Cast) -> None:
    """Whoever finds a browser that is signed in does not lock its owner out of the others (OWASP ASVS 5.0, 7.5.2)."""
    here = sign_in(cast.bob)
    sign_in(cast.bob)
    before = {each.pk for each in sessions(cast)}
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        for url in ("/account/sessions/end/", f"/account/sessions/{sessions(cast)[1].pk}/end/"):
            asked = here.post(url)
            assert asked.headers["Location"] == "/account/confirm/?next=%2Faccount%2Fsessions%2F"
        assert {each.pk for each in sessions(cast)} == before
        here.post("/account/confirm/", {"password": PASSWORD, "next": "/account/sessions/"})
        assert here.post("/account/sessions/end/").headers["Location"] == "/account/sessions/"
        assert len(sessions(cast)) == 1


def test_an_admin_ends_those_of_a_user(cast: Cast, events) -> None:
    alice, bob = sign_in(cast.alice), sign_in(cast.bob)
    assert "Windows PC" in alice.get(f"/settings/users/{cast.bob.pk}/sessions/").content.decode()
    alice.post(f"/settings/users/{cast.bob.pk}/sessions/{sessions(cast)[1].pk}/end/")
    assert bob.get("/account/profile/").status_code == 302
    event = events(cast.acme)[-1]
    assert (event.user_name, event.acted_by, event.reason) == ("Bob Brown", "Alice Adams", "ended_by_admin")


def test_the_end_of_a_session_is_recorded_with_its_own_device_and_address(cast: Cast, events) -> None:
    phone = Client(headers={"user-agent": IPHONE}, REMOTE_ADDR="10.9.8.7")
    sign_in(cast.bob, phone)
    sign_in(cast.alice).post(f"/settings/users/{cast.bob.pk}/sessions/end/")
    event = events(cast.acme)[-1]
    assert (event.user_name, event.device, event.ip) == ("Bob Brown", "iPhone", "10.9.8.7")
    assert (event.acted_by, event.detail) == ("Alice Adams", {"ended from": "127.0.0.1"})


def test_all_events_of_a_session_share_its_name_whatever_its_key(cast: Cast, events) -> None:
    client, other = sign_in(cast.alice), sign_in(cast.alice)
    client.get("/settings/sign-in/")
    client.post("/account/password/", {"old_password": PASSWORD, "new_password": "a much better password"})
    client.post("/sign-out/")
    named = [(event.action, event.session) for event in events(cast.acme)]
    mine, others = named[0][1], named[1][1]
    assert mine != others
    assert named == [
        ("log_in", mine),
        ("log_in", others),
        ("view", mine),
        ("end_session", others),
        ("change_password", mine),
        ("log_out", mine),
    ]
    assert other.get("/account/profile/").status_code == 302


def test_an_idle_session_expires_and_the_next_visit_records_it(cast: Cast, events) -> None:
    client = sign_in(cast.alice)
    with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=1), tick=False):
        assert client.get("/account/profile/").status_code == 302
        assert client.get("/account/profile/").status_code == 302
    assert ended(events, cast.acme) == [("Alice Adams", "expired")]
    assert sessions(cast) == []


def test_a_session_in_use_lives_on_up_to_its_longest(cast: Cast) -> None:
    client, start = sign_in(cast.alice), timezone.now()
    for hours in range(0, 14 * 24, 8):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            assert client.get("/account/profile/").status_code == 200
    with time_machine.travel(start + timedelta(days=14, minutes=1), tick=False):
        assert client.get("/account/profile/").status_code == 302


def test_expired_sessions_that_nobody_visits_are_recorded_by_the_command(cast: Cast, events) -> None:
    for user in (cast.alice, cast.bob, cast.charlie, cast.dana):
        sign_in(user)
    with acting_as(support=True):
        Session.objects.exclude(user=cast.bob).update(expires_at=timezone.now())
    call_command("end_expired_sessions")
    call_command("end_expired_sessions")
    assert ended(events, cast.acme) == [("Alice Adams", "expired")]
    assert ended(events, cast.globex) == [("Charlie Clark", "expired")]
    assert ended(events, None) == [("Dana Diaz", "expired")]
    assert [session.user_id for session in sessions(cast)] == [cast.bob.pk]


def test_a_session_that_is_prolonged_meanwhile_goes_on(cast: Cast, events) -> None:
    """Its owner's request came in time, and was answered while the command was at work on others."""
    for user in (cast.alice, cast.charlie):
        sign_in(user)
    over, now = timezone.now(), timezone.now() + timedelta(hours=1)
    with acting_as(support=True):
        Session.objects.update(expires_at=over)

    def prolong(**_: object) -> None:
        with acting_as(support=True):
            Session.objects.update(expires_at=now)

    session_ended.connect(prolong)
    try:
        call_command("end_expired_sessions")
    finally:
        session_ended.disconnect(prolong)
    assert len(sessions(cast)) == 1
    assert len(ended(events, cast.acme) + ended(events, cast.globex)) == 1


def test_the_tenants_own_limits_apply(cast: Cast, events) -> None:
    alice = sign_in(cast.alice)
    saved = alice.post("/settings/sign-in/", LIMITS)
    assert saved.status_code == 302
    event = events(cast.acme)[-1]
    assert (event.action, event.detail["area"]) == ("edit", "Sign-in settings")
    assert sorted(event.detail["changes"].values()) == [[336, 2], [720, 10]]
    bob = sign_in(cast.bob)
    limits = "A session ends after 10 minutes without use, and 2 hours after the sign-in at the latest."
    assert limits in bob.get("/account/sessions/").content.decode()
    assert limits in alice.get(f"/settings/users/{cast.bob.pk}/sessions/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert bob.get("/account/profile/").status_code == 302


@pytest.mark.parametrize(
    "wrong", [{"session_idle_minutes": "4"}, {"session_max_hours": "0"}, {"session_max_hours": "x"}]
)
def test_limits_out_of_range_are_refused_and_recorded(cast: Cast, events, wrong: dict[str, str]) -> None:
    form = LIMITS | wrong
    response = sign_in(cast.alice).post("/settings/sign-in/", form)
    assert response.status_code == 400
    assert f'value="{next(iter(wrong.values()))}"' in response.content.decode()
    event = events(cast.acme)[-1]
    assert (event.action, event.status, event.reason) == ("edit", "failure", "invalid_input")


def test_viewing_the_settings_is_recorded(cast: Cast, events) -> None:
    sign_in(cast.alice).get("/settings/sign-in/")
    event = events(cast.acme)[-1]
    assert (event.action, event.status, event.detail["area"]) == ("view", "success", "Sign-in settings")


def test_a_profile_edit_is_recorded_and_the_name_in_older_events_stays(cast: Cast, events) -> None:
    client = sign_in(cast.alice)
    client.post("/account/profile/", {"name": "Alice Archer", "time_zone": "Europe/London"})
    logged_in, edited = events(cast.acme)
    assert logged_in.user_name == "Alice Adams"
    assert edited.detail["changes"]["Name"] == ["Alice Adams", "Alice Archer"]


def test_a_profile_edit_keeps_a_time_zone_of_an_old_name(cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        User.objects.filter(pk=cast.alice.pk).update(time_zone="Japan")
        Visitor(sign_in(cast.alice)).open("/account/profile/").press({"Name": "Alice Archer"})
        alice = User.objects.get(pk=cast.alice.pk)
    assert (alice.name, alice.time_zone) == ("Alice Archer", "Japan")


def test_a_session_ended_during_a_request_is_not_written_back(cast: Cast) -> None:
    client = sign_in(cast.alice)
    store = client.session
    store.get("_auth_user_id")
    client.post("/sign-out/")

    store["x"] = 1
    store.save()
    assert sessions(cast) == []


def test_two_requests_of_one_session_keep_what_each_has_changed(cast: Cast) -> None:
    client = sign_in(cast.alice)
    one, two = client.session, client.session
    one["mine"], two["yours"] = 1, 2
    del two["device"]
    one.save()
    two.save()
    kept = client.session
    assert (kept["mine"], kept["yours"], "device" in kept) == (1, 2, False)


def test_a_session_signed_with_another_secret_key_is_ended(cast: Cast, events, settings) -> None:
    client = sign_in(cast.alice)
    settings.SECRET_KEY = "another" * 8
    sign_in(cast.charlie, client)
    assert ended(events, cast.acme) == [("Alice Adams", "session_invalid")]
    assert [session.user_id for session in sessions(cast)] == [cast.charlie.pk]


def test_a_failure_to_write_the_session_leaves_no_success(cast: Cast, events, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise OperationalError("the disk is full")

    monkeypatch.setattr(SessionStore, "_insert", broken)
    client = Client(raise_request_exception=False)
    form = {"username": "alice@acme.example", "password": PASSWORD}
    assert client.post("/sign-in/", form).status_code == 500
    assert events(cast.acme) == []


def test_viewing_a_users_sessions_is_recorded(cast: Cast, events) -> None:
    sign_in(cast.alice).get(f"/settings/users/{cast.bob.pk}/sessions/")
    assert events(cast.acme)[-1].detail["area"] == "Sessions of a user: Bob Brown"


@pytest.mark.parametrize("name", ["Alice\nAdams", "\u202eecilA", "A\u2028B", "A\u0007"])
def test_a_name_is_one_line_that_reads_as_it_is(cast: Cast, name: str) -> None:
    response = sign_in(cast.alice).post("/account/profile/", {"name": name, "time_zone": "UTC"})
    assert (response.status_code, response.context["form"].errors.keys()) == (400, {"name"})


def test_an_edit_of_the_profile_does_not_undo_a_suspension(cast: Cast) -> None:
    form = ProfileForm({"name": "Robert", "time_zone": "UTC"}, instance=cast.bob)
    assert form.is_valid()
    with acting_as(tenant_id=cast.acme.pk):
        User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.SUSPENDED)
        save_changed(form)
        bob = User.objects.get(pk=cast.bob.pk)
    assert (bob.name, bob.status) == ("Robert", UserStatus.SUSPENDED)

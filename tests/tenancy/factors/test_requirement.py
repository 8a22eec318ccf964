"""A tenant requires a second factor by role; an admin resets one; support staff need one outside development."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support.cast import PASSWORD, Cast, add_member, person, sign_in
from tests.support.sign_in.factors import code_at, give_app, sign_in_with
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.factors import requirement
from wisely_security.tenancy.sign_in.factors.confirmation import MINUTES
from wisely_security.tenancy.sign_in.links import make_link

Traveller = time_machine.Traveller
SETTINGS = {"session_idle_minutes": 720, "session_max_hours": 336}


def developer(cast: Cast) -> Role:
    with acting_as(tenant_id=cast.acme.pk):
        return Role.objects.get(tenant=cast.acme, key="developer")


def require(cast: Cast, days: int, *keys: object) -> None:
    form = {**SETTINGS, "second_factor_grace_days": days, "second_factor_of": [str(key) for key in keys]}
    assert sign_in(cast.alice).post("/settings/sign-in/", form).status_code == 302


def test_people_of_a_role_are_reminded_and_then_led_to_set_one_up(cast: Cast, events) -> None:
    require(cast, 14, developer(cast).pk)
    changed = events(cast.acme)[-1].detail["changes"]
    assert changed == {"Require a second factor of": ["Nobody", "Developer"]}
    assert "within 14 days" in sign_in(cast.bob).get("/account/profile/").content.decode()
    assert "within 14 days" not in sign_in(cast.alice).get("/account/profile/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1), tick=False):
        client = sign_in(cast.bob)
        assert client.get("/account/profile/").headers["Location"] == "/account/second-factor/"
        assert client.post("/account/profile/", {"name": "x"}).headers["Location"] == "/account/second-factor/"
        assert "needs a second factor" in client.get("/account/second-factor/").content.decode()
        assert client.get("/account/second-factor/app/").status_code == 200
        assert client.get("/account/passkeys/").status_code == 200
        assert sign_in(cast.charlie).get("/account/profile/").status_code == 200
        assert client.post("/sign-out/").status_code == 302
        give_app(cast.bob)
    require(cast, 14)
    assert events(cast.acme)[-1].detail["changes"] == {"Require a second factor of": ["Developer", "Nobody"]}


def test_who_is_given_a_role_or_accepts_an_invitation_later_has_all_the_days(cast: Cast) -> None:
    """Whatever changes the role, and however long ago the role was asked or the account was made."""
    long_ago = timezone.now() - timedelta(days=60)
    with acting_as(tenant_id=cast.acme.pk):
        role = developer(cast)
        Role.objects.filter(pk=role.pk).update(second_factor_since=long_ago)
        bob = User.objects.filter(pk=cast.bob.pk)
        bob.update(created_at=long_ago)
        assert due_at(cast.bob) == long_ago + GRACE
        for change in ({"role": cast.alice.role}, {"role": role}):
            bob.update(**change)
        assert timezone.now() - timedelta(hours=1) < due_at(cast.bob) - GRACE <= timezone.now()
        bob.update(role_since=long_ago, status=UserStatus.SUSPENDED)
        bob.update(status=UserStatus.ACTIVE)
        assert due_at(cast.bob) == long_ago + GRACE
        bob.update(status=UserStatus.PENDING)
        bob.update(status=UserStatus.ACTIVE)
        assert timezone.now() - timedelta(hours=1) < due_at(cast.bob) - GRACE


def test_a_new_super_admin_has_all_the_days(cast: Cast) -> None:
    long_ago = timezone.now() - timedelta(days=60)
    with acting_as(tenant_id=cast.acme.pk):
        for each in (cast.alice, cast.bob):
            User.objects.filter(pk=each.pk).update(created_at=long_ago)
        acme = Tenant.objects.filter(pk=cast.acme.pk)
        acme.update(super_admin_factor_since=long_ago)
        assert due_at(cast.alice) == long_ago + GRACE
        acme.update(super_admin=cast.bob)
        assert timezone.now() - timedelta(hours=1) < due_at(cast.bob) - GRACE
        Role.objects.filter(pk=developer(cast).pk).update(second_factor_since=long_ago)
        assert due_at(cast.bob) == long_ago + GRACE  # that of his role has passed


GRACE = timedelta(days=7)


def due_at(user: User) -> datetime:
    row = User.objects.select_related("tenant", "role").get(pk=user.pk)
    assert row.tenant is not None
    row.tenant.second_factor_grace_days = GRACE.days
    until = requirement.due(row)
    assert until is not None
    return until


def test_the_super_admin_is_asked_apart_from_roles_and_a_foreign_role_is_refused(cast: Cast) -> None:
    with acting_as(tenant_id=cast.globex.pk):
        foreign = Role.objects.filter(tenant=cast.globex).first()
    form = {**SETTINGS, "second_factor_grace_days": 0, "second_factor_of": [str(foreign and foreign.pk)]}
    refused = sign_in(cast.alice).post("/settings/sign-in/", form)
    assert refused.status_code == 400
    require(cast, 0, "super_admin")
    assert sign_in(cast.alice).get("/").headers["Location"] == "/account/second-factor/"
    assert sign_in(cast.bob).get("/account/profile/").status_code == 200


def test_support_staff_set_one_up_first_outside_development(cast: Cast, settings) -> None:
    assert sign_in(cast.dana).get("/admin/").status_code == 200
    settings.SUPPORT_NEEDS_FACTOR = True
    client = sign_in(cast.dana)
    assert client.get("/admin/").headers["Location"] == "/account/second-factor/"
    assert client.get("/account/second-factor/app/").status_code == 200
    give_app(cast.dana)
    assert client.get("/admin/").status_code == 200


def test_an_operator_can_require_one_of_everybody_at_once(cast: Cast, settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    for each in (cast.alice, cast.bob, cast.charlie, cast.erin, cast.dana):
        client = sign_in(each)
        assert client.get("/account/profile/").headers["Location"] == "/account/second-factor/", each
        assert client.get("/account/second-factor/app/").status_code == 200
        give_app(each)
        assert client.get("/account/profile/").status_code == 200


def test_an_admin_resets_a_lost_factor_and_it_is_recorded_by_whom(cast: Cast, events, half_minute: Traveller) -> None:
    seed = give_app(cast.bob)
    bob, alice = sign_in_with(cast.bob, code_at(seed)), sign_in(cast.alice)
    page = f"/settings/users/{cast.bob.pk}/second-factor/"
    assert "Phone" in alice.get(page).content.decode()
    half_minute.shift(MINUTES * 60 + 1)
    assert alice.post(f"{page}reset/").headers["Location"].startswith("/account/confirm/?next=")
    alice = sign_in(cast.alice)
    assert alice.post(f"{page}reset/", {"checked": "yes"}).status_code == 400
    assert bob.get("/account/profile/").status_code == 200
    assert alice.post(f"{page}reset/", {"checked": "Called back on her desk"}).headers["Location"] == page
    assert bob.get("/account/profile/").status_code == 302
    [done] = [
        event for event in events(cast.acme) if (event.action, event.reason) == ("second_factor", "factors_reset")
    ]
    assert (done.user_name, done.acted_by) == ("Bob Brown", "Alice Adams")
    what = {"factors": ["Authenticator app “Phone”"], "identity checked": "Called back on her desk"}
    assert done.detail == what


def test_after_a_reset_the_mailbox_lets_in_not_the_password(cast: Cast, half_minute: Traveller) -> None:
    """As when somebody joins: an admin vouches for them, and a link to their mailbox gives them a password."""
    give_app(cast.bob)
    sign_in(cast.alice).post(f"/settings/users/{cast.bob.pk}/second-factor/reset/", {"checked": "Met them in person"})
    refused = Client().post("/sign-in/", {"username": cast.bob.email, "password": PASSWORD})
    assert refused.status_code == 400
    with acting_as(**cast.bob.own_scope):
        bob = User.objects.get(pk=cast.bob.pk)
        link = urlsplit(make_link("password_reset_confirm", bob)).path
    visitor = Client()
    form = visitor.get(link, follow=True)
    chosen = visitor.post(form.request["PATH_INFO"], {"new_password": "a mailbox of one's own"})
    assert chosen.status_code == 302
    signed_in = Client().post("/sign-in/", {"username": bob.email, "password": "a mailbox of one's own"})
    assert signed_in.status_code == 302


def test_nobody_resets_who_may_do_more_nor_people_of_another_tenant(cast: Cast) -> None:
    carol = add_member(cast.acme, "admin", person("Carol Cook", "carol@acme.example"))
    client = sign_in(carol)
    give_app(cast.alice)
    assert client.post(f"/settings/users/{cast.alice.pk}/second-factor/reset/").status_code == 403
    assert client.post(f"/settings/users/{carol.pk}/second-factor/reset/").status_code == 403
    for send in (client.get, client.post):
        assert send(f"/settings/users/{cast.charlie.pk}/second-factor/reset/").status_code in {404, 405}
    assert client.get(f"/settings/users/{cast.charlie.pk}/second-factor/").status_code == 404
    with acting_as(tenant_id=cast.acme.pk):
        assert User.objects.get(pk=cast.alice.pk).has_second_factor


def test_the_operator_resets_support_staff(cast: Cast, events, capsys) -> None:
    give_app(cast.dana)
    call_command("reset_second_factor", "dana@wisely.example", checked="Met in person")
    assert capsys.readouterr().out == "Removed: Authenticator app “Phone”.\n"
    assert events(None)[-1].reason == "factors_reset"


def test_what_matters_takes_a_sign_in_of_a_moment_ago(cast: Cast, half_minute: Traveller) -> None:
    client = sign_in(cast.alice)
    seed = give_app(cast.alice)
    half_minute.shift(MINUTES * 60 + 1)
    for url in (
        reverse("users_hand_over", args=[cast.bob.pk]),
        reverse("access_accounts_add"),
        "/account/password/",
        "/account/second-factor/app/",
    ):
        assert client.get(url).headers.get("Location", "").startswith("/account/confirm/?next="), url
    client.post("/account/confirm/", {"code": code_at(seed), "next": "/account/password/"})
    assert client.get("/account/password/").status_code == 200

"""What people and programs have from before a move, each with what they do with it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.findings.making import new_country
from tests.support.cast import add_member, person, sign_in
from tests.support.sign_in.factors import code_at, give_app, password_step, type_code
from tests.workspace.api.calls import add_account, event
from wisely_security.cells import directory
from wisely_security.core.request_context import acting_as
from wisely_security.core.site_url import absolute
from wisely_security.findings.models import Question
from wisely_security.findings.notifications.questions import make_token
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.sign_in.links import make_link
from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber

from .life import PAGE

SITE = "https://security.wisely.example"
NEW_PASSWORD = {"new_password": "another long secret", "new_password_again": "another long secret"}
GROUPS = "/settings/business-groups/add/"
_numbers = count(1)
Use = Callable[[], None]


def member(tenant: Tenant, role: str = "admin") -> User:
    number = next(_numbers)
    user = add_member(tenant, role, person(f"Person {number}", f"person{number}@{tenant.slug}.example"))
    directory.write_all()
    return user


def path_of(link: str) -> str:
    assert link.startswith(SITE)
    return link.removeprefix(SITE)


def a_session(tenant: Tenant) -> Use:
    client = sign_in(member(tenant))
    client.get(PAGE)

    def use() -> None:
        for _ in range(2):
            page = client.get(PAGE)
            assert page.status_code == 200
            assert tenant.name in page.content.decode()

    return use


def a_form_that_is_open(tenant: Tenant) -> Use:
    user = member(tenant)
    client, name = sign_in(user), f"Group of {user.name}"

    def use() -> None:
        assert client.post(GROUPS, {"name": name, "owner": user.pk}, follow=True).status_code == 200
        assert name in client.get("/settings/business-groups/").content.decode()

    return use


def an_api_key(tenant: Tenant) -> Use:
    caller = add_account(tenant, member(tenant), label=f"Billing {next(_numbers)}")
    assert caller.report(event()).status_code == 201

    def use() -> None:
        answer = caller.report(event(), idempotency_key="once")
        assert answer.status_code == 201
        assert caller.report(event(), idempotency_key="once").headers["Idempotent-Replayed"] == "true"

    return use


def a_link_for_a_new_password(tenant: Tenant) -> Use:
    user = member(tenant)
    path = path_of(make_link("password_reset_confirm", user))

    def use() -> None:
        client = Client()
        assert user.email in client.get(path).content.decode()
        assert client.post(path, NEW_PASSWORD).status_code == 302
        form = {"username": user.email, "password": NEW_PASSWORD["new_password"]}
        assert client.post("/sign-in/", form).status_code == 302
        assert client.get(PAGE).status_code == 200

    return use


def an_invitation(tenant: Tenant) -> Use:
    host = member(tenant)
    with acting_as(tenant_id=tenant.pk):
        user = User(tenant=tenant, role=host.role, email=f"new{next(_numbers)}@{tenant.slug}.example", name="New")
        user.set_unusable_password()
        user.save()
    path = path_of(make_link("accept_invitation", user))

    def use() -> None:
        client = Client()
        assert user.email in client.get(path).content.decode()
        assert client.post(path, NEW_PASSWORD).status_code == 302
        assert client.get(PAGE).status_code == 200

    return use


def a_was_this_you(tenant: Tenant) -> Use:
    user = member(tenant)
    finding = new_country(user)
    with acting_as(tenant_id=tenant.pk):
        question = Question.objects.create(
            tenant=tenant,
            user=user,
            finding=finding,
            event_id=user.pk,
            expires_at=timezone.now() + timedelta(days=1),
        )
    path = path_of(absolute(reverse("was_this_you", args=[make_token(question), "yes"])))

    def use() -> None:
        assert Client().get(path).status_code == 200
        assert Client().post(path).status_code == 302
        assert Client().post(path).status_code == 410

    return use


def a_short_link(tenant: Tenant) -> Use:
    number = next(_numbers)
    with acting_as(tenant_id=tenant.pk):
        waba = WabaNumber.objects.create(tenant=tenant, number=f"+1415555{number:04}", display_name=f"Number {number}")
        link = MessageLink.objects.create(tenant=tenant, number=waba, name="Site", text="Hi", code=f"{number:022}")
    path = path_of(absolute(reverse("short_link", args=[link.code])))

    def use() -> None:
        assert Client().get(path)["Location"].startswith(f"https://wa.me/1415555{number:04}")

    return use


def a_link_to_a_page(tenant: Tenant) -> Use:
    """Of an alert, a report or a notification: for whoever is signed in."""
    user = member(tenant)
    path = path_of(absolute(reverse("finding", args=[new_country(user).pk])))
    before, after = sign_in(user), Client()

    def use() -> None:
        for client in (before, before, sign_in(user, after)):
            assert client.get(path).status_code == 200

    return use


def a_sign_in_that_waits_for_a_code(tenant: Tenant) -> Use:
    user = member(tenant)
    seed = give_app(user)
    client, _ = password_step(user)

    def use() -> None:
        assert type_code(client, code_at(seed)).status_code == 302
        assert client.get(PAGE).status_code == 200

    return use


THINGS = [
    a_session,
    a_form_that_is_open,
    an_api_key,
    a_link_for_a_new_password,
    an_invitation,
    a_was_this_you,
    a_short_link,
    a_link_to_a_page,
    a_sign_in_that_waits_for_a_code,
]

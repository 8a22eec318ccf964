"""Inviting an address does not disclose whether it has an account with another tenant."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support.cast import PASSWORD, Cast, add_member, person, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.authentication import find_user

from .test_passwords import letters_delivered

FREE, TAKEN = "nobody@nowhere.example", "charlie@globex.example"
NEW = "a much better password"
Events = Callable[..., list[LoginEvent]]


def invite(client: Client, tenant: Tenant, email: str, name: str = "Nora Nolan") -> Any:
    with acting_as(tenant_id=tenant.pk):
        role = Role.objects.get(tenant=tenant, key="admin")
    return client.post("/settings/users/invite/", {"email": email, "name": name, "role": str(role.pk)})


def member(tenant: Tenant, email: str) -> User:
    with acting_as(tenant_id=tenant.pk):
        return User.objects.get(tenant=tenant, email=email)


def accounts_elsewhere(cast: Cast) -> dict[str, str]:
    """Addresses of every kind of user that another tenant, or the platform, may have."""
    add_member(cast.globex, "developer", person("Sue", "sue@globex.example", status=UserStatus.SUSPENDED))
    pending = person("Pat", "pat@globex.example", status=UserStatus.PENDING)
    pending.set_unusable_password()
    add_member(cast.globex, "developer", pending)
    emails = (TAKEN, "erin@initech.example", "dana@wisely.example", "sue@globex.example", "pat@globex.example")
    return {email: email.upper() for email in emails}


def answer_to(client: Client, cast: Cast, email: str, typed: str) -> tuple[Any, ...]:
    """Everything that the admin sees when inviting an address, without the address and keys."""
    response = invite(client, cast.acme, typed)
    user = member(cast.acme, email)
    pages = [response["Location"], client.get("/settings/users/").content, client.get(response["Location"]).content]
    with acting_as(tenant_id=cast.acme.pk):
        [event] = AuditEvent.objects.filter(tenant_id=cast.acme.pk, resource_id=user.pk)
        shown = [str(page) for page in pages], event.changes, event.status, event.reason
        seen = repr((response.status_code, response.cookies["messages"].value.partition(":")[0], shown))
        User.objects.filter(pk=user.pk).delete()
    seen = re.sub(r"value=\\?[\"'][^\"']*|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|\d\d:\d\d(:\d\d)?", "…", seen)
    return (seen.replace(email, "…"),)


def test_the_answer_is_the_same_as_for_a_free_one(cast: Cast, mailoutbox: list[EmailMessage]) -> None:
    alice = sign_in(cast.alice)
    elsewhere = accounts_elsewhere(cast)
    for email, typed in elsewhere.items():
        assert answer_to(alice, cast, email, typed) == answer_to(alice, cast, FREE, FREE)


def test_an_address_of_the_same_tenant_is_reported(cast: Cast) -> None:
    response = invite(sign_in(cast.alice), cast.acme, "BOB@acme.example")
    assert response.status_code == 400
    assert response.context["form"].errors == {"email": ["This e-mail address is taken."]}


def test_the_e_mail_names_both_tenants_to_its_reader(cast: Cast, mailoutbox: list[Any]) -> None:
    alice = sign_in(cast.alice)
    invite(alice, cast.acme, TAKEN)
    invite(alice, cast.acme, FREE, "Nina Novak")
    to_taken, to_free = mailoutbox
    assert (to_taken.to, to_free.to) == ([TAKEN], [FREE])
    for text, other in ((to_taken.body, to_free.body), (to_taken.alternatives[0][0], to_free.alternatives[0][0])):
        assert "This address already has an account" in text
        assert "This address already has an account" not in other
        assert "Globex" not in text


def test_the_account_goes_on_as_before(cast: Cast, events: Events) -> None:
    invite(sign_in(cast.alice), cast.acme, TAKEN)
    found = find_user(TAKEN)
    assert found == cast.charlie
    sign_in(cast.charlie)
    wrong = Client().post("/sign-in/", {"username": TAKEN, "password": "wrong"})
    assert wrong.status_code == 400
    assert [e.reason for e in events(cast.globex) if e.status == "failure"] == ["wrong_password"]
    assert [e for e in events(cast.acme) if e.status == "failure"] == []


def test_a_new_password_is_for_the_account(committed_cast: Cast, mailoutbox: list[Any]) -> None:
    invite(sign_in(committed_cast.alice), committed_cast.acme, TAKEN)
    mailoutbox.clear()
    Client().post("/password-reset/", {"email": TAKEN})
    letters_delivered()
    [message] = mailoutbox
    assert str(committed_cast.charlie.pk) in message.body


def link_in(message: Any) -> str:
    found = re.search(r"https://security.wisely.example(/invitation/\S+)", message.body)
    assert found
    return found[1]


def test_the_link_explains_itself_to_its_reader_and_discloses_nothing_to_the_inviting_tenant(
    cast: Cast, mailoutbox: list[Any], events: Events
) -> None:
    invite(sign_in(cast.alice), cast.acme, TAKEN)
    link = link_in(mailoutbox[0])
    for answer in (Client().get(link), Client().post(link, {"new_password": NEW})):
        assert answer.status_code == 409
        assert "There is already an account for charlie@globex.example" in answer.content.decode()
        assert "Globex" not in answer.content.decode()
    assert member(cast.acme, TAKEN).status == UserStatus.PENDING
    assert [(e.action, e.reason) for e in events(cast.acme) if e.status == "failure"] == [("reset_password", "pending")]
    sign_in(cast.charlie)


def test_it_works_when_the_account_is_gone(cast: Cast, mailoutbox: list[Any]) -> None:
    guest = add_member(cast.globex, "developer", person("Gus", "gus@globex.example"))
    invite(sign_in(cast.alice), cast.acme, guest.email)
    with acting_as(tenant_id=cast.globex.pk):
        guest.delete()
    assert Client().post(link_in(mailoutbox[0]), {"new_password": NEW}).status_code == 302
    assert find_user("gus@globex.example") == member(cast.acme, "gus@globex.example")


def test_of_two_invitations_the_first_to_be_accepted_counts(cast: Cast, mailoutbox: list[Any]) -> None:
    invite(sign_in(cast.alice), cast.acme, FREE)
    invite(sign_in(cast.charlie), cast.globex, FREE)
    first, second = map(link_in, mailoutbox)
    assert Client().post(second, {"new_password": NEW}).status_code == 302
    assert Client().post(first, {"new_password": PASSWORD}).status_code == 409
    assert find_user(FREE) == member(cast.globex, FREE)


def test_the_database_holds_one_account_per_address(cast: Cast) -> None:
    again = person("Charlie Again", TAKEN, status=UserStatus.PENDING)
    with pytest.raises(IntegrityError), transaction.atomic():
        add_member(cast.acme, "developer", again)


@pytest.mark.parametrize("verb", ["suspend", "make_admin", "delete", "invite_again"])
def test_actions_on_the_invitation_disclose_nothing_either(cast: Cast, verb: str) -> None:
    alice = sign_in(cast.alice)
    responses = []
    for email, name in ((TAKEN, "Nora Nolan"), (FREE, "Nina Novak")):
        assert invite(alice, cast.acme, email, name).status_code == 302
        user = member(cast.acme, email)
        page = alice.get(f"/settings/users/{user.pk}/")
        urls = {each.key: url for each, url, _ in page.context["custom_actions"]}
        if verb not in urls:
            responses.append("")
            continue
        answer = alice.post(urls[verb], {"seen": page.context["seen"]})
        responses.append(f"{answer.status_code} {answer['Location'].replace(str(user.pk), '…')}")
    assert responses[0] == responses[1]

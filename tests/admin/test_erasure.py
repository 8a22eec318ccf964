"""Support erases a person in two steps, by two people."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from audit_trail.models import AuditEvent
from tests.support.cast import PASSWORD, Cast, person
from tests.workspace.browsing import Visitor, text_of
from wisely_security.core.request_context import acting_as
from wisely_security.erasure.models import ErasureRequest
from wisely_security.tenancy.models import User

from .site import sign_in_as_support

ADD = "/admin/erasure/erasurerequest/add/"


def second_member() -> Client:
    with acting_as(support=True):
        person("Doro Diem", "doro@wisely.example").save()
    client = Client()
    client.post("/admin/login/", {"username": "doro@wisely.example", "password": PASSWORD})
    return client


def ask(client: Client, cast: Cast, user: User, **typed: Any) -> Any:
    form = {"typed": user.email, "reference": "Ticket 4711", "also": ""}
    return client.post(f"{ADD}?tenant={cast.acme.pk}&user={user.pk}", form | typed)


def the_request() -> ErasureRequest:
    with acting_as(support=True):
        return ErasureRequest.objects.get()


def press(client: Client, button: str) -> Any:
    return client.post(f"/admin/erasure/erasurerequest/{the_request().pk}/{button}/", follow=True)


def actions(cast: Cast) -> list[tuple[str, str]]:
    with acting_as(support=True):
        events = AuditEvent.objects.filter(tenant_id=cast.acme.pk, module="records").order_by("id")
        return list(events.values_list("action", "actor_name"))


def test_two_people_of_support_and_the_nightly_command(committed_cast: Cast) -> None:
    cast, dana = committed_cast, sign_in_as_support()
    page = Visitor(dana).open(f"/admin/tenancy/user/{cast.bob.pk}/change/").follow("Erase this person…")
    assert "Erase Bob Brown" in page.html
    assert "Login Activity: events with something of this person" in page.html
    assert ask(dana, cast, cast.bob).status_code == 302
    assert "Another member of support has to confirm this." in page.open(f"{ADD[:-4]}{the_request().pk}/change/").html
    assert press(dana, "confirm").status_code == 403
    doro = second_member()
    assert "Confirm and erase" in doro.get(f"{ADD[:-4]}{the_request().pk}/change/").content.decode()
    assert b"Confirmed. The person is erased with the next nightly run." in press(doro, "confirm").content
    call_command("erase_person", pending=True, verbosity=0)
    done = the_request()
    assert (done.state, done.email, done.names, done.user) == ("Erased", "", [], None)
    assert done.events
    with acting_as(support=True):
        assert not User.objects.filter(pk=cast.bob.pk).exists()
    names = [("request_erasure", "Dana Diaz (Wisely support)"), ("confirm_erasure", "Doro Diem (Wisely support)")]
    assert actions(cast) == [*names, ("erase_person", "System")]
    assert "Bob Brown" not in text_of(Visitor(dana).open("/admin/erasure/erasurerequest/").tree)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"typed": "alice@acme.example"}, "This isn’t the address of the person."),
        ({"reference": ""}, "This field is required."),
        ({"reference": "Bob Brown has asked"}, "leave out names and addresses"),
    ],
)
def test_what_is_refused(cast: Cast, typed: dict[str, str], why: str) -> None:
    answer = ask(sign_in_as_support(), cast, cast.bob, **typed)
    assert (answer.status_code, why in answer.content.decode()) == (200, True)


def test_nothing_is_erased_that_was_withdrawn(committed_cast: Cast) -> None:
    dana = sign_in_as_support()
    ask(dana, committed_cast, committed_cast.bob)
    assert b"Withdrawn. Nothing is erased." in press(dana, "withdraw").content
    assert b"confirmed or withdrawn already" in press(second_member(), "confirm").content
    call_command("erase_person", pending=True, verbosity=0)
    with acting_as(support=True):
        assert User.objects.filter(pk=committed_cast.bob.pk).exists()


def test_a_super_admin_has_to_hand_over_first(cast: Cast) -> None:
    dana = sign_in_as_support()
    ask(dana, cast, cast.alice)
    assert b"Someone else must become Super Admin first." in press(second_member(), "confirm").content
    assert the_request().confirmed_at is None


def test_the_database_refuses_one_person_for_both_steps(cast: Cast) -> None:
    dana = sign_in_as_support()
    ask(dana, cast, cast.bob)
    with acting_as(support=True), pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        ErasureRequest.objects.update(confirmed_by=cast.dana.pk, confirmed_at="2026-01-01T00:00Z")

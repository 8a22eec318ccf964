"""Passkeys: made under Your account, used to sign in alone or after a password, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.support.cast import PASSWORD, Cast, sign_in
from tests.support.sign_in.passkeys import PRESENT, VERIFIED, Device, add_passkey, answer
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Passkey, RecoveryCode, User, UserStatus

ALONE = "/sign-in/passkey/"
SECOND_STEP = "/sign-in/code/passkey/"


@pytest.fixture
def device(cast: Cast) -> Device:
    """Bob's, with a passkey."""
    return add_passkey(sign_in(cast.bob))


def who(client: Client) -> str:
    return str(client.get("/account/profile/").context["user"]) if "_auth_user_id" in client.session else ""


def last(events: Any, cast: Cast) -> tuple[str, str, str]:
    event = events(cast.acme)[-1]
    return event.action, event.status, event.reason


def test_a_passkey_signs_in_alone_and_both_steps_are_recorded(cast: Cast, device: Device, events: Any) -> None:
    client = Client()
    response = client.post(ALONE, {"answer": answer(client, device), "next": "/account/sessions/"})
    assert (response.status_code, response["Location"]) == (302, "/account/sessions/")
    assert client.get("/account/sessions/").status_code == 200
    recorded = [(each.action, each.status, each.reason, each.detail) for each in events(cast.acme)][-4:]
    what = {"factor": "Passkey “My laptop”"}
    assert recorded == [
        ("second_factor", "success", "factor_added", what),
        ("second_factor", "success", "recovery_made", {"recovery codes": 10}),
        ("log_in", "success", "", {}),
        ("second_factor", "success", "factor_used", what),
    ]
    with acting_as(tenant_id=cast.acme.pk):
        passkey = Passkey.objects.get()
    assert passkey.sign_count == 1
    assert passkey.last_used_at is not None


def test_nobody_says_first_who_they_are(cast: Cast, device: Device) -> None:
    options = Client().get(f"{ALONE}options/").json()
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    assert options["rpId"] == "security.wisely.example"


def test_after_a_password_it_is_the_second_step_of_that_person_alone(cast: Cast, device: Device, events: Any) -> None:
    charlies = add_passkey(sign_in(cast.charlie))
    client = Client()
    response = client.post("/sign-in/", {"username": cast.bob.email, "password": PASSWORD})
    assert response["Location"].startswith("/sign-in/code/")
    page = client.get(response["Location"])
    assert 'data-passkey="get"' in page.content.decode()
    pending = page.context["pending"].name
    options = client.get(f"{SECOND_STEP}options/").json()
    assert len(options["allowCredentials"]) == 1

    refused = client.post(SECOND_STEP, {"answer": charlies.use(options), "pending": pending})
    assert refused.status_code == 400
    assert last(events, cast) == ("second_factor", "failure", "unknown_passkey")
    response = client.post(
        SECOND_STEP, {"answer": device.use(options), "pending": pending, "next": "/account/profile/"}
    )
    assert (response.status_code, response["Location"]) == (302, "/account/profile/")
    assert client.get("/account/profile/").status_code == 200


def test_whoever_guesses_the_password_does_not_keep_the_owner_of_a_passkey_out(
    cast: Cast, device: Device, settings: Any
) -> None:
    settings.LOCKOUT_FAILURES_PER_ACCOUNT = 3
    for _ in range(4):
        Client().post("/sign-in/", {"username": cast.bob.email, "password": "guessed wrong"})
    refused = Client().post("/sign-in/", {"username": cast.bob.email, "password": PASSWORD})
    assert "Too many failed attempts" in refused.content.decode()
    assert sign_in_with(device).get("/account/profile/").status_code == 200


class TestRefused:
    """Each leaves its reason in the record, and shows the visitor nothing of it."""

    def refuse(self, client: Client, signed: str) -> None:
        response = client.post(ALONE, {"answer": signed})
        assert response.status_code == 400
        assert "This passkey wasn’t accepted" in response.content.decode()
        assert client.get("/account/profile/").status_code == 302

    def test_an_answer_that_was_used(self, cast: Cast, events: Any) -> None:
        device = add_passkey(sign_in(cast.bob), device=Device(counts=False))  # a count would show it, too
        client = Client()
        signed = answer(client, device)
        assert client.post(ALONE, {"answer": signed}).status_code == 302
        client.post("/sign-out/")
        self.refuse(client, signed)
        assert last(events, cast) == ("log_in", "failure", "passkey_refused")

    def test_an_answer_that_comes_too_late(self, cast: Cast, device: Device, events: Any) -> None:
        client = Client()
        signed = answer(client, device)
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5, seconds=1), tick=False):
            self.refuse(client, signed)
        assert last(events, cast) == ("log_in", "failure", "passkey_refused")

    def test_an_answer_for_another_browser_or_another_purpose(self, cast: Cast, device: Device) -> None:
        elsewhere = Client()
        self.refuse(Client(), answer(elsewhere, device))
        bob = sign_in_with(device)
        options = bob.get("/account/passkeys/add/options/").json()
        self.refuse(Client(), device.use(options))

    def test_a_copy_of_a_passkey(self, cast: Cast, device: Device, events: Any) -> None:
        sign_in_with(device)
        device.count = 0  # the copy has counted to 1, as the original did
        client = Client()
        self.refuse(client, answer(client, device))
        assert last(events, cast) == ("log_in", "failure", "passkey_copied")

    @pytest.mark.parametrize(
        "lie",
        [{"origin": "https://security.wisely.example.evil.example"}, {"flags": PRESENT}, {"flags": VERIFIED}],
        ids=["of another site", "not unlocked", "nobody present"],
    )
    def test_what_the_standard_refuses(self, cast: Cast, device: Device, events: Any, lie: dict[str, Any]) -> None:
        for name, value in lie.items():
            setattr(device, name, value)
        client = Client()
        self.refuse(client, answer(client, device))
        assert last(events, cast) == ("log_in", "failure", "passkey_refused")

    @pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"id": 1}', "\0", "x" * 20_000])
    def test_what_is_no_answer_at_all(self, cast: Cast, text: str, events: Any) -> None:
        self.refuse(Client(), text)
        event = events(None)[-1]
        assert (event.action, event.reason, event.user_id) == ("log_in", "passkey_refused", None)

    def test_one_that_nobody_has_and_one_that_was_removed(self, cast: Cast, device: Device, events: Any) -> None:
        with acting_as(tenant_id=cast.acme.pk):
            Passkey.objects.all().delete()
        for each in (Device(handle=cast.bob.pk.bytes), device):
            client = Client()
            self.refuse(client, answer(client, each))
            assert events(None)[-1].reason == "unknown_passkey"

    def test_the_passkey_of_a_suspended_person(self, cast: Cast, device: Device, events: Any) -> None:
        with acting_as(tenant_id=cast.acme.pk):
            User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.SUSPENDED)
        client = Client()
        response = client.post(ALONE, {"answer": answer(client, device)})
        assert response.status_code == 400
        assert "Your account is suspended." in response.content.decode()
        assert last(events, cast) == ("log_in", "failure", "suspended")


def sign_in_with(device: Device) -> Client:
    client = Client()
    assert client.post(ALONE, {"answer": answer(client, device)}).status_code == 302
    return client


class TestMade:
    def test_the_session_goes_on_with_another_key(self, cast: Cast) -> None:
        bob = sign_in(cast.bob)
        key = bob.cookies["wisely_session"].value
        add_passkey(bob)
        assert bob.cookies["wisely_session"].value != key
        assert bob.get("/account/profile/").status_code == 200

    def test_the_first_factor_comes_with_recovery_codes_and_who_has_none_is_reminded(
        self, cast: Cast, device: Device
    ) -> None:
        """Of the cast, Bob has just got his."""
        bob, client = sign_in_with(device), sign_in(cast.charlie)
        made = Device().make(client.get("/account/passkeys/add/options/").json())
        page = client.post("/account/passkeys/add/", {"name": "Laptop", "answer": made})
        assert len(page.context["codes"]) == 10
        assert page.context["codes"][0] in page.content.decode()
        for url in ("/account/passkeys/", "/account/second-factor/"):
            assert "You have no recovery codes" not in bob.get(url).content.decode()
        with acting_as(**cast.bob.own_scope):
            RecoveryCode.objects.filter(user=cast.bob).delete()
        for url in ("/account/passkeys/", "/account/second-factor/"):
            assert "You have no recovery codes" in bob.get(url).content.decode()
            assert "You have no recovery codes" not in sign_in(cast.alice).get(url).content.decode()

    def test_the_same_one_not_twice_nor_for_somebody_else(self, cast: Cast, device: Device, events: Any) -> None:
        charlie = sign_in(cast.charlie)
        options = charlie.get("/account/passkeys/add/options/").json()
        assert options["excludeCredentials"] == []
        response = charlie.post("/account/passkeys/add/", {"name": "Bob’s", "answer": device.make(options)})
        assert response.status_code == 400
        assert "couldn’t be set up" in response.content.decode()
        assert 'value="Bob’s"' in response.content.decode()
        with acting_as(support=True):
            assert [each.user_id for each in Passkey.objects.all()] == [cast.bob.pk]
        assert events(cast.globex)[-1].reason == "passkey_refused"
        device.handle = cast.bob.pk.bytes
        assert len(sign_in_with(device).get("/account/passkeys/add/options/").json()["excludeCredentials"]) == 1

    def test_only_one_that_was_unlocked_and_for_this_person(self, cast: Cast) -> None:
        alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
        unlocked_not = Device(flags=PRESENT).make(alice.get("/account/passkeys/add/options/").json())
        of_another = Device().make(charlie.get("/account/passkeys/add/options/").json())
        for signed in (unlocked_not, of_another, "", "{}"):
            response = alice.post("/account/passkeys/add/", {"name": "Laptop", "answer": signed})
            assert response.status_code == 400
        with acting_as(support=True):
            assert not Passkey.objects.exists()

    def test_without_scripts_the_page_says_what_to_do(self, cast: Cast) -> None:
        html = sign_in(cast.alice).get("/account/passkeys/add/").content.decode()
        assert "Making a passkey needs JavaScript" in html


class TestRemoved:
    def page(self, client: Client) -> str:
        return client.get("/account/passkeys/").content.decode()

    def test_it_signs_in_no_more_and_the_record_and_its_owner_know(
        self, cast: Cast, device: Device, events: Any
    ) -> None:
        bob = sign_in_with(device)
        html = self.page(bob)
        assert "My laptop" in html
        with acting_as(tenant_id=cast.acme.pk):
            passkey = Passkey.objects.get()
        url = f"/account/passkeys/{passkey.pk}/remove/"
        assert url in html
        assert "Remove “My laptop”?" in bob.get(url).content.decode()
        key = bob.cookies["wisely_session"].value
        assert bob.post(url)["Location"] == "/account/passkeys/"
        assert bob.cookies["wisely_session"].value != key
        assert "No passkeys yet" in self.page(bob)
        assert last(events, cast) == ("second_factor", "success", "factor_removed")
        with acting_as(tenant_id=cast.acme.pk):
            assert not User.objects.get(pk=cast.bob.pk).has_second_factor
        client = Client()
        assert client.post(ALONE, {"answer": answer(client, device)}).status_code == 400

    def test_many_are_listed_in_as_few_statements_as_one(self, cast: Cast, device: Device) -> None:
        bob = sign_in_with(device)
        self.page(bob)
        with at_most(10):
            self.page(bob)
        for number in range(3):
            add_passkey(bob, f"Key {number}")
        with at_most(10):
            assert "Key 2" in self.page(bob)

    def test_nobody_elses(self, cast: Cast, device: Device) -> None:
        with acting_as(tenant_id=cast.acme.pk):
            url = f"/account/passkeys/{Passkey.objects.get().pk}/remove/"
        for other in (cast.alice, cast.charlie):
            assert sign_in(other).post(url).status_code == 404

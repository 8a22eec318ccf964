"""Invitations, forgotten and changed passwords: e-mails over SMTP, and each step recorded."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support.cast import PASSWORD, Cast, add_member, person, sign_in
from tests.support.servers.smtp import MailServer
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, Session, User, UserStatus
from wisely_security.tenancy.sign_in.accounts import AccountChangedError, set_password
from wisely_security.tenancy.sign_in.links import tokens
from wisely_security.tenancy.views import password

NEW = "a much better password"


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    server = MailServer()
    controller = server.controller()
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield server
    controller.stop()


def link_in(message) -> str:
    body = message.get_body(("plain",)).get_content()
    found = re.search(r"https://security.wisely.example(/\S+)", body)
    assert found, body
    return found[1]


def letters_delivered() -> None:
    """Wait for the mails that go out beside the answer."""
    password._mail_workers.shutdown(wait=True)
    password._mail_workers = ThreadPoolExecutor(max_workers=1)


@pytest.mark.usefixtures("committed")
class TestForgottenPassword:
    def ask(self, email: str) -> str:
        response = Client().post("/password-reset/", {"email": email}, follow=True)
        letters_delivered()
        return re.sub(r'value="[^"]*"', "", response.content.decode())

    def test_the_link_in_the_mail_sets_a_new_password_and_ends_every_session(
        self, committed_cast: Cast, mail_server: MailServer, events
    ) -> None:
        elsewhere = sign_in(committed_cast.alice)
        self.ask("Alice@acme.example")
        [message] = mail_server.messages
        assert message["To"] == "alice@acme.example"
        link = link_in(message)
        assert Client().get(link).status_code == 200
        assert Client().post(link, {"new_password": NEW}).status_code == 302
        assert elsewhere.get("/account/profile/").status_code == 302
        assert Client().post("/sign-in/", {"username": "alice@acme.example", "password": NEW}).status_code == 302
        assert [(e.action, e.status, e.reason) for e in events(committed_cast.acme)] == [
            ("log_in", "success", ""),
            ("reset_password", "success", "link_requested"),
            ("end_session", "success", "password_changed"),
            ("reset_password", "success", ""),
            ("log_in", "success", ""),
        ]

    def test_a_link_works_once_and_what_was_tried_is_recorded(
        self, committed_cast: Cast, mail_server: MailServer, events
    ) -> None:
        self.ask("alice@acme.example")
        link = link_in(mail_server.messages[0])
        Client().post(link, {"new_password": NEW})
        again = Client().post(link, {"new_password": "another good password"})
        assert (again.status_code, "This link no longer works" in again.content.decode()) == (410, True)
        last = events(committed_cast.acme)[-1]
        assert (last.action, last.status, last.reason) == ("reset_password", "failure", "link_invalid")

    def test_the_answer_does_not_disclose_who_has_an_account(
        self, committed_cast: Cast, mail_server: MailServer, events
    ) -> None:
        assert self.ask("alice@acme.example") == self.ask("nobody@acme.example")
        [unknown] = events(None)
        assert (unknown.user_name, unknown.reason) == ("nobody@acme.example", "unknown_user")
        assert len(mail_server.messages) == 1

    def test_a_mail_server_that_refuses_is_recorded_as_failure(
        self, committed_cast: Cast, mail_server: MailServer, events
    ) -> None:
        mail_server.refuses = True
        self.ask("alice@acme.example")
        assert [(e.action, e.status, e.reason) for e in events(committed_cast.acme)] == [
            ("reset_password", "success", "link_requested"),
            ("reset_password", "failure", "email_failed"),
        ]

    def test_many_requests_fill_nobodys_mailbox(self, committed_cast: Cast, mail_server: MailServer, events) -> None:
        for _ in range(5):
            self.ask("alice@acme.example")
        assert len(mail_server.messages) == 1
        assert len(events(committed_cast.acme)) == 5

    def test_a_link_used_twice_at_once_works_once(self, committed_cast: Cast, mail_server: MailServer, events) -> None:
        self.ask("alice@acme.example")
        link = link_in(mail_server.messages[0])
        gate = threading.Barrier(2)

        def use() -> int:
            gate.wait()
            try:
                return Client().post(link, {"new_password": NEW}).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as both:
            answers = [future.result() for future in [both.submit(use), both.submit(use)]]
        assert sorted(answers) == [302, 410]
        assert [e.status for e in events(committed_cast.acme) if e.reason in {"", "link_invalid"}].count("success") == 1

    def test_a_new_password_opens_a_locked_account(
        self, committed_cast: Cast, mail_server: MailServer, settings
    ) -> None:
        settings.LOCKOUT_FAILURES_PER_ACCOUNT = 2
        for _ in range(3):
            Client().post("/sign-in/", {"username": "alice@acme.example", "password": "no"})
        self.ask("alice@acme.example")
        Client().post(link_in(mail_server.messages[0]), {"new_password": NEW})
        assert Client().post("/sign-in/", {"username": "alice@acme.example", "password": NEW}).status_code == 302


@pytest.mark.parametrize(("hours", "status"), [(23.9, 200), (24.1, 410)])
def test_a_link_to_a_new_password_works_for_a_day(cast: Cast, hours: float, status: int) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        alice = User.objects.get(pk=cast.alice.pk)
    link = reverse("password_reset_confirm", args=[alice.pk, tokens.make_token(alice)])
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
        assert Client().get(link).status_code == status


@pytest.mark.parametrize("token", ["x", "abc-def", "c8x0-" + "0" * 40])
def test_a_forged_link_is_refused(cast: Cast, token: str) -> None:
    for user_id in (cast.alice.pk, "00000000-0000-0000-0000-000000000000"):
        response = Client().get(reverse("password_reset_confirm", args=[user_id, token]))
        assert response.status_code == 410


def test_an_invitation_cannot_be_used_as_a_reset_nor_a_reset_as_an_invitation(cast: Cast) -> None:
    link = reverse("accept_invitation", args=[cast.alice.pk, tokens.make_token(cast.alice)])
    assert Client().get(link).status_code == 410


class TestInvitation:
    def invite(self, client: Client, cast: Cast, **fields: object):
        with acting_as(tenant_id=cast.acme.pk):
            role = Role.objects.get(key="finance")
        form = {"email": "Frank@acme.example", "name": "Frank Fisher", "role": str(role.pk)}
        return client.post("/settings/users/invite/", form | fields)

    def test_is_sent_accepted_and_recorded(self, cast: Cast, mail_server: MailServer, events) -> None:
        assert self.invite(sign_in(cast.alice), cast).status_code == 302
        [message] = mail_server.messages
        assert (message["To"], "Acme" in message["Subject"]) == ("frank@acme.example", True)
        refused = Client().post("/sign-in/", {"username": "frank@acme.example", "password": "!"})
        assert refused.status_code == 400
        link = link_in(message)
        assert "Welcome to Acme" in Client().get(link).content.decode()
        assert Client().post(link, {"new_password": NEW}).status_code == 302
        assert Client().get(link).status_code == 410
        frank = Client().post("/sign-in/", {"username": "frank@acme.example", "password": NEW})
        assert frank.status_code == 302
        accepted = [e for e in events(cast.acme) if e.reason == "invitation"]
        assert [(e.user_name, e.action, e.status) for e in accepted] == [("Frank Fisher", "reset_password", "success")]

    @pytest.mark.parametrize(("days", "status"), [(6.9, 200), (7.1, 410)])
    def test_works_for_a_week(self, cast: Cast, mail_server: MailServer, days: float, status: int) -> None:
        self.invite(sign_in(cast.alice), cast)
        link = link_in(mail_server.messages[0])
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            assert Client().get(link).status_code == status

    def test_nobody_is_created_when_the_mail_cannot_be_sent(self, cast: Cast, mail_server: MailServer) -> None:
        mail_server.refuses = True
        response = self.invite(sign_in(cast.alice), cast)
        assert response.status_code == 503
        assert 'value="Frank Fisher"' in response.content.decode()
        with acting_as(tenant_id=cast.acme.pk):
            assert not User.objects.filter(name="Frank Fisher").exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "bob@acme.example"),
            ("email", "no"),
            ("name", ""),
            ("role", "x"),
            ("email", f"n@{'é' * 60}.example"),
        ],
    )
    def test_what_was_typed_stays_when_something_is_wrong(
        self, cast: Cast, mail_server: MailServer, field: str, value: str
    ) -> None:
        response = self.invite(sign_in(cast.alice), cast, **{field: value})
        assert response.status_code == 400
        assert response.context["form"].errors.keys() == {field}
        assert mail_server.messages == []

    def test_a_role_of_another_tenant_cannot_be_given(self, cast: Cast, mail_server: MailServer) -> None:
        with acting_as(tenant_id=cast.globex.pk):
            foreign = Role.objects.get(key="admin")
        assert self.invite(sign_in(cast.alice), cast, role=str(foreign.pk)).status_code == 400

    def test_an_invitation_can_be_sent_again(self, cast: Cast, mail_server: MailServer) -> None:
        grace = add_member(cast.acme, "mis", person("Grace", "grace@acme.example", status=UserStatus.PENDING))
        alice = sign_in(cast.alice)
        seen = alice.get(f"/settings/users/{grace.pk}/").context["seen"]
        assert alice.post(f"/settings/users/{grace.pk}/invite-again/", {"seen": seen}).status_code == 302
        assert Client().get(link_in(mail_server.messages[0])).status_code == 200


def test_a_suspension_during_a_change_of_password_stays(cast: Cast) -> None:
    stale = User(pk=cast.bob.pk, tenant=cast.acme, password=cast.bob.password, status=UserStatus.ACTIVE)
    with acting_as(tenant_id=cast.acme.pk):
        User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.SUSPENDED)
    with pytest.raises(AccountChangedError):
        set_password(stale, NEW)
    with acting_as(tenant_id=cast.acme.pk):
        assert User.objects.get(pk=cast.bob.pk).status == UserStatus.SUSPENDED


class TestChangedPassword:
    def change(self, client: Client, old: str = PASSWORD, new: str = NEW):
        return client.post("/account/password/", {"old_password": old, "new_password": new})

    def test_stays_signed_in_here_and_is_signed_out_elsewhere(self, cast: Cast, events) -> None:
        here, elsewhere = sign_in(cast.alice), sign_in(cast.alice)
        key = here.cookies["wisely_session"].value
        assert self.change(here).status_code == 302
        assert here.get("/account/profile/").status_code == 200
        assert here.cookies["wisely_session"].value != key
        assert elsewhere.get("/account/profile/").status_code == 302
        recorded = [(e.action, e.reason) for e in events(cast.acme)]
        assert recorded[2:] == [("end_session", "password_changed"), ("change_password", "")]
        with acting_as(tenant_id=cast.acme.pk):
            assert Session.objects.count() == 1

    def test_needs_the_current_one(self, cast: Cast, events) -> None:
        response = self.change(sign_in(cast.alice), old="not it")
        assert response.status_code == 400
        last = events(cast.acme)[-1]
        assert (last.action, last.status, last.reason) == ("change_password", "failure", "wrong_password")

    def test_guessing_it_locks_the_account_and_says_so(self, cast: Cast, events, settings) -> None:
        settings.LOCKOUT_FAILURES_PER_ACCOUNT = 3
        client = sign_in(cast.alice)
        for _ in range(4):
            self.change(client, old="not it")
        assert "Too many failed attempts" in self.change(client).content.decode()
        assert [(e.action, e.reason) for e in events(cast.acme)][1:] == [
            ("change_password", "wrong_password"),
            ("change_password", "wrong_password"),
            ("change_password", "wrong_password"),
            ("lock_out", "too_many_failures"),
            ("change_password", "locked_out"),
            ("change_password", "locked_out"),
        ]

    @pytest.mark.parametrize("weak", ["short", "password123", "1234567890123", "alice@acme.example"])
    def test_must_be_a_good_one(self, cast: Cast, events, weak: str) -> None:
        assert self.change(sign_in(cast.alice), new=weak).status_code == 400
        assert events(cast.acme)[-1].reason == "invalid_input"

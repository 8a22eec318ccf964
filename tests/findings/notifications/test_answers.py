"""What the links of "Was this you?" do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.findings.making import new_country
from tests.support.cast import PASSWORD, Cast, sign_in
from tests.support.servers.smtp import MailServer
from tests.support.statements import at_most
from tests.tenancy.test_passwords import letters_delivered, link_in
from tests.workspace.audit_assertions import AuditTrail
from wisely_security.core.request_context import acting_as
from wisely_security.findings.models import Finding, Question
from wisely_security.tenancy.models import User, UserStatus

from .making import BRAZIL, notified, received, send_due
from .questions import BOB, asked, now, question


class TestYes:
    def test_is_shown_to_the_admins_who_still_decide(self, cast: Cast, mailbox: MailServer) -> None:
        finding, its = asked(cast.bob, mailbox)
        audit_trail = AuditTrail(cast.acme)
        response = Client().post(its["yes"], follow=True)
        assert "The security admins of your company see your answer." in response.content.decode()
        [event] = audit_trail.new()
        assert (event.sub_module, event.action, event.actor_name) == ("was_this_you", "yes", "Bob Brown")
        assert (event.resource_id, now(finding).answer, now(finding).state) == (finding.pk, "yes", "open")
        alice = sign_in(cast.alice)
        with at_most(9):
            page = alice.get(f"/settings/security/findings/{finding.pk}/").content.decode()
        assert "Bob Brown answered “Yes, it was me”" in page

    def test_works_once_and_may_be_taken_back(self, cast: Cast, mailbox: MailServer) -> None:
        finding, its = asked(cast.bob, mailbox)
        in_two_tabs = Client(), Client()
        assert [tab.get(its["yes"]).status_code for tab in in_two_tabs] == [200, 200]
        assert [tab.post(its["yes"]).status_code for tab in in_two_tabs] == [302, 410]
        assert Client().get(its["yes"]).status_code == 410
        assert Client().post(its["no"]).status_code == 302
        assert now(finding).answer == "no"
        assert Client().post(its["no"]).status_code == 410


class TestNo:
    def test_secures_the_account_and_alerts_the_admins(
        self, committed_cast: Cast, mailbox: MailServer, events: Any
    ) -> None:
        cast = committed_cast
        bob = sign_in(cast.bob)
        finding, its = asked(cast.bob, mailbox)
        also = notified(cast.bob, "same sign-in", events={("login-activity", str(question().event_id)): 1})
        Client().post("/password-reset/", {"email": BOB})  # the link that it mails ends with the password
        letters_delivered()
        mailbox.messages.clear()
        audit_trail, since = AuditTrail(cast.acme), len(events(cast.acme))
        response = Client(REMOTE_ADDR="203.0.113.9").post(its["no"], follow=True)
        assert response.redirect_chain == [("/password-reset/sent/", 302)]
        assert "Your account is secured" in response.content.decode()
        letters_delivered()

        assert bob.get("/account/profile/").status_code == 302  # to sign in
        old = Client().post("/sign-in/", {"username": BOB, "password": PASSWORD})
        assert old.status_code == 400
        [letter] = mailbox.messages
        assert letter["To"] == BOB
        assert Client().post(link_in(letter), {"new_password": "a much better password"}).status_code == 302
        mailbox.messages.clear()

        recorded = [(event.action, event.reason) for event in events(cast.acme)[since:]]
        assert recorded[:3] == [
            ("end_session", "disowned"),
            ("change_password", "disowned"),
            ("reset_password", "link_requested"),
        ]
        answered, *_ = audit_trail.new()
        assert (answered.action, answered.actor_name, str(answered.ip)) == ("no", "Bob Brown", "203.0.113.9")
        assert [(it.answer, it.severity) for it in (now(finding), now(also))] == [("no", "high")] * 2
        send_due()
        assert sorted(received(mailbox)) == [
            ("alice@acme.example", "2 findings, 2 of high severity: Acme"),
            (BOB, "Your Wisely Security password was changed"),
        ]
        listed = sign_in(cast.alice).get("/settings/security/findings/").context["findings"]
        assert {it.answer for it in listed[:2]} == {"no"}

    def test_stands_on_top_of_the_list_and_opens_what_was_expected(self, cast: Cast, mailbox: MailServer) -> None:
        finding, its = asked(cast.bob, mailbox)
        with acting_as(tenant_id=cast.acme.pk):
            Finding.objects.filter(pk=finding.pk).update(state="expected", last_at=timezone.now() - timedelta(days=1))
        newer = [new_country(cast.bob, f"X{number}").pk for number in range(51)]
        audit_trail = AuditTrail(cast.acme)
        assert Client().post(its["no"]).status_code == 302
        assert [event.action for event in audit_trail.new()] == ["reopen", "no", "edited"]
        alice = sign_in(cast.alice)
        with at_most(6):
            first = alice.get("/settings/security/findings/")
        second = alice.get(first.context["older_url"])
        shown = [it.pk for page in (first, second) for it in page.context["findings"]]
        assert shown[0] == finding.pk
        assert (len(shown), set(shown)) == (52, {finding.pk, *newer})
        assert "No, it wasn’t me" in first.content.decode()

    def test_does_nothing_halfway(self, cast: Cast, mailbox: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
        finding, its = asked(cast.bob, mailbox)
        with monkeypatch.context() as patch:
            patch.setattr("wisely_security.findings.notifications.answers.set_password", lambda *_, **__: 1 / 0)
            assert Client(raise_request_exception=False).post(its["no"]).status_code == 500
        assert (now(finding).answer, question().answer) == ("", "")
        assert Client().post(its["no"]).status_code == 302


class TestTheLinks:
    def test_do_nothing_when_a_program_opens_them(self, cast: Cast, mailbox: MailServer, events: Any) -> None:
        bob = sign_in(cast.bob)
        finding, its = asked(cast.bob, mailbox)
        audit_trail, before = AuditTrail(cast.acme), len(events(cast.acme))
        for client in (Client(), sign_in(cast.charlie), bob):
            for path in its.values():
                for _ in range(2):
                    assert client.get(path).status_code == 200
                    assert client.head(path).status_code == 200
        assert audit_trail.new() == []
        assert len(events(cast.acme)) == before
        assert (now(finding).answer, question().answer) == ("", "")
        assert bob.get("/account/profile/").status_code == 200

    def test_show_a_stranger_no_more_than_the_e_mail(self, cast: Cast, mailbox: MailServer) -> None:
        finding, its = asked(cast.bob, mailbox)
        for path in its.values():
            page = Client().get(path).content.decode()
            assert BRAZIL["place"] in page
            for secret in ("Bob", "Acme", BOB, str(finding.pk), finding.sentence):
                assert secret not in page

    def test_end_after_a_week_and_with_the_account(self, cast: Cast, mailbox: MailServer) -> None:
        finding, its = asked(cast.bob, mailbox)
        with acting_as(support=True):
            Question.objects.update(expires_at=timezone.now())
        for path in its.values():
            assert (Client().get(path).status_code, Client().post(path).status_code) == (410, 410)
        with acting_as(support=True):
            Question.objects.update(expires_at=timezone.now() + timedelta(days=1))
            User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.SUSPENDED)
        assert Client().post(its["no"]).status_code == 410
        assert now(finding).answer == ""

    def test_are_nobody_elses_to_make(self, cast: Cast, mailbox: MailServer) -> None:
        finding, its = asked(cast.bob, mailbox)
        *_, token, _ = its["no"].strip("/").split("/")
        key, _, signature = token.partition(".")
        other = key[:-1] + ("0" if key[-1] != "0" else "1")
        for forged in (f"{other}.{signature}", f"{key}.{signature[:-2]}", key, f"{key}.", "x", "%00.x"):
            response = Client().post(its["no"].replace(token, forged))
            assert response.status_code == 410
        assert Client().post(its["no"].replace("/no/", "/maybe/")).status_code == 404
        with acting_as(tenant_id=cast.globex.pk):
            assert not Question.objects.exists()
        assert (now(finding).answer, question().answer) == ("", "")

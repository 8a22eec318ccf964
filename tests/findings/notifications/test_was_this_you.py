"""People are asked about their own unusual sign-ins, and what their answer does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.findings.making import exception, new_country
from tests.support.cast import PASSWORD, Cast, sign_in
from tests.support.smtp import MailServer
from tests.support.statements import at_most
from tests.tenancy.test_passwords import letters_delivered, link_in
from tests.workspace.audit_assertions import AuditTrail
from wisely_security.core.request_context import acting_as
from wisely_security.findings.engine import store
from wisely_security.findings.models import Alert, AskSettings, Finding, Question
from wisely_security.findings.notifications.notify import notify
from wisely_security.findings.rules.rule import Severity
from wisely_security.tenancy.models import User, UserStatus

from .making import BRAZIL, found, notified, outcomes, received, send_due, sign_in_from

BOB = "bob@acme.example"
SUBJECT = "Was this you? A sign-in to your Wisely Security account"


def links(mailbox: MailServer) -> dict[str, str]:
    """The two of the one letter that asks, as paths."""
    [letter] = [each for each in mailbox.messages if each["Subject"] == SUBJECT]
    body = letter.get_body(("plain",))
    assert body is not None
    paths = re.findall(r"https://security.wisely.example(/was-this-you/\S+)", body.get_content())
    assert len(paths) == 2
    return {path.strip("/").rpartition("/")[2]: path for path in paths}


def asked(user: User, mailbox: MailServer, **changed: Any) -> tuple[Finding, dict[str, str]]:
    finding = notified(user, **changed)
    send_due()
    return finding, links(mailbox)


def now(finding: Finding) -> Finding:
    with acting_as(tenant_id=finding.tenant_id):
        return Finding.objects.get(pk=finding.pk)


def question() -> Question:
    with acting_as(support=True):
        return Question.objects.get()


class TestTheQuestion:
    def test_says_when_where_and_with_what_and_is_recorded(self, cast: Cast, mailbox: MailServer) -> None:
        finding = notified(cast.bob)
        send_due()
        [letter] = mailbox.messages
        assert (letter["To"], letter["Subject"]) == (BOB, SUBJECT)
        for kind in ("plain", "html"):
            part = letter.get_body((kind,))
            assert part is not None
            for said in (
                *list(BRAZIL.values())[2:],
                BRAZIL["ip"],
                "(UTC)",
                "a country that you had not signed in from",
            ):
                assert said in part.get_content()
        [event] = outcomes(cast.acme)
        assert (event.sub_module, event.action, event.status) == ("was_this_you", "ask", "success")
        assert (event.resource_id, event.changes[0]["added"]) == (finding.pk, ["Bob Brown"])

    def test_does_not_link_to_where_a_made_up_device_would_lead(self, cast: Cast, mailbox: MailServer) -> None:
        """Whoever signs in says what their device and browser are called."""
        lures = {
            "device": "A (https://a.evil.example/x)",
            "browser": "evil.example 1",
            "system": "<b>@evil.example",
        }
        notified(cast.bob, where={**BRAZIL, **lures})
        send_due()
        [letter] = mailbox.messages
        for kind in ("plain", "html"):
            part = letter.get_body((kind,))
            assert part is not None
            text = part.get_content()
            assert "evil.example" not in text
            assert "evil.\u2060example" in text
        assert "<b>" not in text

    def test_is_asked_once_for_a_sign_in_and_once_for_the_same_device_and_network(
        self, cast: Cast, mailbox: MailServer
    ) -> None:
        finding = notified(cast.bob)
        with acting_as(support=True):
            notify([finding])
        notified(cast.bob, "again")
        notified(cast.bob, "near by", {**BRAZIL, "ip": "177.32.8.99"})
        notified(cast.bob, "another device", {**BRAZIL, "device": "Mac"})
        send_due()
        assert received(mailbox) == [(BOB, SUBJECT)] * 2

    def test_of_two_places_is_about_the_later_one_and_names_the_other(self, cast: Cast, mailbox: MailServer) -> None:
        home = {**BRAZIL, "place": "Bengaluru, Karnataka, India"}
        events = [sign_in_from(cast.bob, where) for where in (home, BRAZIL, home)]  # and home again
        left, arrived = (it.occurred_at.timestamp() for it in events[:2])
        notified(
            cast.bob,
            rule="impossible_travel",
            evidence={"from": [home["place"], left], "to": [BRAZIL["place"], arrived], "km": 14_000, "minutes": 26},
            events=dict.fromkeys(("login-activity", str(it.pk)) for it in events),
        )
        assert question().event_id == events[1].pk
        send_due()
        [letter] = [each for each in mailbox.messages if each["Subject"] == SUBJECT]
        body = letter.get_body(("plain",))
        assert body is not None
        assert re.search(r"Place: São Paulo.*Before it: \d\d:\d\d, Bengaluru", body.get_content(), re.DOTALL)

    def test_comes_five_times_a_day_at_most(self, cast: Cast, mailbox: MailServer) -> None:
        for number in range(9):
            notified(cast.bob, f"X{number}", {**BRAZIL, "ip": f"177.32.{number}.7"})
        notified(cast.charlie)
        send_due()
        assert sorted(received(mailbox)) == [(BOB, SUBJECT)] * 5 + [("charlie@globex.example", SUBJECT)]

    def test_is_not_asked_where_nobody_could_answer_or_wants_to_know(self, cast: Cast, mailbox: MailServer) -> None:
        exception(new_country(cast.bob))
        notified(cast.bob, "excepted")
        facts = {"person": str(cast.bob.pk), "network": "24.114.8.0/24", "device": ""}
        notified(cast.bob, "not a rule of sign-ins", rule="large_export", evidence={}, facts=facts)
        with acting_as(tenant_id=cast.acme.pk):
            AskSettings.objects.create(tenant=cast.acme, is_on=False)
        notified(cast.bob, "switched off", facts=facts)
        with acting_as(tenant_id=cast.globex.pk):
            User.objects.filter(pk=cast.charlie.pk).update(status=UserStatus.SUSPENDED)
        notified(cast.charlie, "suspended")
        with acting_as(support=True):
            assert not Question.objects.exists()

    def test_is_not_sent_to_whoever_was_suspended_meanwhile(self, cast: Cast, mailbox: MailServer) -> None:
        notified(cast.bob)
        with acting_as(tenant_id=cast.acme.pk):
            User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.SUSPENDED)
        send_due()
        assert received(mailbox) == []
        [event] = outcomes(cast.acme)
        assert event.reason == "The e-mail did not reach Bob Brown: the question can no longer be answered"

    def test_a_window_that_breaks_off_asks_nobody(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        finding = found(cast.bob)
        with pytest.raises(ZeroDivisionError), acting_as(support=True), transaction.atomic():
            notify([finding])
            raise ZeroDivisionError
        with acting_as(support=True):
            assert not Question.objects.exists()
            assert not Alert.objects.exists()

    def test_is_each_companys_to_switch_off(self, cast: Cast, events: Any) -> None:
        alice = sign_in(cast.alice)
        page = alice.get("/settings/security/findings/rules/")
        assert page.context["asking"]["asks"].value() is True
        forms = page.context["rules"]
        sent = {each.html_name: each.value() for form in forms for each in form if each.value()}
        assert alice.post("/settings/security/findings/rules/", sent).status_code == 302  # its box is not ticked
        [edit] = [event for event in events(cast.acme) if event.action == "edit"]
        assert edit.detail["changes"] == {"Ask people “Was this you?”": [True, False]}
        notified(cast.bob)
        with acting_as(support=True):
            assert not Question.objects.exists()


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
        assert "Bob Brown said “Yes, it was me”" in page

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
        also = notified(cast.bob, "same sign-in", events={("login-activity", str(question().event_id)): None})
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
        assert received(mailbox) == [("alice@acme.example", "2 findings, 2 of high severity: Acme")]
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
        _, _, token, _ = its["no"].split("/")[:-1]
        key, _, signature = token.partition(".")
        other = key[:-1] + ("0" if key[-1] != "0" else "1")
        for forged in (f"{other}.{signature}", f"{key}.{signature[:-2]}", key, f"{key}.", "x", "%00.x"):
            response = Client().post(f"/was-this-you/{forged}/no/")
            assert response.status_code == 410
        assert Client().post(f"/was-this-you/{token}/maybe/").status_code == 404
        with acting_as(tenant_id=cast.globex.pk):
            assert not Question.objects.exists()
        assert (now(finding).answer, question().answer) == ("", "")


def test_the_most_severe_finding_of_a_sign_in_is_asked_for(cast: Cast) -> None:
    low = found(cast.bob)
    with acting_as(tenant_id=cast.acme.pk):
        [event] = store.events_of(low)["login-activity"]
    high = found(cast.bob, "CL", severity=Severity.HIGH, events={("login-activity", str(event)): None})
    with acting_as(support=True):
        notify([low, high])
    assert (question().finding_id, question().event_id) == (high.pk, event)

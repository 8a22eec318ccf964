"""Whom "Was this you?" is asked, and what the e-mail has."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction

from tests.findings.making import exception, new_country
from tests.support.cast import Cast, sign_in
from tests.support.servers.smtp import MailServer
from wisely_security.core.request_context import acting_as
from wisely_security.findings.engine import store
from wisely_security.findings.models import Alert, AskSettings, Question
from wisely_security.findings.notifications.notify import notify
from wisely_security.findings.rules.rule import Severity
from wisely_security.tenancy.models import User, UserStatus

from .making import BRAZIL, found, notified, outcomes, received, send_due, sign_in_from
from .questions import BOB, SUBJECT, question


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
            events={("login-activity", str(it.pk)): 1 for it in events},
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


def test_the_most_severe_finding_of_a_sign_in_is_asked_for(cast: Cast) -> None:
    low = found(cast.bob)
    with acting_as(tenant_id=cast.acme.pk):
        [event] = store.events_of(low)["login-activity"]
    high = found(cast.bob, "CL", severity=Severity.HIGH, events={("login-activity", str(event)): 1})
    with acting_as(support=True):
        notify([low, high])
    assert (question().finding_id, question().event_id) == (high.pk, event)

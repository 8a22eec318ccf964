"""Alerts and daily digests: to whom, when, once each, and the outcome in the Audit Trail."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.findings.making import exception, new_country
from tests.support.cast import Cast, add_member, person, sign_in
from tests.support.servers.smtp import MailServer
from wisely_security.core.request_context import acting_as
from wisely_security.core.site_url import absolute
from wisely_security.findings.models import Alert, AlertSettings, Finding, How, State
from wisely_security.findings.notifications import mailing
from wisely_security.findings.notifications.mailing import last_digest, put_due
from wisely_security.findings.notifications.notify import notify
from wisely_security.findings.rules import RULES
from wisely_security.findings.rules.rule import Severity
from wisely_security.tenancy.models import User, UserStatus
from wisely_security.workspace.outbox.models import Notification

from .making import a_minute_ago, found, notified, outcomes, received, send_due, sent_before

ALICE = "alice@acme.example"


@pytest.fixture(autouse=True)
def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """test_was_this_you.py"""
    monkeypatch.setattr("wisely_security.findings.notifications.questions.ask", lambda findings: None)


def choose(user: User, **chosen: Any) -> None:
    with acting_as(tenant_id=user.tenant_id):
        settings = AlertSettings.objects.filter(user=user).first() or AlertSettings.default_for(user)
        for name, value in chosen.items():
            setattr(settings, name, value)
        settings.save()


def colleague(cast: Cast, name: str = "Ella Ellis") -> User:
    return add_member(cast.acme, "admin", person(name, f"{name.split()[0].lower()}@acme.example"))


def test_severe_findings_reach_the_super_admin_at_once_with_evidence_and_what_to_do(
    cast: Cast, mailbox: MailServer
) -> None:
    finding = notified(cast.bob, severity=Severity.HIGH)
    send_due()
    [letter] = mailbox.messages
    assert (letter["To"], letter["Subject"]) == (ALICE, "High: New country: Bob Brown")
    link = absolute(f"/settings/security/findings/{finding.pk}/")
    parts = [letter.get_body((kind,)) for kind in ("plain", "html")]
    for part in parts:
        assert part is not None
        text = part.get_content()
        assert "Bob Brown signed in from Brazil (São Paulo); before: India." in text
        assert RULES["new_country"].next_steps[0] in text
        assert link in text
        assert "/settings/security/findings/alerts/" in text
    [event] = outcomes(cast.acme)
    assert (event.action, event.status, event.actor_name) == ("alert", "success", "System")
    assert (event.resource_type, event.resource_id, event.resource_name) == ("finding", finding.pk, str(finding))
    assert event.changes[0]["added"] == ["Alice Adams"]
    assert sign_in(cast.alice).get(link.removeprefix("https://security.wisely.example")).status_code == 200
    mailbox.messages.clear()
    send_due()
    assert received(mailbox) == []


def test_the_rest_waits_for_the_daily_digest_of_each(cast: Cast, mailbox: MailServer) -> None:
    ella = colleague(cast)
    for user in (cast.alice, ella):
        choose(user, digest_at=a_minute_ago(user).time())
    notified(cast.bob, "BR", severity=Severity.LOW)
    notified(cast.bob, "CL")
    decided = notified(cast.bob, "AR")
    send_due()
    assert received(mailbox) == []  # what comes after the time of the day is of tomorrow
    with acting_as(tenant_id=cast.acme.pk):
        Finding.objects.filter(pk=decided.pk).update(state=State.EXPECTED)
    sent_before(cast.acme, hours=1)
    send_due()
    assert sorted(received(mailbox)) == [
        (ALICE, "Daily digest: 2 findings of Acme"),
        (
            "ella@acme.example",
            "Daily digest: 1 finding of Acme",
        ),  # nobody but the Super Admin is notified of minor ones
    ]
    digests = [event for event in outcomes(cast.acme) if event.action == "digest"]
    assert sorted(event.resource_name for event in digests) == ["2 findings", "New country: Bob Brown"]
    sent_before(cast.acme, days=1)
    send_due()
    assert received(mailbox) == []


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("Asia/Kolkata", datetime(2026, 3, 2, 3, tzinfo=UTC), datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 3, 2, 2, tzinfo=UTC), datetime(2026, 3, 1, 2, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 8, 13, tzinfo=UTC), datetime(2026, 3, 8, 12, tzinfo=UTC)),  # 23 hours
        ("America/New_York", datetime(2026, 11, 1, 12, 59, tzinfo=UTC), datetime(2026, 10, 31, 12, tzinfo=UTC)),  # 25
    ],
)
def test_the_digest_keeps_to_the_clock_of_its_reader(zone: str, now: datetime, expected: datetime) -> None:
    reader = User(time_zone=zone)
    assert last_digest(reader, AlertSettings(digest_at=time(8)), now) == expected


def test_a_time_that_a_change_of_clocks_skips_comes_once() -> None:
    reader, chosen = User(time_zone="America/New_York"), AlertSettings(digest_at=time(2, 30))
    start = datetime(2026, 3, 8, tzinfo=UTC)
    moments = {last_digest(reader, chosen, start + timedelta(minutes=it)).timestamp() for it in range(0, 1440, 15)}
    assert len(moments) == 2  # of the day before, and of this one
    assert last_digest(reader, chosen, start + timedelta(days=1)).date() == date(2026, 3, 8)


def test_a_spray_of_findings_is_one_e_mail_and_the_next_comes_after_a_pause(cast: Cast, mailbox: MailServer) -> None:
    for number in range(30):
        notified(cast.bob, f"X{number}", severity=Severity.HIGH)
    send_due()
    [letter] = mailbox.messages
    assert letter["Subject"] == "30 findings, 30 of high severity: Acme"
    body = letter.get_body(("plain",))
    assert body is not None
    assert "And 10 more" in body.get_content()
    mailbox.messages.clear()
    notified(cast.bob, "BR", severity=Severity.HIGH)
    send_due()
    assert received(mailbox) == []
    sent_before(cast.acme, minutes=11)
    send_due()
    assert received(mailbox) == [(ALICE, "High: New country: Bob Brown")]


def test_a_finding_is_sent_again_when_it_has_become_more_severe_and_only_then(cast: Cast, mailbox: MailServer) -> None:
    choose(cast.alice, medium=How.AT_ONCE)
    for severity, subjects in (
        (Severity.MEDIUM, ["Medium: New country: Bob Brown"]),
        (Severity.MEDIUM, []),
        (Severity.HIGH, ["High: New country: Bob Brown"]),
        (Severity.HIGH, []),
    ):
        notified(cast.bob, severity=severity)
        sent_before(cast.acme, minutes=11)
        send_due()
        assert received(mailbox) == [(ALICE, each) for each in subjects]


def test_each_chooses_by_rule_too(cast: Cast, mailbox: MailServer) -> None:
    ella = colleague(cast)
    choose(cast.alice, by_rule={"new_country": "never"})
    choose(ella, by_rule={"new_country": "at_once"})
    notified(cast.bob)
    notified(cast.bob, "CL", severity=Severity.HIGH)
    send_due()
    assert [to for to, _ in received(mailbox)] == ["ella@acme.example"]


def test_whoever_may_not_see_findings_any_more_gets_nothing(cast: Cast, mailbox: MailServer) -> None:
    ella, frank, grace = (colleague(cast, name) for name in ("Ella Ellis", "Frank Fisher", "Grace Green"))
    for user in (ella, frank, grace):
        choose(user, high=How.AT_ONCE)
    notified(cast.bob, severity=Severity.HIGH)
    with acting_as(tenant_id=cast.acme.pk):
        User.objects.filter(pk=ella.pk).update(status=UserStatus.SUSPENDED)
    put_due()  # Frank and Grace have theirs in the outbox
    with acting_as(tenant_id=cast.acme.pk):
        User.objects.filter(pk=frank.pk).update(role=cast.bob.role)
        grace.delete()
    send_due()
    assert [to for to, _ in received(mailbox)] == [ALICE]
    failures = [event for event in outcomes(cast.acme) if event.status == "failure"]
    assert {event.reason for event in failures} == {
        "The e-mail did not reach Frank Fisher: may no longer view findings",
        "The e-mail did not reach Grace Green: may no longer view findings",
    }
    with acting_as(tenant_id=cast.acme.pk):
        assert not Alert.objects.filter(user=ella).exists()


def test_what_is_expected_or_old_or_of_another_tenant_is_not_mailed(cast: Cast, mailbox: MailServer) -> None:
    exception(new_country(cast.bob))
    notified(cast.bob, "CL", severity=Severity.HIGH)  # from the excepted network
    elsewhere = {"person": str(cast.bob.pk), "network": "24.114.8.0/24", "device": ""}
    old = (datetime.now(UTC) - timedelta(days=8)).timestamp()
    notified(cast.bob, "AR", severity=Severity.HIGH, facts=elsewhere, first_at=old, last_at=old)
    notified(cast.charlie, severity=Severity.HIGH)
    send_due()
    assert received(mailbox) == [("charlie@globex.example", "High: New country: Charlie Clark")]
    with acting_as(tenant_id=cast.globex.pk):
        assert {alert.user_id for alert in Alert.objects.all()} == {cast.charlie.pk}


def test_what_breaks_off_is_neither_lost_nor_sent_twice(
    cast: Cast, mailbox: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = found(cast.bob, severity=Severity.HIGH)
    with acting_as(support=True):
        notify([finding])
        notify([finding])  # a window that is examined again
    with monkeypatch.context() as patch:
        patch.setattr(mailing, "KEEP", None)  # after the e-mail has entered the outbox
        with pytest.raises(TypeError):
            put_due()
    with acting_as(tenant_id=cast.acme.pk):
        assert not Notification.objects.exists()
    send_due()
    send_due()
    assert received(mailbox) == [(ALICE, "High: New country: Bob Brown")]


def test_a_refused_e_mail_is_recorded(cast: Cast, mailbox: MailServer) -> None:
    mailbox.answers[ALICE] = "550 5.1.1 No such mailbox"
    notified(cast.bob, severity=Severity.HIGH)
    send_due()
    [event] = outcomes(cast.acme)
    assert (event.action, event.status, event.reason_code) == ("alert", "failure", "email_failed")
    assert event.reason == "The e-mail did not reach Alice Adams: 550 5.1.1 No such mailbox"


def test_two_mail_workers_at_once_make_one_e_mail(committed_cast: Cast, mailbox: MailServer) -> None:
    notified(committed_cast.bob, severity=Severity.HIGH)
    notified(committed_cast.charlie, severity=Severity.HIGH)
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait()
        try:
            send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        for future in [both.submit(work), both.submit(work)]:
            future.result()
    send_due()
    assert sorted(to for to, _ in received(mailbox)) == [ALICE, "charlie@globex.example"]

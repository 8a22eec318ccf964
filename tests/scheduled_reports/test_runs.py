"""What a run sends, to whom, how often, and what the Audit Trail says of it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from audit_trail.models import AuditEvent
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action, Reason
from tests.findings.making import new_country
from tests.support.cast import Cast, add_member, sign_in
from tests.support.servers.smtp import MailServer
from tests.workspace.audit_assertions import AuditTrail
from tests.workspace.outbox.conftest import mail_server, mailbox  # noqa: F401
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.scheduled_reports.models import ReportRun, SavedView
from wisely_security.scheduled_reports.runs import running
from wisely_security.scheduled_reports.runs.running import run_due
from wisely_security.tenancy.models import Role, UserStatus
from wisely_security.workspace.modules.business_profile import BusinessProfile
from wisely_security.workspace.outbox.models import Notification

from .making import a_report, a_view, admin, again


def runs(cast: Cast) -> list[ReportRun]:
    with acting_as(tenant_id=cast.acme.pk):
        return list(ReportRun.objects.order_by("due_at"))


def send() -> None:
    call_command("send_outbox", once=True, verbosity=0)


def names(event: AuditEvent) -> dict[str, list[str]]:
    return {change["label"]: change["added"] for change in event.changes}


def test_a_report_that_is_due_is_sent_once_to_those_who_may_download_over_real_smtp(
    committed_cast: Cast,
    mailbox: MailServer,  # noqa: F811
) -> None:
    cast = committed_cast
    ann = admin(cast)
    report = a_report(cast, cast.alice, ann, cast.bob, format="csv")
    trail = AuditTrail(cast.acme)
    send()
    send()
    assert [message["To"] for message in mailbox.messages] == ["alice@acme.example", "ann@acme.example"]
    body = mailbox.messages[0].get_body(("plain",))
    assert body
    text = body.get_content()
    [run] = runs(cast)
    assert f"/settings/security/reports/{run.pk}/" in text
    assert "The link works for 7 days" in text
    [event] = trail.new()
    assert (str(event), event.actor_kind, event.status) == ("Scheduled Reports: Run, Weekly", "system", "success")
    assert names(event) == {"Recipients": ["Alice Adams", "Ann Archer"]}
    report = again(report)
    assert (report.last_outcome, report.last_reason) == ("sent", "")
    assert report.next_run_at and report.next_run_at > timezone.now()


def test_processes_that_run_at_once_send_it_once(committed_cast: Cast) -> None:
    a_report(committed_cast)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        run_due()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with acting_as(support=True):
        assert (ReportRun.objects.count(), Notification.objects.count()) == (1, 1)


def test_what_was_missed_runs_once(cast: Cast) -> None:
    report = a_report(cast, frequency="daily", next_run_at=timezone.now() - timedelta(days=5))
    send()
    send()
    assert len(mail.outbox) == 1
    [run] = runs(cast)
    assert timezone.now() - timedelta(days=1) < run.due_at <= timezone.now()
    assert run.due_at < (again(report).next_run_at or run.due_at) <= run.due_at + timedelta(days=1)


@pytest.mark.parametrize("why", ["suspended", "no permission"])
def test_nobody_left_is_recorded_and_nothing_sent(cast: Cast, why: str) -> None:
    ann = admin(cast)
    report = a_report(cast, ann)
    if why == "suspended":
        ann.status = UserStatus.SUSPENDED
    with acting_as(tenant_id=cast.acme.pk):
        ann.save()
    if why == "no permission":
        add_member(cast.acme, "mis", ann)
    trail = AuditTrail(cast.acme)
    send()
    [event] = trail.new()
    assert (event.action, event.status, event.reason_code) == ("run", "failure", "no_permission")
    assert event.reason == "None of its recipients may receive it any more."
    assert (mail.outbox, again(report).last_outcome, runs(cast)) == ([], "nobody_left", [])
    assert again(report).next_run_at


def test_who_loses_the_permission_while_the_mail_waits_gets_nothing(cast: Cast) -> None:
    ann = admin(cast)
    report = a_report(cast, cast.alice, ann)
    trail = AuditTrail(cast.acme)
    run_due()
    add_member(cast.acme, "mis", ann)
    send()
    assert [message.to for message in mail.outbox] == [["alice@acme.example"]]
    event = trail.new()[-1]
    assert names(event) == {"Recipients": ["Alice Adams"], "Not reached": ["Ann Archer"]}
    assert event.reason == "The e-mail did not reach Ann Archer: may no longer download Login Activity"
    assert again(report).last_outcome == "partly_sent"


def test_a_view_that_is_no_longer_valid_is_named(cast: Cast) -> None:
    report = a_report(cast, view=a_view(cast.acme, parameters=["period=7d", "device=pager"]))
    trail = AuditTrail(cast.acme)
    send()
    [event] = trail.new()
    assert event.reason_code == "invalid_input"
    assert event.reason.startswith('The view “Failures” is no longer valid. "pager" isn\'t a device.')
    assert (again(report).last_outcome, mail.outbox) == ("invalid_view", [])


def test_what_cannot_be_sent_is_recorded_with_the_servers_answer(
    committed_cast: Cast,
    mailbox: MailServer,  # noqa: F811
) -> None:
    report, trail = a_report(committed_cast), AuditTrail(committed_cast.acme)
    mailbox.answers["alice@acme.example"] = "550 5.1.1 No such mailbox"
    send()
    [event] = trail.new()
    assert (event.action, event.reason_code) == ("run", "email_failed")
    assert "550 5.1.1 No such mailbox" in event.reason
    assert (again(report).last_outcome, again(report).last_reason) == ("not_sent", event.reason)


def test_one_that_fails_keeps_nobody_else_waiting_and_is_tried_again(cast: Cast, monkeypatch, caplog) -> None:
    broken = a_report(cast, name="Broken", format="summary", next_run_at=timezone.now() - timedelta(hours=1))
    a_report(cast, name="Whole", format="csv")
    trail = AuditTrail(cast.acme)
    with monkeypatch.context() as patch:
        patch.setattr(running, "summarize", lambda *_: 1 / 0)
        send()
        send()
    assert [message.subject.partition(":")[0] for message in mail.outbox] == ["Whole"]
    assert sorted((event.resource_name, event.status) for event in trail.new()) == [
        ("Broken", "failure"),
        ("Whole", "success"),
    ]
    waiting = again(broken)
    assert (waiting.last_outcome, "division by zero" in caplog.text) == ("failed", True)
    assert timezone.now() < (waiting.next_run_at or timezone.now()) <= timezone.now() + timedelta(minutes=10)
    with acting_as(tenant_id=cast.acme.pk):
        type(broken).objects.filter(pk=broken.pk).update(next_run_at=timezone.now())
    send()
    assert (len(mail.outbox), again(broken).last_outcome) == (2, "sent")


def test_a_paused_report_is_not_sent_and_resuming_does_not_make_up_for_it(cast: Cast) -> None:
    report = a_report(cast)
    alice = sign_in(cast.alice)
    at = f"/settings/scheduled-reports/{report.pk}"
    for action in ("pause", "resume"):
        shown = alice.get(f"{at}/").content.decode()
        seen = shown.split('name="seen" value="')[1].split('"')[0]
        assert alice.post(f"{at}/{action}/", {"seen": seen}, follow=True).status_code == 200
        send()
    assert mail.outbox == []
    assert (again(report).next_run_at or timezone.now()) > timezone.now()


def test_run_now_is_sent_at_once_and_recorded_as_its_persons(cast: Cast) -> None:
    report = a_report(cast, next_run_at=timezone.now() + timedelta(days=3))
    alice, trail = sign_in(cast.alice), AuditTrail(cast.acme)
    shown = alice.get(f"/settings/scheduled-reports/{report.pk}/").content.decode()
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    page = alice.post(f"/settings/scheduled-reports/{report.pk}/run/", {"seen": seen}, follow=True)
    assert "is on its way" in page.content.decode()
    send()
    [event] = trail.new()
    assert (event.action, event.actor_name, event.status) == ("run", "Alice Adams", "success")
    assert again(report).next_run_at == report.next_run_at


def test_a_new_time_zone_of_the_company_moves_the_next_run(cast: Cast) -> None:
    report = a_report(cast, frequency="daily", at="07:00", next_run_at=timezone.now() + timedelta(hours=30))
    with acting_as(tenant_id=cast.acme.pk):
        make(BusinessProfile, cast.acme, time_zone="Asia/Kolkata")
    moved = again(report).next_run_at
    assert moved
    assert (moved.hour, moved.minute) == (1, 30)


def test_the_mail_of_a_summary_has_counts_and_nothing_of_people(cast: Cast) -> None:
    new_country(cast.bob)
    for _ in range(3):
        record(Action.LOG_IN, cast.bob, failed=Reason.WRONG_PASSWORD)
    view = make(SavedView, cast.acme, name="Today", is_shared=True, parameters=["period=custom", f"from={today()}"])
    a_report(cast, view=view)
    run_due()
    send()
    [message] = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    html = str(message.alternatives[0][0])
    for body in (message.body, html):
        assert "Wrong password" in body
        assert "New country: 1" in body
        assert "Bob" not in body
        assert "bob@acme.example" not in body
    [run] = runs(cast)
    assert run.summary
    totals = {label: now for label, now, _ in run.summary["totals"]}
    assert totals["Failure"] == 3
    people = next(each for each in run.summary["lists"] if each["title"] == "People")
    assert [(row[0], row[2]) for row in people["rows"]] == [("Bob Brown", 3)]


def today() -> str:
    return str(timezone.now().date())


def test_findings_are_not_in_the_mail_of_who_may_not_view_them(cast: Cast) -> None:
    new_country(cast.bob)
    with acting_as(tenant_id=cast.acme.pk):
        keys = ["login_activity.view", "login_activity.download"]
        cast.bob.role = Role.objects.create(tenant=cast.acme, name="Auditor", key="", permissions=keys)
        cast.bob.save()
    a_report(cast, cast.bob, cast.alice, view=a_view(cast.acme, parameters=["period=custom", f"from={today()}"]))
    send()
    has = {message.to[0]: "New country" in message.body for message in mail.outbox}
    assert has == {"bob@acme.example": False, "alice@acme.example": True}

"""Several mail workers at once, and mail workers that die."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections, transaction

from tests.support.cast import Cast
from tests.support.servers.smtp import MailServer
from tests.support.servers.web_server import web_server
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.outbox.delivery import deliver_next
from wisely_security.workspace.outbox.mail_worker import MailWorker
from wisely_security.workspace.outbox.models import Notification
from wisely_security.workspace.outbox.wake_event import wake_event

from .changes import change, colleague, deliver_all, group_of, lists, outcomes, time_passes, waiting

SECONDS = 60  # for another process or thread to do its part


@contextmanager
def another_process(mail_server: MailServer, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """``manage.py send_outbox`` on the database of this test."""
    url = urlsplit(os.environ["DATABASE_URL"])
    process = subprocess.Popen(
        [sys.executable, "manage.py", "send_outbox", *arguments],
        cwd=django_settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": url._replace(path=f"/{connections['default'].settings_dict['NAME']}").geturl(),
            "DJANGO_SETTINGS_MODULE": "wisely_security.settings",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mail_server.port),
        },
        stdout=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_two_mail_workers_at_once_send_each_e_mail_once(committed_cast: Cast, mailbox: MailServer) -> None:
    group = group_of(committed_cast.bob)
    for number in range(12):
        change(group, committed_cast.alice, changed=[f"Change {number}"])
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait()
        try:
            deliver_all()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        for future in [both.submit(work), both.submit(work)]:
            future.result()
    bodies = {message.get_body(("plain",)).get_content() for message in mailbox.messages}  # type: ignore[union-attr]
    assert (len(mailbox.messages), len(bodies), len(outcomes(committed_cast.acme))) == (12, 12, 12)


def test_a_claimed_e_mail_is_not_claimed_twice(committed_cast: Cast, mailbox: MailServer) -> None:
    change(group_of(committed_cast.bob), committed_cast.alice)
    with acting_as(support=True):
        assert Notification.objects.claim() is not None
    assert not deliver_next()


@pytest.mark.servers
def test_a_process_that_is_killed_while_sending_loses_nothing(committed_cast: Cast, mailbox: MailServer) -> None:
    people = [colleague(committed_cast, name) for name in ("Ella Ellis", "Frank Fisher")]
    change(group_of(committed_cast.alice), committed_cast.alice, added=people)
    mailbox.holds = True
    with another_process(mailbox, "--once") as process:
        assert mailbox.arrived.wait(SECONDS)
        process.kill()
        process.wait()
    assert not deliver_next()  # it is claimed still
    assert (len(waiting(committed_cast.acme)), outcomes(committed_cast.acme)) == (1, [])
    mailbox.holds = False
    time_passes(committed_cast.acme)
    deliver_all()
    twice, again, once = mailbox.messages
    assert (twice["To"], again["To"], once["To"]) == ("ella@acme.example", "ella@acme.example", "frank@acme.example")
    assert twice["Message-ID"] == again["Message-ID"] != once["Message-ID"]
    [event] = outcomes(committed_cast.acme)
    assert (event.status, lists(event)) == ("success", {"Recipients": ["Ella Ellis", "Frank Fisher"]})


@pytest.mark.servers
def test_a_mail_worker_that_has_lost_the_claim_stops(committed_cast: Cast, mailbox: MailServer) -> None:
    """It was slower than its lease. Another worker has claimed the notification and records its outcome."""
    acme = committed_cast.acme
    people = [colleague(committed_cast, name) for name in ("Ella Ellis", "Frank Fisher")]
    change(group_of(committed_cast.alice), committed_cast.alice, added=people)
    mailbox.holds = True
    with another_process(mailbox, "--once") as slow:
        assert mailbox.arrived.wait(SECONDS)
        time_passes(acme)
        with acting_as(support=True):
            assert Notification.objects.claim() is not None
        mailbox.release()
        assert slow.wait(SECONDS) == 0
    assert (len(mailbox.messages), outcomes(acme)) == (1, [])
    time_passes(acme)
    deliver_all()
    assert [event.status for event in outcomes(acme)] == ["success"]
    # That it has sent one of them is recorded all the same.
    assert [message["To"] for message in mailbox.messages] == ["ella@acme.example", "frank@acme.example"]


def test_a_change_that_is_rolled_back_notifies_nobody(committed_cast: Cast, mailbox: MailServer) -> None:
    group = group_of(committed_cast.bob)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        change(group, committed_cast.alice)
        raise ZeroDivisionError
    assert waiting(committed_cast.acme) == []


def test_the_wake_event_is_set_when_the_change_is_committed_and_not_before(committed_cast: Cast) -> None:
    group = group_of(committed_cast.bob)
    wake_event.clear()
    with transaction.atomic():
        change(group, committed_cast.alice)
        assert not wake_event.is_set()
    assert wake_event.is_set()


def test_the_mail_worker_of_the_process_starts_at_once(committed_cast: Cast, mailbox: MailServer) -> None:
    group = group_of(committed_cast.bob)
    worker = MailWorker()
    worker.start()
    try:
        for _ in range(3):
            mailbox.arrived.clear()
            change(group, committed_cast.alice)
            assert mailbox.arrived.wait(SECONDS)
    finally:
        worker.stop()
    assert len(outcomes(committed_cast.acme)) == 3


@pytest.mark.servers
def test_each_web_process_has_a_mail_worker(
    committed_cast: Cast, mailbox: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_HOST", "127.0.0.1")
    monkeypatch.setenv("EMAIL_PORT", str(mailbox.port))
    change(group_of(committed_cast.bob), committed_cast.alice)
    with web_server():
        assert mailbox.arrived.wait(SECONDS)
    assert len(outcomes(committed_cast.acme)) == 1  # after SIGTERM it finishes what it has claimed


@pytest.mark.servers
def test_the_command_sends_what_is_due_and_ends(committed_cast: Cast, mailbox: MailServer) -> None:
    change(group_of(committed_cast.bob), committed_cast.alice)
    with another_process(mailbox, "--once") as process:
        output, _ = process.communicate(timeout=SECONDS)
    assert (process.returncode, output.decode()) == (0, "1 notification tried.\n")
    assert len(mailbox.messages) == 1


@pytest.mark.servers
def test_the_command_runs_until_it_is_stopped(committed_cast: Cast, mailbox: MailServer) -> None:
    change(group_of(committed_cast.bob), committed_cast.alice)
    with another_process(mailbox) as process:
        assert mailbox.arrived.wait(SECONDS)
        process.terminate()
        assert process.wait(SECONDS) == 0
    assert len(outcomes(committed_cast.acme)) == 1

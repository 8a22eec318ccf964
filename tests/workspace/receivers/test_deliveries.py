"""Who gets checkpoints, when, and what happens when that fails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection

from tests.ledger.sealing.logs.tampering import as_owner
from tests.support.cast import Cast
from tests.support.servers.http_server import HttpServer, Reply
from tests.support.servers.smtp import MailServer
from tests.support.servers.web_server import web_server
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.receivers import delivery
from wisely_security.workspace.receivers.receiver import CheckpointReceiver, Frequency

from .receiving import deliver_all, failures, receiver, record_and_seal, seal, state, text_of, time_passes

SECONDS = 60  # for a web process to do its part


def test_nothing_is_sent_before_something_is_sealed(committed_cast: Cast, server: HttpServer) -> None:
    receiver(committed_cast, kind="webhook", address=server.url())
    assert deliver_all() == 0
    record_and_seal(committed_cast.acme)
    assert deliver_all() == 1


def test_each_tenant_gets_its_own_checkpoints_alone(committed_cast: Cast, mailbox: MailServer) -> None:
    receiver(committed_cast, address="acme@firm.example")
    receiver(committed_cast, committed_cast.globex, address="globex@firm.example")
    for tenant in (committed_cast.acme, committed_cast.globex):
        record_and_seal(tenant)
    deliver_all()
    for message in mailbox.messages:
        name = message["To"].partition("@")[0]
        other = committed_cast.globex if name == "acme" else committed_cast.acme
        text = text_of(message)
        assert name.capitalize() in text
        assert str(other.pk) not in text
    assert len(mailbox.messages) == 2


@pytest.mark.parametrize(("frequency", "minutes"), [("often", 5), ("hourly", 60), ("daily", 24 * 60)])
def test_no_more_often_than_the_tenant_wants(
    committed_cast: Cast, server: HttpServer, frequency: Frequency, minutes: int
) -> None:
    it = receiver(committed_cast, kind="webhook", address=server.url(), frequency=frequency)
    record_and_seal(committed_cast.acme)
    assert deliver_all() == 1
    newest = record_and_seal(committed_cast.acme)
    time_passes(minutes=minutes - 1)
    assert deliver_all() == 0
    time_passes(minutes=1)
    assert deliver_all() == 1
    assert list(state(it).sizes.values()) == [newest]
    time_passes(days=3)
    assert deliver_all() == 0  # nothing new
    assert len(server.requests) == 2


def test_a_failure_is_tried_again_later_and_later_and_recorded_once(committed_cast: Cast, server: HttpServer) -> None:
    it = receiver(committed_cast, name="Hook", kind="webhook", address=server.url())
    record_and_seal(committed_cast.acme)
    server.answer = lambda request: Reply(503)
    for attempt, minutes in enumerate((1, 5, 30, 120, 480, 480), 1):
        assert deliver_all() == 1
        assert (state(it).attempts, state(it).error) == (attempt, "It answers with status 503.")
        time_passes(minutes=minutes - 0.5)
        assert deliver_all() == 0
        time_passes(minutes=1)
    [event] = failures(committed_cast.acme)
    assert (event.status, event.reason_code, event.reason) == (
        "failure",
        "not_delivered",
        "It answers with status 503.",
    )
    assert (event.resource_name, event.actor_name) == ("Hook", "System")
    server.answer = lambda request: Reply(204)
    assert deliver_all() == 1
    its = state(it)
    assert (its.attempts, its.error, bool(its.delivered_at)) == (0, "", True)
    assert len({request.headers["webhook-id"] for request in server.requests}) == 1  # always the same message


def test_sealing_goes_on_while_a_receiver_does_not_answer(committed_cast: Cast, server: HttpServer) -> None:
    receiver(committed_cast, kind="webhook", address=server.url())
    before = record_and_seal(committed_cast.acme)
    arrived, released = threading.Event(), threading.Event()

    def answer(request: object) -> Reply:
        arrived.set()
        released.wait()
        return Reply()

    server.answer = answer
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_in_thread)
        arrived.wait()
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'"
                )
                assert cursor.fetchone() == (0,)  # no transaction waits with it
            assert record_and_seal(committed_cast.acme) > before
        finally:
            released.set()
        assert waiting.result() == 1


def _in_thread() -> int:
    try:
        return deliver_all()
    finally:
        connection.close()


def test_two_at_once_send_once(committed_cast: Cast, server: HttpServer) -> None:
    for number in range(6):
        receiver(committed_cast, name=f"Hook {number}", kind="webhook", address=server.url(f"/{number}"))
    record_and_seal(committed_cast.acme)
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: _in_thread(), range(2))) == 6
    assert sorted(request.path for request in server.requests) == [f"/{number}" for number in range(6)]


def test_who_dies_after_sending_sends_again(
    committed_cast: Cast, server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = receiver(committed_cast, kind="webhook", address=server.url())
    record_and_seal(committed_cast.acme)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_note", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            deliver_all()
    assert deliver_all() == 0  # the claim holds
    time_passes(minutes=11)
    assert deliver_all() == 1
    assert [request.headers["webhook-id"] for request in server.requests] == [
        server.requests[0].headers["webhook-id"]
    ] * 2
    assert state(it).delivered_at


def test_what_is_edited_while_it_is_sent_to_starts_again(committed_cast: Cast, server: HttpServer) -> None:
    """What the old address has got, the new one has not."""
    it = receiver(committed_cast, kind="webhook", address=server.url("/old"))
    record_and_seal(committed_cast.acme)

    def edit(request: object) -> Reply:
        with acting_as(tenant_id=committed_cast.acme.pk):
            changed = CheckpointReceiver.objects.get(pk=it.pk)
            changed.address = server.url("/new")
            changed.start_again()
            changed.save()
        connection.close()
        server.answer = lambda request: Reply()
        return Reply()

    server.answer = edit
    assert deliver_all() == 2
    assert [request.path for request in server.requests] == ["/old", "/new"]


def test_one_that_was_deleted_while_it_was_sent_to(committed_cast: Cast, server: HttpServer) -> None:
    it = receiver(committed_cast, kind="webhook", address=server.url())
    record_and_seal(committed_cast.acme)

    def delete(request: object) -> Reply:
        with acting_as(tenant_id=committed_cast.acme.pk):
            CheckpointReceiver.objects.filter(pk=it.pk).delete()
        connection.close()
        return Reply(500)

    server.answer = delete
    assert deliver_all() == 1
    assert failures(committed_cast.acme) == []


def test_the_command_sends_what_is_due(committed_cast: Cast, server: HttpServer, capsys) -> None:
    receiver(committed_cast, kind="webhook", address=server.url())
    record_and_seal(committed_cast.acme)
    seal(committed_cast.acme, "audit_trail_auditevent")
    call_command("send_checkpoints", once=True)
    assert capsys.readouterr().out == "1 receiver tried.\n"


def test_a_log_that_goes_on_under_another_origin_is_sent_from_its_beginning(
    committed_cast: Cast, server: HttpServer
) -> None:
    """After a restore it is smaller than what the receiver has of the former one."""
    acme = committed_cast.acme
    it = receiver(committed_cast, kind="webhook", address=server.url())
    record_and_seal(acme, 20)
    deliver_all()
    as_owner("UPDATE ledger_log SET origin = origin || '/2' WHERE tenant_id = %s", acme.pk)
    with acting_as(tenant_id=acme.pk):
        sizes = {origin: size + 1000 for origin, size in state(it).sizes.items()}
        CheckpointReceiver.objects.filter(pk=it.pk).update(sizes=sizes)
    size = record_and_seal(acme, 1)
    time_passes(days=1)
    assert deliver_all() == 1
    assert f"Login Activity 2: {size} events" in state(it).has


@pytest.mark.servers
def test_each_web_process_sends_them(settings, committed_cast: Cast, server: HttpServer) -> None:
    arrived = threading.Event()

    def answer(request: object) -> Reply:
        arrived.set()
        return Reply()

    server.answer = answer
    it = receiver(committed_cast, kind="webhook", address=server.url())
    record_and_seal(committed_cast.acme)
    key, folder = settings.SIGNING_KEY, str(settings.CHECKPOINT_DIR)
    with web_server(SIGNING_KEY=key, CHECKPOINT_DIR=folder, LOG_ORIGIN=settings.LOG_ORIGIN):
        assert arrived.wait(SECONDS)
    assert state(it).delivered_at  # after SIGTERM it finishes what it has claimed

"""The outcome of a notification: one event, once nothing more will be tried."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from audit_trail.vocabulary import ActorKind
from tests.support.cast import Cast
from tests.support.servers.smtp import MailServer
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.outbox.delivery import MOST_ATTEMPTS, PAUSES, deliver_next
from wisely_security.workspace.outbox.models import Notification

from .changes import REQUEST_ID, change, colleague, deliver_all, group_of, lists, outcomes, time_passes, waiting

REFUSED = "550 5.1.1 No such mailbox"


def test_success_is_recorded_as_the_action_of_the_person_in_that_request(cast: Cast, mailbox: MailServer) -> None:
    group = group_of(cast.bob)
    change(group, cast.alice, changed=["Name"])
    deliver_all()
    [event] = outcomes(cast.acme)
    assert (event.module, event.sub_module, event.action) == ("business_group", "group", "notify_owner")
    assert (event.status, event.reason) == ("success", "")
    assert (event.actor_kind, event.actor_name, event.actor_id) == (ActorKind.PERSON, "Alice Adams", cast.alice.pk)
    assert (event.request_id, event.ip) == (REQUEST_ID, "203.0.113.7")
    assert (event.resource_type, event.resource_id, event.resource_name) == ("businessgroup", group.pk, "Sales")
    assert lists(event) == {"Recipients": ["Bob Brown"]}
    assert waiting(cast.acme) == []


def test_many_users_are_one_event(cast: Cast, mailbox: MailServer) -> None:
    people = [colleague(cast, name) for name in ("Ella Ellis", "Frank Fisher")]
    change(group_of(cast.alice), cast.alice, added=people[:1], removed=people[1:])
    deliver_all()
    [event] = outcomes(cast.acme)
    assert (event.action, event.status) == ("notify_users", "success")
    assert lists(event) == {"Recipients": ["Ella Ellis", "Frank Fisher"]}


def test_a_permanent_refusal_is_recorded_at_once_with_the_servers_reason(cast: Cast, mailbox: MailServer) -> None:
    mailbox.answers["bob@acme.example"] = REFUSED
    change(group_of(cast.bob), cast.alice, changed=["Name"])
    deliver_all()
    [event] = outcomes(cast.acme)
    assert (event.status, event.reason_code) == ("failure", "email_failed")
    assert event.reason == f"The e-mail did not reach Bob Brown: {REFUSED}"
    assert lists(event) == {"Not reached": ["Bob Brown"]}
    assert (event.actor_name, event.request_id) == ("Alice Adams", REQUEST_ID)
    assert waiting(cast.acme) == []


def test_a_refused_recipient_does_not_delay_the_others(cast: Cast, mailbox: MailServer) -> None:
    people = [colleague(cast, name) for name in ("Ella Ellis", "Frank Fisher", "Grace Green")]
    mailbox.answers["ella@acme.example"] = REFUSED
    change(group_of(cast.alice), cast.alice, added=people)
    deliver_all()
    assert [each["To"] for each in mailbox.messages] == ["frank@acme.example", "grace@acme.example"]
    [event] = outcomes(cast.acme)
    assert event.status == "failure"
    assert lists(event) == {"Recipients": ["Frank Fisher", "Grace Green"], "Not reached": ["Ella Ellis"]}


def test_the_reason_names_a_few_and_counts_the_others(cast: Cast, mailbox: MailServer) -> None:
    people = [colleague(cast, name) for name in ("Ada A", "Ben B", "Cem C", "Dan D", "Eve E")]
    mailbox.answers = {person.email: REFUSED for person in people}
    mailbox.answers["ben@acme.example"] = "552 Mailbox full"
    change(group_of(cast.alice), cast.alice, added=people)
    deliver_all()
    [event] = outcomes(cast.acme)
    assert event.reason == (
        f"The e-mail did not reach Ada A, Cem C, Dan D and 1 more: {REFUSED}; Ben B: 552 Mailbox full"
    )


@pytest.mark.parametrize("answer", ["550 \x01\x7f odd \x1b[31m", "550 " + "x" * 480])
def test_whatever_a_server_says_can_be_recorded(cast: Cast, mailbox: MailServer, answer: str) -> None:
    mailbox.answers["bob@acme.example"] = answer
    change(group_of(cast.bob), cast.alice)
    deliver_all()
    [event] = outcomes(cast.acme)
    assert event.reason.isprintable()
    assert event.status == "failure"


def pause_before_next(cast: Cast) -> timedelta:
    with acting_as(tenant_id=cast.acme.pk):
        [pause] = Notification.objects.annotate(now=Now()).values_list("next_attempt_at", "now")
    return pause[0] - pause[1]


def test_a_pending_e_mail_is_retried_at_growing_intervals_and_then_recorded_as_failed(
    cast: Cast, mailbox: MailServer
) -> None:
    mailbox.answers["bob@acme.example"] = "451 4.7.1 Try again later"
    change(group_of(cast.bob), cast.alice)
    for pause in PAUSES:
        assert deliver_next()
        assert not deliver_next()
        assert timedelta(0) < pause - pause_before_next(cast) < timedelta(seconds=10)
        assert outcomes(cast.acme) == []
        time_passes(cast.acme)
    assert deliver_next()
    [event] = outcomes(cast.acme)
    assert event.reason == "The e-mail did not reach Bob Brown: 451 4.7.1 Try again later"
    assert waiting(cast.acme) == []


def test_nobody_is_notified_twice_when_another_recipient_has_to_wait(cast: Cast, mailbox: MailServer) -> None:
    people = [colleague(cast, name) for name in ("Ella Ellis", "Frank Fisher")]
    mailbox.answers["ella@acme.example"] = "451 Greylisted"
    change(group_of(cast.alice), cast.alice, added=people)
    deliver_all()
    mailbox.answers.clear()
    time_passes(cast.acme)
    deliver_all()
    assert sorted(each["To"] for each in mailbox.messages) == ["ella@acme.example", "frank@acme.example"]
    [event] = outcomes(cast.acme)
    assert (event.status, lists(event)) == ("success", {"Recipients": ["Ella Ellis", "Frank Fisher"]})


def test_nothing_is_lost_while_the_mail_server_is_down(cast: Cast, mail_server: MailServer) -> None:
    change(group_of(cast.bob), cast.alice, changed=["Name"])
    deliver_all()
    [notification] = waiting(cast.acme)
    with acting_as(tenant_id=cast.acme.pk):
        assert [each.error for each in notification.recipients.all()] == ["Connection refused"]
    time_passes(cast.acme)
    with mail_server.running():
        deliver_all()
    assert [each["To"] for each in mail_server.messages] == ["bob@acme.example"]
    [event] = outcomes(cast.acme)
    assert event.status == "success"


def test_a_server_that_closes_the_connection_is_tried_again_later(cast: Cast, mailbox: MailServer) -> None:
    people = [colleague(cast, name) for name in ("Ella Ellis", "Frank Fisher")]
    mailbox.answers["ella@acme.example"] = "421 4.3.2 Closing for maintenance"
    change(group_of(cast.alice), cast.alice, added=people)
    deliver_all()
    [notification] = waiting(cast.acme)
    with acting_as(tenant_id=cast.acme.pk):
        assert {each.error for each in notification.recipients.all()} == {"421 4.3.2 Closing for maintenance"}
    assert mailbox.messages == []


def test_an_e_mail_that_raises_an_error_is_aborted_and_recorded(cast: Cast, mailbox: MailServer) -> None:
    change(group_of(cast.bob), cast.alice)
    with acting_as(tenant_id=cast.acme.pk):
        Notification.objects.update(attempts=MOST_ATTEMPTS)  # each of them ended with its process
    deliver_all()
    [event] = outcomes(cast.acme)
    assert event.reason == "The e-mail did not reach Bob Brown: the server stopped while sending it"
    assert mailbox.messages == []
    assert waiting(cast.acme) == []


def test_an_outcome_is_recorded_even_if_the_group_was_deleted(cast: Cast, mailbox: MailServer) -> None:
    group = group_of(cast.bob)
    change(group, cast.alice)
    with acting_as(tenant_id=cast.acme.pk):
        BusinessGroup.objects.filter(pk=group.pk).delete()
    deliver_all()
    [event] = outcomes(cast.acme)
    assert (event.resource_name, event.status) == ("Sales", "success")

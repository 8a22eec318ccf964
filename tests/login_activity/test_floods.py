"""Floods of what nobody signed in for leave few events, and no attempt is lost: how often, from where, against whom."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from ipaddress import ip_address
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from login_activity.models import LoginEvent
from login_activity.sign_ins import summaries
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action, Reason
from tests.support.cast import Cast, sign_in
from tests.support.sign_in.passkeys import Device
from tests.tenancy.test_sign_in import attempt
from wisely_security.core.request_context import Client as From
from wisely_security.core.request_context import RequestContext, acting_as, using
from wisely_security.findings.models import Finding
from wisely_security.ledger.derived import projectors
from wisely_security.tenancy.models import User


@pytest.fixture(autouse=True)
def _low_limits(settings) -> None:
    settings.FLOOD_EVENTS_PER_ADDRESS = 5
    settings.FLOOD_EVENTS_PER_ACCOUNT = 4
    settings.FLOOD_EVENTS_PER_TENANT = 8


def fail(user: User | None, times: int = 1, ip: str = "203.0.113.9", typed: str = "", agent: str = "curl/8") -> None:
    """Refused sign-ins as the receivers record them."""
    for _ in range(times):
        with using(RequestContext(client=From(address=ip_address(ip), user_agent=agent), request_id=uuid4())):
            record(Action.LOG_IN, user, failed=Reason.LOCKED_OUT if user else Reason.UNKNOWN_USER, typed=typed)


def summarize() -> None:
    """As a minute later."""
    while summaries.write(timezone.now() + timedelta(minutes=1)):
        pass


def times(events: list[LoginEvent]) -> int:
    return sum(event.detail.get("times", 1) for event in events)


def test_fifty_requests_to_every_route_leave_few_events_that_count_all_of_them(cast: Cast, events) -> None:
    dead = reverse("password_reset_confirm", args=[cast.alice.pk, "dead-link"])
    nobodys = reverse("accept_invitation", args=[uuid4(), "dead-link"])
    passkey = Device().use({"challenge": "AAAA"})
    begun = monotonic()
    for number in range(50):
        attempt("alice@acme.example", "not it")
        attempt(f"nobody{number}@acme.example", "not it")
        Client().post("/admin/login/", {"username": "alice@acme.example", "password": "not it"})
        Client().post("/password-reset/", {"email": "alice@acme.example"})
        assert Client().get(dead).status_code == 410
        assert Client().get(nobodys).status_code == 410
        assert Client().post("/sign-in/passkey/", {"answer": passkey}).status_code == 400
    minutes = 1 + int((monotonic() - begun) // 60)  # that the limits have applied to, more than one on a busy machine
    summarize()
    acme, nobody = events(cast.acme), events(None)
    counted: Counter[str] = Counter()
    for event in [*acme, *nobody]:
        counted[event.action] += event.detail.get("times", 1) if event.action != "lock_out" else 0
    assert counted == {"log_in": 200, "reset_password": 150, "lock_out": 0}
    assert len(acme) <= 4 * minutes + 1 + 5  # one by one, the lock-out, a summary of each kind
    assert len([event for event in nobody if event.action != "lock_out"]) <= 5 * minutes + 5
    assert {event.ip for event in [*acme, *nobody]} == {"127.0.0.1"}


def test_one_account_from_one_address_becomes_one_event_that_says_how_often_and_when(cast: Cast, events, alice) -> None:
    fail(cast.bob, 30)
    summarize()
    *one_by_one, summary = events(cast.acme, user_id=cast.bob.pk)
    assert len(one_by_one) == 4
    assert (summary.user_name, summary.user_email, summary.ip) == ("Bob Brown", "bob@acme.example", "203.0.113.9")
    assert (summary.action, summary.status, summary.reason) == ("log_in", "failure", "locked_out")
    assert set(summary.detail) == {"times", "first", "last"}
    assert summary.detail["times"] == 26
    assert summary.detail["first"] < summary.detail["last"]
    summarize()
    assert times(events(cast.acme, user_id=cast.bob.pk)) == 30  # once
    page = alice.get(reverse("login_activity", args=["identity-access"])).content.decode()
    assert "26 times between" in page
    event_page = alice.get(reverse("login_activity_event", args=["identity-access", summary.pk])).content.decode()
    assert "One event in charts and totals" in event_page
    as_json = alice.get(reverse("login_activity_json", args=["identity-access", summary.pk])).json()
    assert as_json["details"] == summary.detail


def test_one_account_from_many_addresses_lists_each(cast: Cast, events) -> None:
    for number in range(12):
        fail(cast.bob, 2, ip=f"203.0.{number}.9", agent=f"curl/{number}")
    summarize()
    *_, summary = events(cast.acme)
    assert (summary.user_id, summary.ip, summary.user_agent) == (cast.bob.pk, None, "")
    assert [(each["ip"], each["times"]) for each in summary.detail["each"]] == [
        (f"203.0.{number}.9", 2) for number in range(2, 12)
    ]


def test_names_that_nobody_has_from_one_address_are_together_without_passwords(cast: Cast, events) -> None:
    for number in range(450):
        fail(None, typed=f"user{number}@acme.example")
    fail(None, 7, typed="Tr0ub4dor&3")
    summarize()
    found = events(None)
    assert len(found) == 5 + 3
    assert times(found) == 457
    tried = {each.get("e-mail", "") for event in found for each in event.detail.get("each", [])}
    tried |= {event.user_email for event in found}
    assert tried == {"", *(f"user{number}@acme.example" for number in range(450))}
    assert "Tr0ub4dor" not in str([event.detail for event in found])


def test_an_attempt_takes_as_many_statements_whether_it_is_written_or_counted(cast: Cast, events) -> None:
    """So that nobody who floods the record of one tenant sees by the time which accounts are of another."""
    numbers = set()
    for _ in range(6):
        with CaptureQueriesContext(connection) as sent:
            attempt("nobody@acme.example")
        numbers.add(len(sent))
    assert (len(events(None)), len(numbers)) == (4, 1)


def test_a_flood_at_one_tenant_costs_another_nothing(cast: Cast, events) -> None:
    for number in range(40):
        fail(cast.alice, ip=f"203.0.{number}.9")
        fail(cast.bob, ip=f"203.1.{number}.9")
    fail(cast.charlie, ip="203.0.1.9")
    assert (len(events(cast.acme)), len(events(cast.globex))) == (8, 1)


def test_what_somebody_does_who_is_signed_in_is_always_an_event(cast: Cast, events) -> None:
    fail(cast.bob, 20)
    client = sign_in(cast.bob)
    for _ in range(10):
        assert client.get(reverse("integrity")).status_code == 403
    assert len(events(cast.acme, reason="no_permission")) == 10
    assert len(events(cast.acme, status="success", action="log_in")) == 1


@pytest.mark.usefixtures("committed")
def test_what_is_counted_is_written_after_a_minute_by_the_projectors_once(committed_cast: Cast, events) -> None:
    """A transaction that fails leaves everything as it was. Findings count attempts."""
    fail(committed_cast.bob, 40)
    for number in range(40):
        fail(committed_cast.charlie, ip=f"203.0.{number}.9")
    projectors.project()
    assert (len(events(committed_cast.acme)), summaries.waiting_since()) == (4, None)
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE login_activity_counted SET first_at = first_at - interval '61 seconds'")
    assert summaries.waiting_since() is not None
    with pytest.raises(RuntimeError), transaction.atomic():
        summaries.write()
        raise RuntimeError
    assert times(events(committed_cast.acme)) == 4
    projectors.project()
    projectors.project()
    assert (len(events(committed_cast.acme)), times(events(committed_cast.acme))) == (5, 40)
    assert (len(events(committed_cast.globex)), times(events(committed_cast.globex))) == (5, 40)
    assert summaries.waiting_since() is None
    with acting_as(support=True):
        found = {(finding.name, finding.rule): finding.sentence for finding in Finding.objects.all()}
    assert sorted(found) == [("Bob Brown", "guessing"), ("Charlie Clark", "guessing")]
    assert found["Bob Brown", "guessing"].startswith("40 wrong passwords for Bob Brown")
    assert found["Charlie Clark", "guessing"].endswith("from 40 addresses.")


def test_the_application_can_neither_read_nor_alter_what_is_counted(cast: Cast) -> None:
    for table in ("login_activity_counted", "login_activity_admitted"):
        for statement in (f"SELECT FROM {table}", f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)


def test_a_kind_of_event_is_split_by_accounts_that_were_tried_often() -> None:
    """The others are together, so that the number of events does not follow that of accounts."""
    rows = [_counted(account=number, times=50 if number < 3 else 1) for number in range(500)]
    found = list(summaries.parts(rows))
    assert [len(part) for part in found] == [1, 1, 1, 200, 200, 97]
    assert [len(part) for part in summaries.parts(rows[3:23])] == [1] * 20


def _counted(account: int, times: int) -> Any:
    now = timezone.now()
    name = f"user{account}@acme.example"
    values = (None, "log_in", "failure", "unknown_user", None, name, "203.0.113.9", name, "{}", None, False)
    return summaries.Counted(*values, times, now, now)

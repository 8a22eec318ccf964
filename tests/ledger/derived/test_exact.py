"""The counts match the events at every moment, whatever is committed when and whichever projectors run."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone

from login_activity.models import LoginEvent
from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.derived.rollup import (
    Asked,
    Count,
    by_bar,
    counts,
    declare_dimensions,
    quarter,
    statement,
)
from wisely_security.ledger.models import NO_TENANT

from .truth import agree, as_owner, months_and_days, summed, until_summed, various

pytestmark = pytest.mark.usefixtures("database")
TABLE = LoginEvent._meta.db_table


def append(tenant: Any, first: int, count: int = 20) -> None:
    records.append_rows(tenant, [dict(various(number)) for number in range(first, first + count)])


def in_a_thread(work: Any, *arguments: Any) -> threading.Thread:
    def run() -> None:
        try:
            work(*arguments)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_before_during_and_after_projection() -> None:
    tenant, other = records.a_tenant(), records.a_tenant()
    assert agree(tenant) == 0
    for number in range(4):
        append(tenant, 20 * number)
        append(other, 7 * number, 7)
        assert agree(tenant) == 20 * (number + 1)
        if number % 2:
            project()
            assert (agree(tenant), agree(other)) == (20 * (number + 1), 7 * (number + 1))


def test_several_questions_at_once_are_answered_as_each_alone() -> None:
    tenant = records.a_tenant()
    for number in range(120):
        records.put_at(tenant, timezone.now() - timedelta(hours=11.3 * number), **various(number))
        if number == 60:
            project()  # the later half is pending
    now = quarter(timezone.now(), up=True)
    days = [now - timedelta(days=number) for number in range(60, -1, -1)]
    asked = [
        Asked(days),
        Asked([days[0], days[-1]], {"action": ["log_in", "view"], "country": ["DE"]}),
        Asked(days[10:20], {}, {"device_kind": ["mac"], "action": ["log_out"]}),
        Asked(
            [days[40], days[40] + timedelta(hours=5), days[47], days[47] + timedelta(hours=5)], {"action": ["log_in"]}
        ),
    ]
    with acting_as(tenant_id=tenant), connection.cursor() as cursor:
        cursor.execute(*statement(LoginEvent, tenant, asked))
        together = by_bar(asked, cursor.fetchall())
        assert together == [counts(LoginEvent, tenant, *each) for each in asked]
    assert sum(count.events for count in together[0]) == 120
    assert all(any(count.events for count in each) for each in together)


def test_events_of_the_past_and_of_no_tenant() -> None:
    tenant = records.a_tenant()
    for number in range(150):
        records.put_at(tenant, timezone.now() - timedelta(hours=15.7 * number), **various(number))
        if number % 50 == 20:
            project()
    records.put_at(NO_TENANT, timezone.now())
    project()
    assert agree(tenant) == 150


def test_a_commit_that_comes_late_is_counted_from_then_on() -> None:
    tenant = records.a_tenant()
    written, may_commit = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            append(tenant, 0)
            written.set()
            assert may_commit.wait(20)

    writer = in_a_thread(late)
    assert written.wait(20)
    for number in range(3):
        append(tenant, 20 * number)
        project()
        assert agree(tenant) == 20 * (number + 1)
    may_commit.set()
    writer.join()
    assert agree(tenant) == 80
    project()
    assert agree(tenant) == 80


def test_what_is_rolled_back_is_not_counted() -> None:
    tenant = records.a_tenant()
    append(tenant, 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append(tenant, 20)
        project()
        raise ZeroDivisionError
    with transaction.atomic():
        append(tenant, 40)
        savepoint = transaction.savepoint()
        append(tenant, 60)
        transaction.savepoint_rollback(savepoint)
    assert agree(tenant) == 40
    project()
    assert agree(tenant) == 40


def test_a_killed_projector_leaves_its_window_to_the_next() -> None:
    tenant = records.a_tenant()
    append(tenant, 0)
    until_summed(tenant, 20)
    append(tenant, 20)
    worked, killed = threading.Event(), threading.Event()
    process: list[int] = []

    def unlucky() -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            process.extend(cursor.fetchone())
            cursor.execute("SELECT ledger_roll_up(%s)", [TABLE])
            worked.set()
            assert killed.wait(20)
            cursor.execute("SELECT 1")

    thread = in_a_thread(unlucky)
    assert worked.wait(20)
    project()  # somebody else is projecting
    assert agree(tenant) == 40
    assert summed(tenant) == 20
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", process)
    killed.set()
    thread.join()
    until_summed(tenant, 40)
    assert agree(tenant) == 40


def test_many_writers_projectors_and_a_reader_at_once() -> None:
    tenant = records.a_tenant()
    done = threading.Event()

    def write(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(12):
            try:
                with transaction.atomic():
                    append(tenant, chance.randrange(100), chance.randrange(1, 6))
                    if chance.random() < 0.3:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass

    def keep_projecting() -> None:
        while not done.is_set():
            project()

    writers = [in_a_thread(write, seed) for seed in range(3)]
    projectors = [in_a_thread(keep_projecting) for _ in range(2)]
    try:
        while any(writer.is_alive() for writer in writers):
            agree(tenant, days=3)
    finally:
        done.set()
        for thread in writers + projectors:
            thread.join()
    events = agree(tenant)
    assert events > 30
    until_summed(tenant, events)
    assert agree(tenant) == events


def test_a_completed_month_becomes_one_row_per_series() -> None:
    tenant = records.a_tenant()
    append(tenant, 0)
    until_summed(tenant, 20)
    as_owner(
        "INSERT INTO ledger_rollup SELECT tenant_id, events, "
        "(date_trunc('month', first_day) - interval '1 month')::date + number, series, quarters, successes, failures "
        "FROM ledger_rollup, generate_series(0, 9) AS number WHERE tenant_id = %s",
        tenant,
    )
    as_owner("UPDATE ledger_projector SET projected_at = now() - interval '40 days'")

    def recent_counts() -> list[Count]:
        midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        with acting_as(tenant_id=tenant):
            return counts(LoginEvent, tenant, [midnight - timedelta(days=number) for number in range(70, -2, -1)], {})

    before = recent_counts()
    assert sum(count.events for count in before) == 20 * 11
    append(tenant, 0)
    until_summed(tenant, 20 * 12)
    assert [count.events for count in recent_counts()] == [count.events for count in before[:-1]] + [40]
    assert months_and_days(tenant) == 2


def test_changed_dimensions_are_counted_from_the_beginning() -> None:
    tenant = records.a_tenant()
    append(tenant, 0)
    project()
    as_owner("SELECT ledger_roll_up_by(%s, '{action,browser}')", TABLE)
    bounds = [timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)]
    try:
        with acting_as(tenant_id=tenant):
            for _ in range(2):
                assert counts(LoginEvent, tenant, bounds, {"browser": ["Chrome 129"]}) == [Count(16, 4)]
                project()
            with pytest.raises(ProgrammingError, match="is not rolled up"):
                counts(LoginEvent, tenant, bounds, {"country": ["DE"]})
    finally:
        declare_dimensions("owner")
    assert agree(tenant) == 20


def test_counts_of_removed_events_are_removed() -> None:
    tenant, other = records.a_tenant(), records.a_tenant()
    month = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for owner in (tenant, other):
        for days in (-1, 1, 40):
            records.put_at(owner, month - timedelta(days=days))
        until_summed(owner, 3)
    as_owner("SELECT ledger_forget_rollup(%s, %s::date, %s)", TABLE, month, tenant)
    assert (months_and_days(tenant), months_and_days(other)) == (1, 3)
    as_owner("SELECT ledger_forget_rollup(%s, %s::date)", TABLE, month)
    assert (months_and_days(tenant), months_and_days(other)) == (1, 1)
    as_owner("SELECT ledger_add_to_rollup(%s, %s)", TABLE, f"id < ledger_first_id('{month}')")  # they have come back
    assert (agree(tenant), agree(other)) == (3, 3)

"""Events beyond a tenant's limit are erased for good and this is recorded; events of others are untouched."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import Error

from tests.support.cast import Cast
from tests.support.records import put_at
from wisely_security.ledger.derived.projectors import project
from wisely_security.tenancy.models import Tenant

from .history import (
    CHANGES,
    LOGINS,
    OLD,
    OLDER,
    YOUNG,
    archives,
    ask,
    change,
    moment_in,
    name_of,
    recorded_departures,
    rows_of,
    run,
    sign_ins,
)
from .test_limits import limit


@pytest.fixture
def acme(no_events: None, people: Cast) -> Tenant:
    """Has a limit of a year. Globex has none of its own."""
    limit(people.acme, 12)
    for month in (OLDER, OLD, YOUNG):
        sign_ins(month, [people.acme.pk, people.globex.pk])
    return people.acme


def left_of(tenant: Tenant, table: str = LOGINS) -> list[int]:
    return [sum(str(tenant.pk) in row for row in rows_of(table, month)) for month in (OLDER, OLD, YOUNG)]


def test_its_events_beyond_its_limit_go_in_both_records(acme: Tenant, people: Cast) -> None:
    change(OLD, acme.pk)
    change(OLD, people.globex.pk)
    run("archive_events")
    assert left_of(acme) == [0, 0, 3]
    assert left_of(people.globex) == [3, 3, 3]
    assert left_of(acme, CHANGES) == [0, 0, 0]
    assert left_of(people.globex, CHANGES) == [0, 1, 0]
    assert run("archive_events") == "No events are past their retention period.\n"


def test_there_is_no_archive_of_them(acme: Tenant, archive_dir: Path) -> None:
    run("archive_events")
    assert archives() == {}
    assert not archive_dir.exists()


def test_they_are_erased_before_the_month_is_archived(acme: Tenant) -> None:
    run("archive_events", "--older-than", "12")
    assert [each.rows for each in archives().values()] == [3, 3]


def test_also_those_of_months_without_a_partition(acme: Tenant) -> None:
    put_at(acme.pk, moment_in(OLDER.replace(year=OLDER.year - 1)))
    assert "1 events of tenant" in run("archive_events")
    assert ask(f"SELECT count(*) FROM {LOGINS}_default") == [(0,)]


def test_its_record_says_how_many_of_which_month_by_which_rule(acme: Tenant, people: Cast) -> None:
    run("archive_events")
    events = recorded_departures(acme.pk)
    assert [(event.action, event.sub_module, event.resource_name) for event in events] == [
        ("erase", "login_activity", f"{month:%B %Y}") for month in (OLDER, OLD)
    ]
    assert {each["label"]: (each.get("before"), each["after"]) for each in events[0].changes} == {
        "Events": ("3", "0"),
        "Rule": (None, "The tenant asked for 12 months."),
    }
    assert recorded_departures(people.globex.pk) == []


def test_erasure_is_recorded_or_nothing_is_erased(acme: Tenant) -> None:
    ask(f"ALTER TABLE {CHANGES} ADD CONSTRAINT nothing_told CHECK (module <> 'records')")
    try:
        with pytest.raises(Error, match="nothing_told"):
            run("archive_events")
    finally:
        ask(f"ALTER TABLE {CHANGES} DROP CONSTRAINT nothing_told")
    assert left_of(acme) == [3, 3, 3]


def test_the_guard_trigger_is_enabled_again(acme: Tenant) -> None:
    run("archive_events")
    for statement in ("UPDATE {} SET user_name = ''", "DELETE FROM {}", "TRUNCATE {}"):
        with pytest.raises(Error, match="append-only"):
            ask(statement.format(f"{LOGINS}_{OLD:%Y_%m}"))


def test_what_was_derived_from_them_goes_too(acme: Tenant, people: Cast) -> None:
    for month in (OLD, YOUNG):
        sign_ins(month, [acme.pk], each=600, device="Left-handed toaster")
    sign_ins(OLD, [people.globex.pk], each=600, device="Left-handed toaster")
    project()
    counted = "SELECT first_day FROM ledger_rollup WHERE tenant_id = %s AND events = %s::regclass AND series = '*|*|*'"
    of_globex = ask(f"{counted} ORDER BY 1", people.globex.pk, LOGINS)
    run("archive_events")
    assert ask(counted, acme.pk, LOGINS) == [(YOUNG,)]
    assert ask(f"{counted} ORDER BY 1", people.globex.pk, LOGINS) == of_globex
    segments = "SELECT count(*) FROM ledger_search_segment WHERE tenant_id = %s AND after_id < ledger_first_id(%s)"
    assert ask(segments, acme.pk, YOUNG) == [(0,)]
    assert ask(segments, people.globex.pk, YOUNG) != [(0,)]


def test_a_restored_month_does_not_bring_them_back_for_long(people: Cast) -> None:
    acme, globex = people.acme, people.globex
    sign_ins(OLD, [acme.pk, globex.pk])
    run("archive_events", "--older-than", "12")
    limit(acme, 12)
    run("restore_archive", name_of(OLD))
    run("archive_events")
    assert (left_of(acme), left_of(globex)) == ([0, 0, 0], [0, 3, 0])

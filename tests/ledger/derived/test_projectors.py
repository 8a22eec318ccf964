"""What runs the projectors: a thread in each web process, or a command."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from tests.support import records
from wisely_security.ledger.derived import projectors
from wisely_security.ledger.derived.projectors import ProjectorThread, behind

from .truth import as_owner, until_summed

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def projector(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProjectorThread]:
    monkeypatch.setattr(projectors, "POLL_SECONDS", 0.01)
    projector = ProjectorThread()
    projector.start()
    yield projector
    projector.stop()
    assert not projector.thread.is_alive()


def test_the_thread_projects_new_events(projector: ProjectorThread) -> None:
    tenant = records.a_tenant()
    for number in range(3):
        records.append_many(tenant, 5)
        until_summed(tenant, 5 * (number + 1), projector.thread.is_alive)


def test_the_thread_survives_a_lost_database(projector: ProjectorThread, caplog: pytest.LogCaptureFixture) -> None:
    tenant = records.a_tenant()
    with caplog.at_level(logging.CRITICAL):
        for number in range(3):
            as_owner(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE %s",
                "%ledger_roll_up%",
            )
            connection.close()
            records.append_many(tenant, 5)
            until_summed(tenant, 5 * (number + 1), projector.thread.is_alive)


def test_the_command_projects_once() -> None:
    tenant = records.a_tenant()
    records.append_many(tenant, 5)
    until_summed(tenant, 5, lambda: call_command("run_projectors", "--once"))


def test_where_nothing_is_new_nothing_is_written() -> None:
    tenant = records.a_tenant()
    records.append_many(tenant, 5)
    until_summed(tenant, 5)
    written = "SELECT string_agg((name, events, xmin, xmax)::text, ' ') FROM ledger_projector"
    before = as_owner(written)
    for _ in range(3):
        projectors.project()
    assert as_owner(written) == before


def test_the_check_fails_when_an_event_has_waited_too_long() -> None:
    tenant = records.a_tenant()
    records.append_many(tenant, 1)
    until_summed(tenant, 1)
    assert behind() == timedelta(0)
    records.put_at(tenant, timezone.now() - timedelta(minutes=20))
    call_command("run_projectors", "--check")  # it has just arrived: not late yet
    as_owner("UPDATE ledger_projector SET projected_at = now() - interval '10 minutes'")
    with pytest.raises(CommandError, match="waiting for 10 minutes"):
        call_command("run_projectors", "--check")
    call_command("run_projectors", "--check", minutes=15)
    until_summed(tenant, 2)
    call_command("run_projectors", "--check")


def test_a_server_that_counts_from_the_beginning_again_fails_the_check() -> None:
    """A dump was loaded into a new server."""

    def errors() -> list[str]:
        return [error.id for error in run_checks(databases=["default"], tags=["database"]) if error.id == "ledger.E002"]

    records.append_many(records.a_tenant(), 5)
    call_command("run_projectors", "--once")
    assert not errors()
    moved = "WITH moved AS (UPDATE ledger_projector SET next_tx = next_tx + %s RETURNING 1) SELECT count(*) FROM moved"
    as_owner(moved, 1 << 32)
    assert errors() == ["ledger.E002"]
    as_owner(moved, -1 << 32)
    assert not errors()

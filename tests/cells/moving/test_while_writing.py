"""A family moves while another thread writes: what was committed is there once, what was refused is nowhere."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, connections, transaction

from audit_trail.models import AuditEvent
from tests.cells.conftest import Cells
from tests.support.records import AN_EVENT, TABLE
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.errors import BeingMovedError, LivesElsewhereError
from wisely_security.database.cells.routing import in_cell
from wisely_security.moving import moves, steps
from wisely_security.moving.at import writing
from wisely_security.tenancy.models import Role
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .life import faults, live, move
from .test_move import event_ids

INSERT = (
    f"INSERT INTO {TABLE} (tenant_id, {', '.join(AN_EVENT)}) "
    f"VALUES (%s, {', '.join(['%s'] * len(AN_EVENT))}) RETURNING id"
)


class Writer(threading.Thread):
    """One event of its own and one change of a role in each transaction, until the tenant lives elsewhere."""

    def __init__(self, tenant: UUID) -> None:
        super().__init__()
        self.tenant, self.ended = tenant, threading.Event()
        self.committed: list[UUID] = []
        self.refused = 0
        self.why: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.ended.is_set():
                self._write()
        except DatabaseError as error:
            self.why = error
        finally:
            connections.close_all()

    def _write(self) -> None:
        try:
            with acting_as(tenant_id=self.tenant), transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(INSERT, [self.tenant, *AN_EVENT.values()])
                    [key] = cursor.fetchone()
                Role.objects.filter(key="developer").update(name=f"Engineer {len(self.committed)}")
            self.committed.append(key)
        except BeingMovedError:
            self.refused += 1


def test_nothing_is_lost_and_nothing_doubled(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cells.main.acme
    live([acme], [cells.main.alice])
    writer = Writer(acme.pk)
    written: dict[str, int] = {}

    def reached(point: str) -> None:
        """Something is written, or refused, at every step."""
        before = len(writer.committed) + writer.refused
        written[point] = len(writer.committed)
        while writer.is_alive() and len(writer.committed) + writer.refused < before + 2:
            pass

    monkeypatch.setattr(steps, "_reached", reached)
    writer.start()
    try:
        move("acme", "eu-1")
    finally:
        writer.ended.set()
        writer.join()
    assert isinstance(writer.why, LivesElsewhereError)
    assert writer.refused > 0
    assert written["prepared"] < written["copied"] < written["compared"]
    there = event_ids("eu-1", acme.pk)
    assert len(there) == len(set(there))
    assert set(writer.committed) <= set(there)
    assert event_ids("main", acme.pk) == []
    with in_cell("eu-1"), acting_as(support=True):
        changes = AuditEvent.objects.filter(tenant_id=acme.pk, resource_type="role", action="edit")
        assert changes.count() == len(writer.committed) + 1  # and that of before
        assert Role.objects.get(tenant=acme, key="developer").name == f"Engineer {len(writer.committed) - 1}"
    assert faults("eu-1", [acme.pk]) == []


def test_a_change_that_is_frozen_before_its_event_is_recorded_is_refused_whole(cells: Cells) -> None:
    """Its event is written at the end of the transaction, so that is when it is refused, with the same error."""
    acme = cells.main.acme
    with acting_as(tenant_id=acme.pk):
        group = BusinessGroup.objects.create(tenant=acme, name="Group", owner=cells.main.alice)
        group.name = "Late"
        with pytest.raises(BeingMovedError), transaction.atomic():
            group.save()
            with writing("main", [acme.pk]):
                moves.put([acme.pk], "frozen", "eu-1", expected="here")
        group.refresh_from_db()
    assert group.name == "Group"


def test_a_writer_that_does_not_end_only_postpones_it(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    """It passed the guard before the freeze, so it is waited for; then everything goes on where it was."""
    acme = cells.main.acme
    monkeypatch.setattr(steps, "LONGEST_FREEZE", 0.0)
    begun, ended = threading.Event(), threading.Event()

    def write_and_wait() -> None:
        with acting_as(tenant_id=acme.pk), transaction.atomic():
            Role.objects.filter(key="developer").update(name="Late")
            begun.set()
            ended.wait()
        connections.close_all()

    thread = threading.Thread(target=write_and_wait)
    thread.start()
    begun.wait()
    try:
        with pytest.raises(Exception, match="A transaction that writes has been running for too long"):
            move("acme", "eu-1")
    finally:
        ended.set()
        thread.join()
    with acting_as(tenant_id=acme.pk):
        assert Role.objects.filter(key="developer").update(name="Later") == 1
    monkeypatch.setattr(steps, "LONGEST_FREEZE", 60.0)
    move("acme", "eu-1")
    with in_cell("eu-1"), acting_as(support=True):
        assert Role.objects.get(tenant=acme, key="developer").name == "Later"

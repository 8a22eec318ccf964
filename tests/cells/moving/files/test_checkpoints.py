"""Checkpoints outside, when a tenant moves away and back, twice: nothing contradicts, and nobody gets one twice."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import pytest

from login_activity.models import LoginEvent
from tests.cells.conftest import EU, Cells
from tests.support.records import append_many
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.integrity.comparing import compare, proof_since
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.months.partitions import event_tables
from wisely_security.ledger.sealing.keys import signing_keys
from wisely_security.ledger.sealing.logs.event_proof import proof_file
from wisely_security.ledger.sealing.logs.published import outside
from wisely_security.ledger.sealing.logs.published.contradictions import contradictions
from wisely_security.ledger.sealing.verifying.run import Scope, verify
from wisely_security.moving import steps
from wisely_security.moving.at import ask, at
from wisely_security.workspace.receivers.delivery import pending
from wisely_security.workspace.receivers.receiver import CheckpointReceiver, Kind

from ..life import move

RECORD, TABLE = "login-activity", LoginEvent._meta.db_table


def seal(cell: str, tenant: UUID, number: int = 3) -> None:
    with in_cell(cell):
        append_many(tenant, number)
        project()


def in_file(cell: str, tenant: UUID) -> list[int]:
    with in_cell(cell):
        return [entry.size for entry in outside.entries(RECORD, tenant)]


def in_database(cell: str, tenant: UUID) -> list[int]:
    sizes = "SELECT size FROM ledger_checkpoint WHERE tenant_id = %s AND events = %s::regclass ORDER BY size"
    with at(cell):
        return [size for (size,) in ask(sizes, tenant, TABLE)]


def faults() -> list[str]:
    """What is found in both cells, of all tenants. It isn't noted there."""
    found: list[str] = []
    for cell in ("main", EU):
        with in_cell(cell):
            found += [
                f"{cell}: {finding.text}" for outcome in verify(Scope(), signing_keys()) for finding in outcome.findings
            ]
            found += [f"{cell}: {each}" for table in event_tables() for each in contradictions(table)]
    return found


def test_each_is_once_in_the_file_of_each_cell(cells: Cells) -> None:
    acme = cells.main.acme.pk
    stops = ["main", EU, "main", EU, "main"]
    seal("main", acme)
    for here, there in pairwise(stops):
        left = in_file(here, acme)
        assert left == in_database(here, acme)
        move("acme", there)
        assert faults() == []
        seal(there, acme)
        assert in_file(there, acme) == in_database(there, acme) == sorted({*left, *in_database(there, acme)})
        assert in_file(here, acme) == left
        assert faults() == []


def test_what_was_kept_before_is_compared_and_proved_at_once(cells: Cells) -> None:
    acme = cells.main.acme.pk
    seal("main", acme)
    [*_, kept] = outside.entries(RECORD, acme)
    with acting_as(tenant_id=acme):
        event = LoginEvent.objects.latest("id")
        before = proof_file(event)
        since = proof_since(LoginEvent, acme, 0)
    move("acme", EU)
    with in_cell(EU), acting_as(tenant_id=acme):
        assert compare(kept.note.decode(), acme).agrees
        assert proof_since(LoginEvent, acme, 0) == since
        assert proof_file(LoginEvent.objects.get(pk=event.pk)) == before


def test_receivers_get_only_what_they_have_not(cells: Cells) -> None:
    acme = cells.main.acme
    seal("main", acme.pk)
    with acting_as(tenant_id=acme.pk):
        receiver = CheckpointReceiver(tenant=acme, name="Audit", kind=Kind.WEBHOOK, address="https://audit.example/")
        receiver.save()
        project()
        receiver.sizes = {head.origin: head.size for head in pending(receiver)}
        receiver.save(update_fields=["sizes"])
        project()
        receiver.sizes |= {head.origin: head.size for head in pending(receiver)}
        CheckpointReceiver.objects.filter(pk=receiver.pk).update(sizes=receiver.sizes)
    known = dict(receiver.sizes)
    for to in (EU, "main", EU):
        move("acme", to)
        with in_cell(to), acting_as(tenant_id=acme.pk):
            receiver = CheckpointReceiver.objects.get()
            assert receiver.sizes == known
            assert [head.origin for head in pending(receiver) if head.model is LoginEvent] == []
    seal(EU, acme.pk, 2)
    with in_cell(EU), acting_as(tenant_id=acme.pk):
        [new] = [head for head in pending(receiver) if head.model is LoginEvent]
        assert new.size == known[new.origin] + 2


def test_meanwhile_nothing_is_found_in_either_cell(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor where the target has a file of an earlier stay."""
    acme = cells.main.acme.pk
    seal("main", acme)
    move("acme", EU)
    move("acme", "main")
    seal("main", acme)
    found: dict[str, list[str]] = {}

    def reached(point: str) -> None:
        if faulty := faults():
            found[point] = faulty

    monkeypatch.setattr(steps, "_reached", reached)
    move("acme", EU)
    assert found == {}

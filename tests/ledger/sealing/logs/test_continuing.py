"""After a restore from a backup, logs continue under another origin, and say so."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import call_command

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.sealing.logs.lookup import proofs_for
from wisely_security.ledger.sealing.logs.published import outside
from wisely_security.ledger.sealing.logs.signing import next_origin, origins_until

from .tampering import as_owner, ids_of, log_state, seal_all, sealed_events, set_back, unguarded, verify

pytestmark = pytest.mark.usefixtures("database")


def continued() -> str:
    printed = io.StringIO()
    call_command("continue_logs", reason="Restored from the backup of Monday.", stdout=printed)
    return printed.getvalue()


def lose_what_is_sealed_now(tenant: UUID) -> None:
    state = log_state()
    records.append_many(tenant, 300)
    seal_all()
    set_back(state)


def test_a_log_that_was_set_back_continues_under_another_origin(checkpoint_dir: Path) -> None:
    tenant, ids = sealed_events(300, 1)
    lose_what_is_sealed_now(tenant)
    origin = f"security.wisely.example/{tenant}/login-activity"
    assert continued() == (
        f"{origin}: the database has 300 sealed events, its checkpoint file 600: it was set back. "
        f"It goes on as {origin}/2.\n"
    )
    seal_all()
    assert ids_of(tenant)[:300] == ids
    untouched, printed = verify()
    assert untouched, printed
    entries = list(outside.entries("login-activity", tenant))
    assert [(entry.origin, entry.size) for entry in entries] == [(origin, 300), (f"{origin}/2", 600)]
    [kept] = checkpoint_dir.rglob("*.checkpoints.1")
    assert kept.read_text().count(f"{origin}\n600\n") == 1
    with acting_as(tenant_id=tenant):
        [proved] = proofs_for(LoginEvent, tenant, ids[:1]).values()
    assert proved.proof.checkpoint.startswith(f"{origin}/2\n600\n".encode())


def test_proofs_wait_for_a_checkpoint_of_the_new_origin() -> None:
    tenant, ids = sealed_events(300, 1)
    lose_what_is_sealed_now(tenant)
    continued()
    with acting_as(tenant_id=tenant):
        assert proofs_for(LoginEvent, tenant, ids[:1]) == {}


def test_the_audit_trail_says_so() -> None:
    tenant, _ = sealed_events(300, 1)
    lose_what_is_sealed_now(tenant)
    continued()
    with acting_as(tenant_id=tenant):
        event = AuditEvent.objects.get()
    assert (event.action, event.resource_name) == ("continue_log", f"security.wisely.example/{tenant}/login-activity")
    assert [change.get("before", change["after"]) for change in event.changes] == [
        "600",
        "Restored from the backup of Monday.",
    ]


def test_a_log_that_only_its_file_knows_begins_again() -> None:
    tenant, _ = sealed_events(10, 1)
    as_owner("TRUNCATE ledger_log, ledger_sealed, ledger_tile")
    unguarded("ledger_checkpoint", "TRUNCATE ledger_checkpoint")
    as_owner("DELETE FROM ledger_projector")
    assert "the database has 0 sealed events, its checkpoint file 10" in continued()
    seal_all()
    assert as_owner("SELECT origin, size FROM ledger_log WHERE size > 0") == [
        (f"security.wisely.example/{tenant}/login-activity/2", 10)
    ]
    assert verify()[0]


def test_a_log_may_be_set_back_again(checkpoint_dir: Path) -> None:
    tenant, _ = sealed_events(300, 1)
    for number in (2, 3):
        lose_what_is_sealed_now(tenant)
        assert continued().endswith(f"It goes on as security.wisely.example/{tenant}/login-activity/{number}.\n")
    seal_all()
    assert len([*checkpoint_dir.rglob("*.checkpoints.*")]) == 2
    assert verify()[0]


def test_logs_that_were_not_set_back_stay_as_they_are() -> None:
    sealed_events(10, 1)
    assert continued() == "No log is behind its checkpoint file.\n"
    assert verify()[0]


def test_origins_are_numbered() -> None:
    assert next_origin("a/t/r", "a/t/r") == "a/t/r/2"
    assert next_origin("a/t/r", "a/t/r/9") == "a/t/r/10"
    assert origins_until("a/t/r/3") == ["a/t/r/3", "a/t/r/2", "a/t/r"]
    assert origins_until("a/t/r") == ["a/t/r"]

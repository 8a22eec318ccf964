"""A tenant's witness, as the tenant runs it: ``witness.py`` in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from login_activity.models import LoginEvent
from tests.ledger.sealing.logs.tampering import as_owner, unguarded
from tests.ledger.sealing.witnesses.test_witness_process import Program
from tests.support.cast import Cast, sign_in
from tests.support.records import TABLE
from tests.support.servers.http_server import HttpServer, Reply
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.sealing.keys import signing_keys
from wisely_security.ledger.sealing.logs.event_proof import proof_file
from wisely_security.ledger.sealing.logs.lookup import sealed_events
from wisely_security.ledger.sealing.notes import PublicKey
from wisely_security.ledger.sealing.proofs import EventProof
from wisely_security.workspace.receivers.receiver import CheckpointReceiver

from .receiving import deliver_all, failures, receiver, record_and_seal, seal, state, time_passes

pytestmark = pytest.mark.servers


@pytest.fixture
def program(committed_cast: Cast, tmp_path: Path) -> Iterator[Program]:
    """A witness of Acme's Login Activity."""
    origin = f"security.example/{committed_cast.acme.pk}/login-activity"
    started = Program(tmp_path, signing_keys().signer(origin).public.vkey)
    yield started
    started.kill()


@pytest.fixture
def watched(committed_cast: Cast, program: Program) -> CheckpointReceiver:
    return receiver(
        committed_cast, kind="witness", address=f"{program.url}/", vkey=program.vkey, name="Board", frequency="often"
    )


def cosignatures() -> list[tuple[int, str]]:
    return as_owner("SELECT size, witness FROM ledger_cosignature ORDER BY size")


def test_it_signs_as_the_log_grows_and_proofs_say_so(
    committed_cast: Cast, program: Program, watched: CheckpointReceiver
) -> None:
    acme = committed_cast.acme
    sizes = []
    for number in (5, 300, 1):
        sizes.append(record_and_seal(acme, number))
        assert deliver_all() == 1
        time_passes(minutes=5)
    assert cosignatures() == [(size, "witness.example") for size in sizes]
    assert state(watched).sizes == {f"security.example/{acme.pk}/login-activity": sizes[-1]}

    record_and_seal(acme, 1)  # newer than what the witness has seen
    with acting_as(tenant_id=acme.pk):
        oldest = LoginEvent.objects.filter(tenant_id=acme.pk).earliest("id")
        proved = EventProof.parse(proof_file(oldest))
        leaf = sealed_events(LoginEvent, acme.pk, [oldest.pk])[oldest.pk].leaf_hash
    log = signing_keys().verifiers(f"security.example/{acme.pk}/login-activity")
    opened = proved.verify(leaf, [*log, PublicKey.parse(program.vkey)], log[0].name)
    assert opened.checkpoint.size == sizes[-1]
    assert [signature.name for signature in opened.signatures] == [log[0].name, "witness.example"]

    page = sign_in(committed_cast.alice).get("/settings/security/integrity/").content.decode()
    assert "witness.example" in page
    assert f"{sizes[-1]:,} events" in page


def test_a_record_that_was_rewritten_and_signed_again_is_found_out(
    committed_cast: Cast, watched: CheckpointReceiver, settings
) -> None:
    """By whoever owns the database, the checkpoint files and the signing key: nothing on this site can tell."""
    acme = committed_cast.acme
    record_and_seal(acme, 9)
    deliver_all()
    settings.CHECKPOINT_DIR = settings.CHECKPOINT_DIR / "rewritten"
    for table in ("ledger_checkpoint", "ledger_cosignature"):
        unguarded(table, f"TRUNCATE {table}")
    as_owner("TRUNCATE ledger_log, ledger_sealed, ledger_tile")
    as_owner("DELETE FROM ledger_projector")
    unguarded(TABLE, f"UPDATE {TABLE} SET user_name = 'Mallory' WHERE tenant_id = %s", acme.pk)
    record_and_seal(acme, 3)
    with acting_as(support=True):
        CheckpointReceiver.objects.update(sizes={})
    time_passes(minutes=5)
    assert deliver_all() == 1
    its = state(watched)
    assert (its.contradicts, cosignatures()) == (True, [])
    [event] = failures(acme)
    assert event.reason == "Login Activity: What it has signed before is not in this log."
    page = sign_in(committed_cast.alice).get("/settings/security/integrity/").content.decode()
    assert "has seen another log" in page
    for _ in range(3):
        time_passes(days=1)
        deliver_all()
    assert len(failures(acme)) == 1


def test_a_log_that_it_does_not_know_keeps_no_other_from_being_signed(
    committed_cast: Cast, watched: CheckpointReceiver
) -> None:
    """The error names the key to give the witness."""
    acme = committed_cast.acme
    size = record_and_seal(acme)
    seal(acme, "audit_trail_auditevent")
    deliver_all()
    its = state(watched)
    assert its.sizes == {f"security.example/{acme.pk}/login-activity": size}
    assert its.error.startswith(
        "Audit Trail: It doesn’t know this log. Give it the log’s public key: security.example/"
    )
    assert not its.contradicts


def test_one_that_answers_nonsense(committed_cast: Cast, server: HttpServer, program: Program) -> None:
    it = receiver(committed_cast, kind="witness", address=server.url(""), vkey=program.vkey)
    record_and_seal(committed_cast.acme)
    server.answer = lambda request: Reply(200, "— witness.example AAAAAAA=\n".encode())
    deliver_all()
    assert "signed with another key" in state(it).error
    assert server.requests[0].path == "/add-checkpoint"
    assert cosignatures() == []

"""A checkpoint that somebody has kept, compared with the record: on the page, and offline."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from tests.ledger.sealing.logs.tampering import as_owner, seal_all, unguarded
from tests.support import records
from tests.support.cast import Cast, sign_in
from tests.support.records import TABLE
from wisely_security.ledger.sealing import witness
from wisely_security.ledger.sealing.keys import signing_keys

PAGE = "/settings/security/integrity/"
COMPARE = f"{PAGE}compare/"


@pytest.fixture
def kept(alice: Client, committed_cast: Cast) -> str:
    """A checkpoint of Acme's Login Activity, with events after it."""
    records.append_many(committed_cast.acme.pk, 7)
    seal_all()
    note = alice.get(f"{PAGE}checkpoints/login-activity/").content.decode()
    records.append_many(committed_cast.acme.pk, 300)
    seal_all()
    return note


def compared(client: Client, note: str) -> str:
    return client.post(COMPARE, {"checkpoint": note}).content.decode()


def rewrite(settings) -> None:
    """By whoever owns database, files and key."""
    settings.CHECKPOINT_DIR = settings.CHECKPOINT_DIR / "rewritten"
    unguarded("ledger_checkpoint", "TRUNCATE ledger_checkpoint")
    as_owner("TRUNCATE ledger_log, ledger_sealed, ledger_tile")
    as_owner("DELETE FROM ledger_projector")
    unguarded(TABLE, f"UPDATE {TABLE} SET user_name = 'Mallory'")
    seal_all()


def offline(tmp_path: Path, note: str, proof: bytes, vkey: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "old").write_text(note)
    (tmp_path / "new").write_bytes(proof)
    command = [sys.executable, "-I", "-S", witness.__file__, "compare", str(tmp_path / "old"), str(tmp_path / "new")]
    command += ["--log", vkey]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_one_that_agrees_and_its_proof_offline(alice: Client, kept: str, tmp_path: Path) -> None:
    shown = compared(alice, kept.replace("\n", "\r\n") + "  \r\n")
    assert "It agrees." in shown
    url = shown[shown.index(f"{PAGE}checkpoints/login-activity/since/") :].partition('"')[0]
    proof = alice.get(url).content
    origin = kept.partition("\n")[0]
    vkey = signing_keys().signer(origin).public.vkey
    good = offline(tmp_path, kept, proof, vkey)
    assert good.stdout.startswith("Yes: the log of 3"), good.stderr
    lines = proof.split(b"\n")
    lines[1] = lines[2]
    bad = offline(tmp_path, kept, b"\n".join(lines), vkey)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr.startswith("NO: the log does not begin with")
    assert "No key of this log" in offline(tmp_path, kept, proof, signing_keys().signer("other").public.vkey).stderr


def test_a_record_that_was_rewritten_and_signed_again(settings, alice: Client, kept: str) -> None:
    rewrite(settings)
    shown = compared(alice, kept)
    assert "It does not agree." in shown
    assert "the record was rewritten" in shown


def test_a_record_that_was_set_back(settings, alice: Client, kept: str, committed_cast: Cast) -> None:
    newest = alice.get(f"{PAGE}checkpoints/login-activity/").content.decode()
    [(partition,)] = as_owner(f"SELECT DISTINCT tableoid::regclass::text FROM {TABLE}")
    unguarded(TABLE, f"DELETE FROM {partition} WHERE user_name = 'Person 299'")
    rewrite(settings)
    shown = compared(alice, newest)
    assert "It does not agree." in shown
    assert "events are missing, or the database was set back" in shown


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda note: "", "This field is required."),
        (lambda note: "hello", "This is not a "),
        (lambda note: note.replace("\n7\n", "\n8\n").replace("security.example", "security.other", 1), "another log"),
        (lambda note: note.rpartition("\n\n")[0], "This is not a "),
        (lambda note: note.replace("=\n\n", "A\n\n"), "This is not a "),
    ],
)
def test_what_is_no_checkpoint_of_the_tenant(alice: Client, kept: str, change, error: str) -> None:
    response = alice.post(COMPARE, {"checkpoint": change(kept)})
    assert response.status_code == 400
    assert error in response.content.decode()


def test_a_signature_of_somebody_else(alice: Client, kept: str, committed_cast: Cast) -> None:
    """Also one of another tenant's log, whose events are nobody's business here."""
    records.append_many(committed_cast.globex.pk, 3)
    seal_all()
    theirs = sign_in(committed_cast.charlie).get(f"{PAGE}checkpoints/login-activity/").content.decode()
    assert "another log" in compared(alice, theirs)
    head, _, signature = theirs.partition("\n\n")
    forged = kept.partition("\n\n")[0] + "\n\n" + signature.replace(head.partition("\n")[0], kept.partition("\n")[0])
    assert "This site has not signed this checkpoint" in compared(alice, forged)


@pytest.mark.parametrize("at", ["login-activity/since/99999999/", "everything/since/0/"])
def test_there_is_no_proof_of_what_was_never_signed(alice: Client, kept: str, at: str) -> None:
    assert alice.get(f"{PAGE}checkpoints/{at}").status_code == 404

"""The proof of one event, from its page to a file that others verify."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.ledger.sealing.logs.tampering import CHANGES, seal_all, tamper
from tests.support.cast import Cast, sign_in
from tests.support.records import TABLE
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import Event
from wisely_security.ledger.sealing import verify_bundle
from wisely_security.ledger.sealing.keys import signing_keys
from wisely_security.ledger.sealing.leaves import commitment
from wisely_security.ledger.sealing.merkle import leaf_hash
from wisely_security.ledger.sealing.proofs import EventProof

PAGES = {
    LoginEvent: "/settings/identity-access/login-activity/",
    AuditEvent: "/settings/security/audit-trail/",
}


def newest(model: type[Event], tenant_id: UUID) -> Event:
    with acting_as(tenant_id=tenant_id):
        event = model._default_manager.latest("id")
        assert isinstance(event, Event)
        return event


@pytest.mark.parametrize("model", PAGES)
def test_the_file_proves_the_event(alice: Client, committed_cast: Cast, model: type[Event]) -> None:
    for table in (TABLE, CHANGES):
        seal_all(table)
    event = newest(model, committed_cast.acme.pk)
    page = alice.get(f"{PAGES[model]}{event.pk}/").content.decode()
    assert f'href="{PAGES[model]}{event.pk}/proof/"' in page

    response = alice.get(f"{PAGES[model]}{event.pk}/proof/")
    name = model._meta.app_label.replace("_", "-")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}-{event.pk}.tlog-proof"'
    proof = EventProof.parse(response.content)
    extra = json.loads(proof.extra or b"")
    origin = f"security.example/{committed_cast.acme.pk}/{name}"
    proof.verify(leaf_hash(extra["leaf"].encode()), signing_keys().verifiers(origin), origin)
    leaf = json.loads(extra["leaf"])
    assert leaf["id"] == str(event.pk)
    assert leaf["personal"] == commitment(extra["personal"].encode(), bytes.fromhex(extra["salt"]))


def test_the_download_is_recorded(alice: Client, committed_cast: Cast, events) -> None:
    seal_all()
    event = newest(LoginEvent, committed_cast.acme.pk)
    alice.get(f"{PAGES[LoginEvent]}{event.pk}/proof/")
    recorded = events(committed_cast.acme)[-1]
    assert (recorded.action, recorded.reason) == ("view", "downloaded")
    assert (recorded.detail["filters"], recorded.detail["format"]) == ({"Event": str(event.pk)}, "tlog-proof")
    assert alice.get(f"{PAGES[LoginEvent]}{recorded.pk}/").status_code == 200


def test_what_is_not_sealed_yet_is_not_proved(alice: Client, committed_cast: Cast, events) -> None:
    seal_all()
    sign_in(committed_cast.bob)
    event = newest(LoginEvent, committed_cast.acme.pk)
    before = len(events(committed_cast.acme))
    response = alice.get(f"{PAGES[LoginEvent]}{event.pk}/proof/")
    assert response.status_code == 409
    assert "Not sealed yet" in response.content.decode()
    assert len(events(committed_cast.acme)) == before


def test_without_a_signing_key_the_reason_is_shown(settings, alice: Client, committed_cast: Cast) -> None:
    settings.SIGNING_KEY, settings.SIGNING_KEY_FILE = "", settings.CHECKPOINT_DIR / "none"
    event = newest(LoginEvent, committed_cast.acme.pk)
    response = alice.get(f"{PAGES[LoginEvent]}{event.pk}/proof/")
    assert response.status_code == 409
    assert "This site has no signing key" in response.content.decode()


def test_what_was_altered_is_not_proved(alice: Client, committed_cast: Cast) -> None:
    seal_all()
    event = newest(LoginEvent, committed_cast.acme.pk)
    tamper("UPDATE EVENTS SET place = 'Elsewhere' WHERE id = %s", event.pk)
    response = alice.get(f"{PAGES[LoginEvent]}{event.pk}/proof/")
    assert response.status_code == 409
    assert "It is not what was sealed." in response.content.decode()


def test_who_may_not_download_gets_no_link(committed_cast: Cast, alice: Client) -> None:
    seal_all()
    event = newest(LoginEvent, committed_cast.acme.pk)
    assert sign_in(committed_cast.bob).get(f"{PAGES[LoginEvent]}{event.pk}/proof/").status_code == 403


class TestTheToolThatIsHandedOut:
    """verify_bundle.py, as somebody runs it who has the file, the key and Python."""

    @pytest.fixture
    def proof(self, alice: Client, committed_cast: Cast, tmp_path: Path) -> Path:
        for _ in range(9):
            sign_in(committed_cast.bob)
        seal_all()
        event = newest(LoginEvent, committed_cast.acme.pk)
        file = tmp_path / "event.tlog-proof"
        file.write_bytes(alice.get(f"{PAGES[LoginEvent]}{event.pk}/proof/").content)
        return file

    def vkey(self, cast: Cast) -> str:
        return signing_keys().signer(f"security.example/{cast.acme.pk}/login-activity").public.vkey

    def run(self, *arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-I", verify_bundle.__file__, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert not done.stderr
        return done.returncode, done.stdout

    def test_shows_what_is_proved(self, proof: Path, committed_cast: Cast) -> None:
        status, printed = self.run(str(proof), "--key", self.vkey(committed_cast))
        assert status == 0
        assert printed.startswith("GENUINE. ")
        assert 'user_name: "Bob Brown"' in printed

    def test_wants_the_key(self, proof: Path) -> None:
        assert self.run(str(proof)) == (
            2,
            "NOTHING IS PROVED. The proof of an event has no key in it. Name the key of the log with --key.\n",
        )

    def test_says_which_file_it_cannot_read(self, tmp_path: Path, committed_cast: Cast) -> None:
        path = tmp_path / "none.tlog-proof"
        status, printed = self.run(str(path), "--key", self.vkey(committed_cast))
        assert (status, printed) == (2, f"NOTHING IS PROVED. {path} cannot be read: No such file or directory.\n")

    def test_finds_every_changed_character(self, proof: Path, committed_cast: Cast) -> None:
        content, vkey = proof.read_bytes(), self.vkey(committed_cast)
        assert list(verify_bundle.verify_event(content, vkey, []))
        for place in range(len(content)):
            changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
            with pytest.raises(verify_bundle.BundleError):
                list(verify_bundle.verify_event(changed, vkey, []))

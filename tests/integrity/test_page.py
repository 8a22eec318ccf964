"""Settings → Security → Integrity: what a tenant sees of its logs and of their verification."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.ledger.sealing.logs.tampering import CHANGES, as_owner, seal_all, tamper, verify
from tests.support.cast import Cast, sign_in
from tests.support.records import TABLE
from wisely_security.ledger.sealing.checkpoints import open_checkpoint
from wisely_security.ledger.sealing.notes import PublicKey

PAGE = "/settings/security/integrity/"
PROFILE = "/account/profile/"
ALARM = "The last verification of Acme’s records failed."


def seal_both() -> None:
    for table in (TABLE, CHANGES):
        seal_all(table)


def shown(client: Client, path: str = PAGE) -> str:
    return client.get(path).content.decode()


def rename(name: str) -> None:
    """Alice, in all of her sign-ins, as only the owner of the database can."""
    tamper("UPDATE EVENTS SET user_name = %s WHERE user_email = 'alice@acme.example'", name)


def test_before_anything_is_sealed(alice: Client) -> None:
    assert "Not sealed yet" in shown(alice)


def test_without_a_signing_key(settings, alice: Client) -> None:
    settings.SIGNING_KEY, settings.SIGNING_KEY_FILE = "", settings.CHECKPOINT_DIR / "none"
    assert "New events aren’t sealed" in shown(alice)
    settings.SIGNING_KEY = "00" * 21 + "A="
    assert "New events aren’t sealed" not in shown(alice)


def test_what_is_sealed_and_verified(alice: Client) -> None:
    seal_both()
    assert "Not verified yet" in shown(alice)
    assert verify()[0]
    body = shown(alice)
    assert body.count("Verified</span>") == 2
    assert ALARM not in body


def test_the_checkpoint_verifies_with_the_key_on_the_page(alice: Client, committed_cast: Cast) -> None:
    seal_both()
    origin = f"security.example/{committed_cast.acme.pk}/login-activity"
    body = shown(alice)
    vkey = body[body.index(f"{origin}+") :].partition("<")[0]
    response = alice.get(f"{PAGE}checkpoints/login-activity/")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="login-activity-')
    opened = open_checkpoint(response.content, [PublicKey.parse(vkey)], origin)
    assert opened.checkpoint.size == as_owner("SELECT published FROM ledger_log WHERE origin = %s", origin)[0][0]


def test_there_is_no_checkpoint_of_a_record_that_does_not_exist(alice: Client) -> None:
    seal_both()
    assert alice.get(f"{PAGE}checkpoints/everything/").status_code == 404


@pytest.mark.parametrize("name", ["verify_bundle.py", "witness.py"])
def test_the_tools_are_handed_out(alice: Client, name: str) -> None:
    response = alice.get(f"{PAGE}tools/{name}")
    compile(response.content, name, "exec")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize("name", ["keys.py", "__init__.py", "..%2fkeys.py", "x"])
def test_nothing_else_is_handed_out(alice: Client, name: str) -> None:
    assert alice.get(f"{PAGE}tools/{name}").status_code == 404


class TestFindings:
    def test_everybody_in_the_tenant_is_warned(self, alice: Client, committed_cast: Cast) -> None:
        seal_both()
        rename("Mallory")
        assert not verify()[0]
        assert ALARM in shown(alice, PROFILE)
        assert f'href="{PAGE}"' in shown(alice, PROFILE).partition(ALARM)[2].partition("</section>")[0]
        bob = shown(sign_in(committed_cast.bob), PROFILE)
        assert "Ask your Super Admin what was found." in bob
        charlie = shown(sign_in(committed_cast.charlie), PROFILE)
        assert "failed" not in charlie

    def test_the_page_says_what_was_found(self, alice: Client) -> None:
        seal_both()
        rename("Mallory")
        verify()
        body = shown(alice)
        assert "Verification failed" in body
        assert "it was altered." in body

    def test_the_warning_stays_until_the_whole_log_is_verified(self, alice: Client) -> None:
        seal_both()
        rename("Mallory")
        verify()
        rename("Alice Adams")
        assert verify(month=date(2001, 1, 1))[0]
        assert ALARM in shown(alice)
        assert verify()[0]
        assert ALARM not in shown(alice)

    def test_the_warning_costs_no_statement(self, alice: Client) -> None:
        seal_both()
        alice.get(PROFILE)
        with CaptureQueriesContext(connection) as before:
            alice.get(PROFILE)
        rename("Mallory")
        verify()
        with CaptureQueriesContext(connection) as after:
            assert ALARM in shown(alice, PROFILE)
        assert len(after) == len(before)

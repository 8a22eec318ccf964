"""``manage.py demo_tamper``: an event is altered, found, sealed again with the stolen key, and put back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from login_activity.models import LoginEvent
from tests.ledger.sealing.logs.tampering import CHANGES, as_owner, seal_all
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.sign_in.demo_password import DEMO_PASSWORD

from .seeding import LOGIN_ACTIVITY, SIGN_IN

pytestmark = pytest.mark.usefixtures("changing")
TABLE = LoginEvent._meta.db_table
WARNING = "Verification failed"


@pytest.fixture(autouse=True)
def _sealed(changing: None, settings: Settings, tmp_path: Path) -> None:
    settings.SIGNING_KEY = "00" * 21 + "A="
    settings.CHECKPOINT_DIR, settings.DATA_DIR = tmp_path / "checkpoints", tmp_path
    seal_everything()


def seal_everything() -> None:
    for table in (TABLE, CHANGES):
        seal_all(table)


def tamper(step: str, **options: Any) -> str:
    output = io.StringIO()
    call_command("demo_tamper", step, stdout=output, **options)
    return output.getvalue()


def event_of(output: str) -> LoginEvent:
    with acting_as(support=True):
        event = LoginEvent.objects.get(pk=output.split()[3])
        assert isinstance(event, LoginEvent)
        return event


def everything_sealed(folder: Path) -> list[Any]:
    """To the byte: events, logs, leaves, tiles and checkpoints, in the database and in the files."""
    tables = (TABLE, "ledger_log", "ledger_sealed", "ledger_tile", "ledger_checkpoint")
    rows = [as_owner(f"SELECT it::text FROM {table} AS it ORDER BY 1") for table in tables]
    return [*rows, {path.name: path.read_bytes() for path in folder.rglob("*.checkpoints")}]


def test_a_walk() -> None:
    alice = Client()
    alice.post(SIGN_IN, {"username": "alice@acme.example", "password": DEMO_PASSWORD})
    seal_everything()

    printed = tamper("alter")
    event = event_of(printed)
    assert (event.status, event.action) == ("success", "log_in")
    assert f"event {event.pk} (leaf" in printed and "it was altered" in printed
    assert "recorded: 1 finding." in printed
    assert WARNING in alice.get(LOGIN_ACTIVITY).content.decode()
    assert alice.get(f"{LOGIN_ACTIVITY}{event.pk}/proof/").status_code == 409

    printed = tamper("reseal")
    assert "it was altered" not in printed
    assert "has another root in its file." in printed

    printed = tamper("undo")
    assert "Everything is as it was sealed." in printed
    assert WARNING not in alice.get("/").content.decode()
    with acting_as(support=True):
        assert LoginEvent.objects.get(pk=event.pk).status == "failure"


def test_what_is_put_back_is_the_same_to_the_byte(tmp_path: Path) -> None:
    before = everything_sealed(tmp_path / "checkpoints")
    tamper("alter")
    assert everything_sealed(tmp_path / "checkpoints") != before
    tamper("reseal")
    tamper("undo")
    assert everything_sealed(tmp_path / "checkpoints") == before


def test_an_event_of_ones_choice() -> None:
    with acting_as(support=True):
        failures = LoginEvent.objects.filter(tenant_id__in=_acme(), status="failure", action="log_in")
        oldest = failures.order_by("id")[0]
    assert event_of(tamper("alter", event=oldest.pk)).pk == oldest.pk


@pytest.mark.parametrize("step", ["reseal", "undo"])
def test_there_is_something_to_seal_or_to_put_back_first(step: str) -> None:
    with pytest.raises(CommandError, match=r"Begin with: manage\.py demo_tamper alter"):
        tamper(step)


def test_one_event_at_a_time() -> None:
    tamper("alter")
    with pytest.raises(CommandError, match="Put it back first"):
        tamper("alter")


def test_an_event_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="There is no such failed sign-in of Acme"):
        tamper("alter", event="00000000-0000-0000-0000-000000000000")


def _acme() -> list[Any]:
    return [key for (key,) in as_owner("SELECT id FROM tenancy_tenant WHERE name = 'Acme'")]

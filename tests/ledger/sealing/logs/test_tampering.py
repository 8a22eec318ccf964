"""Whatever the owner of the database does to what was recorded, verify finds it and says where."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from tests.support import records
from tests.support.records import TABLE
from wisely_security.ledger.models import time_of
from wisely_security.ledger.sealing.logs.growing import GrowingTree, split

from .tampering import as_owner, first_finding, seal_all, sealed_events, tamper, unguarded, verify

pytestmark = pytest.mark.usefixtures("database")


def test_nothing_is_found_where_nothing_was_altered() -> None:
    sealed_events()
    sealed_events(5, 1)
    untouched, printed = verify()
    assert untouched, printed
    assert "305 events verified." in printed


def test_events_of_the_last_seconds_are_not_yet_sealed() -> None:
    tenant, _ = sealed_events(10, 1)
    records.append_many(tenant, 3)
    untouched, printed = verify()
    assert untouched
    assert "10 events verified, 3 not yet sealed." in printed


@pytest.mark.parametrize(
    ("column", "value"),
    [("action", "log_out"), ("user_name", "Somebody else"), ("ip", None), ("detail", '{"a": 1.5}'), ("latitude", 1e-7)],
)
def test_an_altered_column(column: str, value: object) -> None:
    tenant, ids = sealed_events()
    tamper(f"UPDATE EVENTS SET {column} = %s WHERE id = %s", value, ids[120])
    finding = first_finding()
    assert finding.startswith(
        f"login-activity of tenant {tenant}, {time_of(ids[120]):%Y-%m}: event {ids[120]} (leaf 120) is not "
    )
    assert "it was altered. It was sealed between the checkpoints of 100 events (" in finding
    assert " and of 200 events (" in finding


def test_a_deleted_event() -> None:
    _, ids = sealed_events()
    tamper("DELETE FROM EVENTS WHERE id = %s", ids[7])
    assert f"event {ids[7]} (leaf 7) is missing: it was deleted." in first_finding()


def test_an_event_that_was_inserted_among_old_ones() -> None:
    """With a transaction of then, the sealer passes it over."""
    tenant, ids = sealed_events()
    event_id = UUID(int=ids[20].int + 1)
    columns = ", ".join(["tenant_id", "tx", *records.AN_EVENT])
    tamper(f"INSERT INTO EVENTS (id, {columns}) SELECT %s, {columns} FROM {TABLE} WHERE id = %s", event_id, ids[20])
    seal_all()
    finding = first_finding()
    assert f"tenant {tenant}" in finding
    assert f"event {event_id} was never sealed, though later ones were: it was inserted." in finding


def test_a_back_dated_event() -> None:
    """With the transaction of today, the sealer takes it for a new one."""
    tenant, _ = sealed_events()
    event_id = records.put_at(tenant, timezone.now() - timedelta(minutes=10))
    seal_all()
    assert f"event {event_id} (leaf 300) was inserted later than its time says: it is back-dated." in first_finding()


def test_an_event_of_the_future() -> None:
    tenant, _ = sealed_events(10, 1)
    event_id = records.put_at(tenant, timezone.now() + timedelta(minutes=10))
    seal_all()
    assert f"event {event_id} (leaf 10) has a time that was still to come when it was sealed." in first_finding()


def test_two_events_that_changed_places() -> None:
    _, ids = sealed_events()
    tamper(
        "UPDATE EVENTS AS one SET user_name = other.user_name FROM EVENTS AS other "
        "WHERE (one.id, other.id) IN ((%s, %s), (%s, %s))",
        *(ids[3], ids[250], ids[250], ids[3]),
    )
    untouched, printed = verify()
    assert not untouched
    assert [f"(leaf {index})" in line for index, line in zip((3, 250), printed.splitlines(), strict=False)] == [
        True
    ] * 2


def test_an_event_that_got_another_id() -> None:
    _, ids = sealed_events()
    event_id = UUID(int=ids[9].int + 1)
    tamper("UPDATE EVENTS SET id = %s WHERE id = %s", event_id, ids[9])
    untouched, printed = verify()
    assert not untouched
    assert f"event {ids[9]} (leaf 9) is missing" in printed
    assert f"event {event_id} was never sealed" in printed


def test_an_event_that_got_another_transaction() -> None:
    _, ids = sealed_events()
    tamper("UPDATE EVENTS SET tx = tx - 1 WHERE id = %s", ids[9])
    assert f"event {ids[9]} (leaf 9) was given another place: its transaction is " in first_finding()


def test_an_event_that_is_brought_before_the_sealer_again() -> None:
    """It is sealed twice, and found."""
    _, ids = sealed_events(10, 1)
    tamper("UPDATE EVENTS SET tx = ledger_tx(pg_current_xact_id()) WHERE id = %s", ids[4])
    seal_all()
    assert f"event {ids[4]} (leaf 4) was given another place" in first_finding()


def test_a_leaf_hash_that_was_rewritten() -> None:
    _, ids = sealed_events()
    _rewrite_hash(5)
    untouched, printed = verify()
    assert not untouched
    assert (
        f"event {ids[5]} (leaf 5) is not what its leaf hash says, and stored hashes around it were rewritten" in printed
    )
    assert "the hashes of leaves 0 to 255 are not those that are stored above them" in printed


def test_a_leaf_hash_that_no_tile_has_yet() -> None:
    _, ids = sealed_events()
    _rewrite_hash(290)
    untouched, printed = verify()
    assert not untouched
    assert (
        "its leaves do not lead to the checkpoint of 300 events: what was sealed was rewritten. It was sealed between"
        in printed
    )
    assert f"event {ids[290]} (leaf 290) is not what its leaf hash says" in printed


def test_leaves_and_tiles_that_were_computed_again() -> None:
    """The event, its hash and all above agree: the signed checkpoints do not."""
    sealed_events()
    _rewrite_hash(5)
    [(hashes,)] = as_owner("SELECT hashes FROM ledger_sealed WHERE first_index = 0")
    tree = GrowingTree()
    tree.extend(split(bytes(hashes)))
    as_owner("UPDATE ledger_tile SET hashes = %s", tree.complete[0].hash)
    assert "its leaves do not lead to the checkpoint of 100 events: what was sealed was rewritten" in first_finding()


def test_a_deleted_checkpoint() -> None:
    sealed_events()
    unguarded("ledger_checkpoint", "DELETE FROM ledger_checkpoint WHERE size = 200")
    assert "the checkpoint of 200 events is in its file but not in the database." in first_finding()


def test_a_rewritten_checkpoint() -> None:
    sealed_events()
    unguarded("ledger_checkpoint", "UPDATE ledger_checkpoint SET root = %s WHERE size = 200", sha256().digest())
    untouched, printed = verify()
    assert not untouched
    assert "the checkpoint of 200 events has another root in its file." in printed
    assert "the checkpoint of 200 events in the database says something else in its signed note." in printed


def test_a_forged_signature(checkpoint_dir: Path) -> None:
    sealed_events(10, 1)
    [path] = checkpoint_dir.rglob("*.checkpoints")
    note = path.read_text()
    path.write_text(f"{note[:-20]}{'A' if note[-20] != 'A' else 'B'}{note[-19:]}")
    assert "the checkpoint of 10 events in the file is not signed as it should be" in first_finding()


def test_a_checkpoint_file_that_is_gone(checkpoint_dir: Path) -> None:
    sealed_events(10, 1)
    [path] = checkpoint_dir.rglob("*.checkpoints")
    path.unlink()
    assert "the checkpoint of 10 events is not in its file, where it was written." in first_finding()


def test_a_log_that_is_gone_with_its_events() -> None:
    tenant, _ = sealed_events()
    tamper("DELETE FROM EVENTS WHERE tenant_id = %s", tenant)
    as_owner("TRUNCATE ledger_log, ledger_sealed, ledger_tile")
    unguarded("ledger_checkpoint", "TRUNCATE ledger_checkpoint")
    finding = first_finding()
    assert f"tenant {tenant}: the database has 0 sealed events, its checkpoint file 300: an old state." in finding


def test_runs_that_are_gone() -> None:
    sealed_events()
    as_owner("DELETE FROM ledger_sealed WHERE first_index = 0")
    untouched, printed = verify()
    assert not untouched
    assert "stored leaves from 0 on are missing." in printed


def test_a_guard_that_is_off() -> None:
    sealed_events(10, 1)
    as_owner("ALTER TABLE ledger_checkpoint DISABLE TRIGGER append_only")
    assert "ledger_checkpoint: the trigger append_only is disabled" in first_finding()
    as_owner("ALTER TABLE ledger_checkpoint ENABLE TRIGGER append_only")


def test_the_outcome_is_noted() -> None:
    tenant, ids = sealed_events(10, 1)
    verify()
    tamper("UPDATE EVENTS SET user_name = '' WHERE id = %s", ids[4])
    verify(tenant=str(tenant))
    noted = as_owner(
        "SELECT checked, findings, first_finding FROM ledger_verification "
        "WHERE tenant_id = %s AND events = %s::regclass ORDER BY id",
        *(tenant, TABLE),
    )
    assert noted[0] == (10, 0, "")
    assert noted[1][:2] == (10, 1)
    assert f"event {ids[4]}" in noted[1][2]


def test_only_a_month_or_a_record() -> None:
    tenant, ids = sealed_events(10, 1)
    tamper("UPDATE EVENTS SET user_name = '' WHERE id = %s", ids[4])
    month = time_of(ids[4]).date().replace(day=1)
    assert verify(record="audit-trail")[0]
    assert verify(month=date(2020, 1, 1))[0]
    assert verify(tenant=str(records.a_tenant()))[0]
    assert f"event {ids[4]}" in first_finding(month=month, tenant=str(tenant))
    assert f"event {ids[4]}" in first_finding(first=month)


def _rewrite_hash(index: int) -> None:
    as_owner(
        "UPDATE ledger_sealed SET hashes = overlay(hashes PLACING %s FROM (32 * (%s - first_index) + 1)::int) "
        "WHERE first_index <= %s AND first_index + number > %s",
        *(sha256(b"forged").digest(), index, index, index),
    )

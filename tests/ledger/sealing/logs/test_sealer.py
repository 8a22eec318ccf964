"""The sealer: each event once, in the order of transactions, whatever happens around it."""

from __future__ import annotations

import logging
from itertools import pairwise
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest
from django.core.checks import run_checks
from django.db import connection, transaction
from django.utils import timezone

from tests.support import records
from tests.support.records import TABLE
from wisely_security.ledger.derived import projectors
from wisely_security.ledger.sealing.logs import sealer
from wisely_security.ledger.sealing.logs.published import outside

from .tampering import as_owner, first_finding, ids_of, log_state, seal_all, sealed_events, set_back, verify

pytestmark = pytest.mark.usefixtures("database")


def recorded(tenant: UUID) -> list[UUID]:
    """In the order in which they are sealed."""
    return [key for (key,) in as_owner(f"SELECT id FROM {TABLE} WHERE tenant_id = %s ORDER BY tx, id", tenant)]


def checkpoints() -> list[int]:
    return [size for (size,) in as_owner("SELECT size FROM ledger_checkpoint ORDER BY size")]


def everything_is_sealed(*tenants: UUID) -> None:
    for tenant in tenants:
        assert ids_of(tenant) == recorded(tenant)
    untouched, printed = verify()
    assert untouched, printed
    assert "not yet sealed" not in printed


def test_each_tenant_has_a_log_of_its_own() -> None:
    tenants = [records.a_tenant() for _ in range(3)]
    for number in (1, 300, 255, 700):
        for tenant in tenants:
            records.append_many(tenant, number)
        seal_all()
    everything_is_sealed(*tenants)
    origins = as_owner("SELECT origin, size FROM ledger_log ORDER BY tenant_id")
    assert origins == [(f"security.wisely.example/{key}/login-activity", 1256) for key in sorted(tenants, key=str)]
    [runs] = as_owner(
        "SELECT array_agg(number ORDER BY first_index) FROM ledger_sealed WHERE tenant_id = %s", tenants[0]
    )
    assert runs == ([256, 256, 256, 256, 232],)


def test_windows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "MOST", 20)
    tenant = records.a_tenant()
    for number in range(60):
        records.append_many(tenant, number % 7)
    seal_all()
    everything_is_sealed(tenant)
    assert len(checkpoints()) >= 5
    assert all(after - before <= 40 for before, after in pairwise([0, *checkpoints()]))


def test_a_huge_transaction_is_sealed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "MOST", 50)
    tenants = [records.a_tenant() for _ in range(3)]
    with transaction.atomic():
        for tenant in tenants:
            records.append_many(tenant, 170)
    records.append_many(tenants[0], 5)
    while not checkpoints():  # the transactions before it have no events
        assert sealer.seal(TABLE)
    assert sum(len(ids_of(tenant)) for tenant in tenants) == 50
    assert "50 events verified, 465 not yet sealed." in verify()[1]
    seal_all()
    everything_is_sealed(*tenants)


def test_an_event_that_is_committed_late() -> None:
    tenant, ids = sealed_events(5, 1)
    with transaction.atomic(using="owner"):
        late = records.put_at(tenant, timezone.now())
        records.append_many(tenant, 5)
        seal_all()
        assert ids_of(tenant) == ids
    seal_all()
    assert ids_of(tenant)[5] == late
    everything_is_sealed(tenant)


def test_two_at_once_exclude_each_other() -> None:
    tenant, _ = sealed_events(5, 1)
    records.append_many(tenant, 5)
    with transaction.atomic(using="owner"):
        as_owner("SELECT FROM ledger_projector WHERE name = 'ledger_seal' FOR UPDATE")
        seal_all()
        assert len(ids_of(tenant)) == 5
    seal_all()
    everything_is_sealed(tenant)


def test_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "MOST", 20)
    tenants = [records.a_tenant() for _ in range(2)]

    def work() -> None:
        try:
            for _ in range(20):
                records.append_many(tenants[0], 3)
                records.append_many(tenants[1], 2)
                seal_all()
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_all()
    everything_is_sealed(*tenants)


def test_the_projectors_seal_where_there_is_a_key(settings) -> None:
    records.append_many(records.a_tenant(), 3)
    key, settings.SIGNING_KEY = settings.SIGNING_KEY, ""
    projectors.project()
    assert as_owner("SELECT size FROM ledger_log") == []
    settings.SIGNING_KEY = key
    projectors.project()
    assert as_owner("SELECT size FROM ledger_log") == [(3,)]


def test_without_a_key_the_check_before_deployment_warns(settings) -> None:
    def found() -> list[str]:
        return [message.id for message in run_checks(include_deployment_checks=True) if message.id == "ledger.W004"]

    assert found() == []
    settings.SIGNING_KEY = ""
    assert found() == ["ledger.W004"]


def test_what_was_committed_but_not_published_is_published_next(monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = records.a_tenant()
    records.append_many(tenant, 3)
    with monkeypatch.context() as patch, pytest.raises(OSError, match="no space"):
        patch.setattr(outside, "append", _no_space)
        sealer.seal(TABLE)
    assert as_owner("SELECT size, published FROM ledger_log") == [(3, 0)]
    assert verify()[0]
    records.append_many(tenant, 3)
    seal_all()
    assert [entry.size for entry in outside.entries("login-activity", tenant)] == [3, 6]
    everything_is_sealed(tenant)


def test_an_entry_that_was_cut_short_is_written_again(checkpoint_dir: Path) -> None:
    tenant = records.a_tenant()
    records.append_many(tenant, 3)
    seal_all()
    [path] = checkpoint_dir.rglob("*.checkpoints")
    whole = path.read_bytes()
    for length in range(1, len(whole), 7):
        path.write_bytes(whole[:length])
        records.append_many(tenant, 1)
        seal_all()
        sizes = [entry.size for entry in outside.entries("login-activity", tenant)]
        assert sizes == sorted(set(checkpoints()))
        assert path.read_bytes().startswith(whole[:length])
    everything_is_sealed(tenant)


def test_a_database_that_was_set_back_is_not_sealed_any_more(caplog: pytest.LogCaptureFixture) -> None:
    tenant, _ = sealed_events(300, 1)
    state = log_state()
    records.append_many(tenant, 300)
    seal_all()
    set_back(state)
    records.append_many(tenant, 1)
    _refuses(caplog, "the database has 300 sealed events, its checkpoint file 600: it was set back.")
    assert "the database has 300 sealed events, its checkpoint file 600: an old state." in first_finding()


def test_another_root_of_the_same_size_is_never_signed(
    caplog: pytest.LogCaptureFixture, settings, checkpoint_dir: Path, tmp_path: Path
) -> None:
    tenant, _ = sealed_events(300, 1)
    state = log_state()
    records.append_many(tenant, 10)
    seal_all()
    set_back(state)
    settings.CHECKPOINT_DIR = tmp_path / "elsewhere"
    seal_all()  # with other salts
    settings.CHECKPOINT_DIR = checkpoint_dir
    records.append_many(tenant, 1)
    _refuses(caplog, "the checkpoint of 310 events has another root in the database than in its file.")
    assert "the checkpoint of 310 events has another root in its file." in first_finding()


def test_a_frontier_that_was_rewritten_is_not_continued(caplog: pytest.LogCaptureFixture) -> None:
    tenant, _ = sealed_events(300, 1)
    as_owner("UPDATE ledger_log SET edge = overlay(edge PLACING '\\x00' FROM 5)")
    records.append_many(tenant, 1)
    with caplog.at_level(logging.CRITICAL):
        seal_all()
    assert "the checkpoint of its 300 events is missing or has another root." in caplog.text
    assert checkpoints() == [300]


def _no_space(*_: object) -> None:
    raise OSError("no space")


def _refuses(caplog: pytest.LogCaptureFixture, why: str) -> None:
    before = checkpoints()
    with caplog.at_level(logging.CRITICAL):
        seal_all()
    assert why in caplog.text
    assert checkpoints() == before
    [error] = [each for each in run_checks(databases=["default"], tags=["database"]) if each.id == "ledger.E009"]
    assert why in error.msg

"""A person is erased from archives: the file has nothing of them any more, and still leads to its checkpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import transaction

from login_activity.models import LoginEvent
from tests.ledger.sealing.logs.tampering import as_owner, forget_everything, seal_all
from tests.support.cast import Cast
from wisely_security.ledger.archive import archives
from wisely_security.ledger.archive.check import offline
from wisely_security.ledger.archive.check.checking import ArchiveVerification
from wisely_security.ledger.archive.errors import ArchiveError
from wisely_security.ledger.archive.files import archive_files
from wisely_security.ledger.archive.files.parquet import Reader
from wisely_security.ledger.archive.files.rewriting import Redacted, rewrite
from wisely_security.ledger.models import Archive
from wisely_security.ledger.sealing.keys import signing_keys

from . import history
from .history import LOGINS, OLD, name_of, rows_of, run, sign_ins

TWELVE = ("archive_events", "--older-than", "12")


@pytest.fixture(autouse=True)
def archived(archive_dir: Path, people: Cast, settings, tmp_path: Path) -> Iterator[Path]:
    settings.SIGNING_KEY = "00" * 21 + "A="
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    forget_everything()
    sign_ins(OLD, [people.acme.pk, people.globex.pk], detail=json.dumps({"seen": ["door"]}), latitude=0.1)
    seal_all()
    run(*TWELVE)
    yield archive_dir / f"{name_of(OLD)}.parquet"
    forget_everything()


def without_person_1(event: LoginEvent) -> dict[str, Any]:
    if event.user_name != "Person 1":
        return {}
    assert (event.latitude, event.detail) == (0.1, {"seen": ["door"]})
    return {"user_name": "Erased person", "ip": None, "detail": {}, "latitude": None}


def erase(tenant_id: UUID | None = None) -> list[Redacted]:
    """And note it, as the erasure of a person does."""
    with archives.maintenance_session(), transaction.atomic():
        erased = rewrite(Archive.objects.get(), without_person_1, "Erased under E-1.", tenant_id)  # type: ignore[arg-type]
        for each in erased:
            as_owner(
                "INSERT INTO ledger_erased VALUES (%s, %s::regclass, %s, uuidv7(), %s, %s)",
                *(each.tenant_id, LOGINS, each.id, each.sealed, each.kept),
            )
    return erased


def faults() -> tuple[dict[UUID, Any], list[str]]:
    check = ArchiveVerification()
    with archives.maintenance_session():
        return check(LoginEvent, None, None), check.faults


def names(path: Path) -> list[str | None]:
    return [name for (name,) in Reader(path).rows(["user_name"])]


def test_events_stay_and_lead_to_their_checkpoint(archived: Path, people: Cast) -> None:
    assert {each.tenant_id for each in erase()} == {people.acme.pk, people.globex.pk}
    assert names(archived) == ["Person 0", "Erased person", "Person 2"] * 2
    assert b"Person 1" not in archived.read_bytes()
    assert faults() == ({}, [])
    found = offline.verify_file(Reader(archived), LoginEvent, signing_keys(), None, lambda number: None)
    assert [(each.events, each.erased, each.wrong) for each in found] == [(3, 1, ""), (3, 1, "")]
    assert "rewritten" in run("archives")
    run("restore_archive", name_of(OLD))
    assert sum("Erased person" in row for row in rows_of(LOGINS, OLD)) == 2
    run("drop_restored", name_of(OLD))


def test_of_one_tenant_alone(archived: Path, people: Cast) -> None:
    assert [each.tenant_id for each in erase(people.globex.pk)] == [people.globex.pk]
    assert names(archived).count("Person 1") == 1


def test_nothing_to_erase_leaves_the_file(archived: Path) -> None:
    erase()
    before = archived.read_bytes()
    assert erase() == []
    assert archived.read_bytes() == before
    assert [path.name for path in archived.parent.iterdir()] == [archived.name]


def test_what_is_left_cannot_be_altered(archived: Path) -> None:
    erase()
    as_owner(
        "INSERT INTO ledger_erased SELECT tenant_id, events, id, uuidv7(), sealed, sha256('other') FROM ledger_erased"
    )
    found, _ = faults()
    assert [fault.kind for its in found.values() for fault in its] == ["altered", "altered"]


def test_a_file_from_before_is_found(archived: Path) -> None:
    before = archived.read_bytes()
    erase()
    archived.write_bytes(before)
    found, _ = faults()
    assert [fault.kind for its in found.values() for fault in its] == ["not erased", "not erased"]
    assert "has changed since it was written" in archive_files.state(Archive.objects.using("owner").get())


def test_killed_before_the_file_takes_its_place_it_does_so_next_time(archived: Path) -> None:
    with patch.object(archive_files, "install"):
        erase()
    assert "Person 1" in names(archived)
    with archives.maintenance_session():
        pass
    assert "Person 1" not in names(archived)
    assert faults() == ({}, [])


def test_nothing_is_erased_where_it_is_not_recorded(archived: Path) -> None:
    before = archived.read_bytes()
    with archives.maintenance_session(), pytest.raises(ZeroDivisionError), transaction.atomic():
        rewrite(Archive.objects.get(), without_person_1, "Erased under E-1.")  # type: ignore[arg-type]
        raise ZeroDivisionError
    assert archived.read_bytes() == before
    assert faults() == ({}, [])


def test_a_restored_month_is_refused(archived: Path) -> None:
    run("restore_archive", name_of(OLD))
    with pytest.raises(ArchiveError, match="drop it first"):
        erase()
    run("drop_restored", name_of(OLD))
    assert history.archives()[name_of(OLD)]

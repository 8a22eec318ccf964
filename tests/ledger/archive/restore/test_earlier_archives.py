"""Archives of before Parquet are restored, and what was sealed of their events is still proved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import transaction

from login_activity.models import LoginEvent
from tests.ledger.sealing.logs.tampering import forget_everything, logs_say, seal_all, tamper
from tests.support.cast import Cast
from tests.support.records import put_at
from wisely_security.ledger.archive import archives as archiving
from wisely_security.ledger.archive.check.checking import ArchiveVerification
from wisely_security.ledger.months.partitions import Partition
from wisely_security.ledger.sealing.logs.departures import removals

from ..history import LOGINS, ODD, OLD, first_and_last, has_partition, rows_of, run, sign_ins
from . import earlier_archives


@pytest.fixture(autouse=True)
def keys(settings, tmp_path: Path, people: Cast) -> Iterator[None]:
    settings.SIGNING_KEY = "00" * 21 + "A="
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    forget_everything()
    yield
    forget_everything()


@pytest.fixture
def before(people: Cast, archive_dir: Path) -> list[str]:
    """The rows of a month that was sealed and has left for such an archive."""
    sign_ins(OLD, [people.acme.pk, people.globex.pk])
    for moment in first_and_last(OLD):
        put_at(people.acme.pk, moment, **ODD)
    seal_all()
    rows = rows_of(LOGINS, OLD)
    with archiving.maintenance_session(), transaction.atomic():
        name = earlier_archives.archive(archive_dir, OLD)
        removals.note(Partition(LOGINS, OLD), removals.ARCHIVED, name)
    return rows


NAME = f"login_activity_{OLD:%Y_%m}"


def test_every_row_is_unchanged_and_verified(before: list[str]) -> None:
    assert logs_say() == ({"archived": 8}, [])
    assert "8 events" in run("archives")
    for _ in range(2):
        run("restore_archive", NAME)
        assert rows_of(LOGINS, OLD) == before
        assert logs_say() == ({"checked": 8}, [])
        run("drop_restored", NAME)
        assert not has_partition(LOGINS, OLD)
        assert logs_say() == ({"archived": 8}, [])


def test_an_event_that_is_altered_when_it_is_back(before: list[str]) -> None:
    run("restore_archive", NAME)
    tamper("UPDATE EVENTS SET user_name = 'Mallory' WHERE user_name = 'Person 1' AND tenant_id = %s", first_tenant())
    [finding] = logs_say()[1]
    assert "is not what was sealed: it was altered." in finding


def first_tenant() -> str:
    return rows_of(LOGINS, OLD)[0].split(",")[1]


@pytest.mark.parametrize("suffix", [".json", ".tsv.gz"])
@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b[:-2] + b"XX", lambda b: b + b" "])
def test_files_that_are_not_what_was_written_are_refused(
    before: list[str], archive_dir: Path, suffix: str, spoil
) -> None:
    path = archive_dir / f"{NAME}{suffix}"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CommandError, match=r"has changed since it was written|does not match its manifest"):
        run("restore_archive", NAME)
    assert not has_partition(LOGINS, OLD)


def test_a_missing_file_is_named(before: list[str], archive_dir: Path) -> None:
    (archive_dir / f"{NAME}.tsv.gz").unlink()
    check = ArchiveVerification()
    with archiving.maintenance_session():
        assert check(LoginEvent, None, None) == {}
    assert "No such file" in check.faults[0]
    with pytest.raises(CommandError, match="1 of 1 archives are damaged"):
        run("archives")

"""What is done to an archive is found: by verify with the log, also where the file and what the database has of it were
rewritten together; and without the database, with a checkpoint that somebody has kept."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from login_activity.models import LoginEvent
from tests.ledger.archive import history
from tests.ledger.archive.history import LOGINS, OLD, YOUNG, archives, name_of, run, sign_ins
from tests.support.cast import Cast, create_cast
from tests.support.records import append_many
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.archive.check.checking import ArchiveVerification
from wisely_security.ledger.archive.files.archive_files import Facts, facts_of
from wisely_security.ledger.archive.files.parquet import Reader, Values, Writer
from wisely_security.ledger.months.partitions import add_months
from wisely_security.ledger.sealing.keys import signing_keys
from wisely_security.ledger.sealing.logs.lookup import proofs_for
from wisely_security.ledger.sealing.verifying import run as verifying

from ..tampering import as_owner, logs_say, seal_all, unguarded

TWELVE = ("archive_events", "--older-than", "12")


@pytest.fixture(scope="module")
def people(database: None) -> Cast:
    return create_cast()


@pytest.fixture(autouse=True)
def archived(people: Cast, nothing_recorded: None, settings, tmp_path: Path) -> Iterator[Path]:
    """The archive of a month with three events each of Acme and Globex, which are sealed."""
    settings.ARCHIVE_DIR = tmp_path / "archives"
    settings.KEEP_MONTHS = dict.fromkeys(settings.KEEP_MONTHS)
    history.forget_everything()
    for month in (OLD, YOUNG):
        sign_ins(month, [people.acme.pk, people.globex.pk])
    seal_all()
    run(*TWELVE)
    yield tmp_path / "archives" / f"{name_of(OLD)}.parquet"
    history.forget_everything()


def findings() -> list[str]:
    """Of logs first, then of files."""
    check = ArchiveVerification()
    outcomes = list(verifying.verify(verifying.Scope(record="login-activity"), archives=check))
    return [finding.text for outcome in outcomes for finding in outcome.findings] + check.faults


Rows = list[list[str | None]]


def rewritten(path: Path, alter: Callable[[Rows, list[str]], Rows]) -> None:
    """The file with other rows, and its SHA-256 in the database with it."""
    reader = Reader(path)
    rows: list[Values] = list(alter(list(reader.rows()), [column.name for column in reader.columns]))
    with path.with_suffix(".new").open("wb") as file:
        writer = Writer(file, reader.columns)
        for row in rows:
            writer.write(row)
        writer.finish({name: value for name, value in reader.about.items() if name != "columns"})
    path.with_suffix(".new").replace(path)
    noted(facts_of(path))


def noted(facts: Facts) -> None:
    unguarded("ledger_archive", "UPDATE ledger_archive SET size = %s, sha256 = %s", facts.size, facts.sha256)


def altered(rows: Rows, names: list[str]) -> Rows:
    rows[1][names.index("user_name")] = "Mallory"
    return rows


def exchanged(rows: Rows, names: list[str]) -> Rows:
    return [rows[1], rows[0], *rows[2:]]


def forged(rows: Rows, names: list[str]) -> Rows:
    """One more, which was never sealed."""
    row = list(rows[0])
    row[names.index("leaf_index")] = None
    return [rows[0], row, *rows[1:]]


ALTERATIONS = {
    "altered": (altered, "(leaf 1) is not what was sealed: the archive was altered."),
    "deleted": (lambda rows, names: rows[:1] + rows[2:], "the events of leaves 1 to 1 are missing in the archive."),
    "of a whole tenant": (lambda rows, names: rows[:3], "the events of leaves 0 to 2 are missing in the archive."),
    "moved": (exchanged, "(leaf 0) has another place in the archive than in the log."),
    "inserted": (forged, "was never sealed: it was inserted into the archive."),
}


@pytest.mark.parametrize(("alter", "finding"), ALTERATIONS.values(), ids=ALTERATIONS)
def test_events_of_a_rewritten_archive(archived: Path, people: Cast, alter: Callable[..., Rows], finding: str) -> None:
    assert findings() == []
    rewritten(archived, alter)
    assert any(finding in each for each in findings())
    with pytest.raises(CommandError, match="is not what was sealed"):
        run("restore_archive", name_of(OLD))
    assert not offline(archived)[0]


def test_a_file_that_is_missing_or_was_replaced(archived: Path, people: Cast) -> None:
    content = archived.read_bytes()
    archived.write_bytes(content[:-1])
    assert "has changed since it was written" in findings()[-1]
    archived.unlink()
    of_acme, of_globex, of_file = sorted(
        findings(), key=lambda each: ("tenant" not in each, str(people.globex.pk) in each)
    )
    for finding, tenant in ((of_acme, people.acme), (of_globex, people.globex)):
        assert f"tenant {tenant.pk}: the events of {OLD:%Y-%m} cannot be verified" in finding
    assert "No such file" in of_file
    assert logs_say() == ({"checked": 6, "archived": 6}, [])
    archived.write_bytes(content)
    assert findings() == []


def test_a_file_that_was_written_again_with_the_same_events_is_named_alone(archived: Path) -> None:
    before = archives()[name_of(OLD)]
    rewritten(archived, lambda rows, names: rows)
    assert findings() == []
    noted(Facts(before.size + 1, before.sha256))
    [finding] = findings()
    assert "has changed since it was written. Its events are those that were sealed." in finding


def test_a_file_of_no_archive(archived: Path) -> None:
    shutil.copy(archived, archived.with_stem("login_activity_1999_01"))
    with pytest.raises(CommandError, match="no archives of this database"):
        run("archives")


def test_a_month_that_is_not_what_was_sealed_stays_and_the_others_leave(people: Cast) -> None:
    partition = f"{LOGINS}_{YOUNG:%Y_%m}"
    unguarded(partition, f"UPDATE {partition} SET user_name = 'Mallory' WHERE tenant_id = %s", people.acme.pk)
    younger = add_months(YOUNG, 1)
    sign_ins(younger, [people.acme.pk])
    seal_all()
    with pytest.raises(CommandError, match=f"{partition} is not what was sealed, and stays"):
        run("archive_events", "--older-than", "1")
    assert len(history.rows_of(LOGINS, YOUNG)) == 6
    assert {*archives()} == {name_of(OLD), name_of(younger)}


def test_events_that_were_removed_with_their_leaves(people: Cast) -> None:
    """As if they had left, without a signed note of it; and with the note of another month."""
    partition = f"{LOGINS}_{YOUNG:%Y_%m}"
    unguarded(partition, f"DELETE FROM {partition} WHERE tenant_id = %s", people.acme.pk)
    as_owner("SELECT ledger_depart(%s, %s, 'archived', %s, %s)", LOGINS, YOUNG, name_of(OLD), people.acme.pk)
    findings = logs_say()[1]
    assert any("leaves 3 to 5 are gone, and nothing is noted of it: they were removed." in each for each in findings)
    assert any("the key of the log has not signed this: it is forged." in each for each in findings)


def test_what_stays_of_events_that_left_is_a_hash_of_each(people: Cast) -> None:
    """A page for 252, so 33 bytes an event with the index."""
    append_many(people.acme.pk, 3000)
    seal_all()
    as_owner("SELECT ledger_depart(%s, current_date, 'archived', 'x')", LOGINS)
    [(leaves, rows, full)] = as_owner(
        "SELECT sum(length(hashes) / 32), count(*), count(*) FILTER (WHERE length(hashes) = 252 * 32) "
        "FROM ledger_departed"
    )
    assert (leaves, rows, full) == (3006, 14, 10)  # 3 of each tenant, and 3000 that begin in the middle of a page
    [(outside,)] = as_owner(
        "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'ledger_departed'::regclass"
    )
    assert outside == 0
    [(runs,)] = as_owner("SELECT count(*) FROM ledger_sealed WHERE tenant_id = %s", people.acme.pk)
    assert runs == 1  # with the events of the other month


def test_proofs_of_other_events_and_of_restored_ones(people: Cast) -> None:
    def proved() -> int:
        ids = [key for (key,) in as_owner(f"SELECT id FROM {LOGINS} WHERE tenant_id = %s", people.acme.pk)]
        with acting_as(tenant_id=people.acme.pk):
            found = proofs_for(LoginEvent, people.acme.pk, ids)
        for each in found.values():
            origin = each.proof.checkpoint.decode().partition("\n")[0]
            each.proof.verify(each.event.leaf_hash, signing_keys().verifiers(origin), origin)
        return len(found)

    assert proved() == 3
    run("restore_archive", name_of(OLD))
    assert proved() == 6
    append_many(people.acme.pk, 600)
    seal_all()
    run("drop_restored", name_of(OLD))
    assert proved() == 603
    assert findings() == []


def offline(path: Path, **options: object) -> tuple[bool, str]:
    output = io.StringIO()
    try:
        call_command("verify_archive", str(path), stdout=output, **options)
    except CommandError as error:
        return False, f"{output.getvalue()}{error}"
    return True, output.getvalue()


def test_without_the_database(archived: Path, checkpoint_dir: Path, tmp_path: Path) -> None:
    kept = shutil.copytree(checkpoint_dir, tmp_path / "kept")
    assert offline(archived, checkpoints=kept) == (
        True,
        "6 events of 2 tenants.\nEvery event leads to a signed checkpoint.\n",
    )
    assert "is not among those in" in offline(archived, checkpoints=tmp_path / "empty")[1]
    assert "not proved" in offline(archived, key=["BOIeBQZz4J7jIOnAj5vOcbeBZJcgRsgq3XVBkcLzLzs="])[1]
    rewritten(archived, altered)
    assert "do not lead to the checkpoint of 6 events" in offline(archived, checkpoints=kept)[1]

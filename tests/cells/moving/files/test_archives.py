"""A family with archived months moves: what each file has of it becomes a file of the target, and leaves the source."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError

from tests.cells.conftest import EU, Cells
from tests.ledger.archive.history import OLD, name_of, sign_ins
from tests.ledger.archive.restore import earlier_archives
from wisely_security.database.cells.names import own_folder
from wisely_security.database.cells.routing import in_cell
from wisely_security.ledger.archive.files import archive_files
from wisely_security.moving import steps

from ..life import live, move
from ..test_move import KilledError
from .archived import EVENTS, archive, counted, faults, file_of, files, names_of, run, sign_ins_of

NAME = name_of(OLD)
AROUND_FILES = ("compared", "frozen", "departed", "switched", "erased")
THEIRS = f"{NAME}_of_acme"
FILE, THEIR_FILE = f"{NAME}.parquet", f"{THEIRS}.parquet"


@pytest.fixture
def archived(cells: Cells) -> list[str]:
    """What Acme has in the archive of main, which Globex has events in too; and so has Hooli in that of eu-1."""
    cast = cells.main
    keys = archive("main", cast.acme.pk, cast.globex.pk, user_name="Nora North", user_email="nora@acme.example")
    archive(EU, cells.eu.hooli.pk)
    live([cast.acme], [cast.alice])
    run("main", "restore_archive", NAME)
    rows = sign_ins_of("main", cast.acme.pk, keys)
    run("main", "drop_restored", NAME)
    assert len(rows) == EVENTS
    return rows


def test_each_cell_has_its_own(cells: Cells, archived: list[str]) -> None:
    printed = move("acme", EU)
    assert f"{NAME}: {EVENTS} archived events copied to {THEIRS}." in printed
    assert files("main") == {FILE: EVENTS}
    assert files(EU) == {FILE: EVENTS, THEIR_FILE: EVENTS}
    assert names_of("main", cells.main.acme.pk) == []
    assert names_of(EU, cells.main.acme.pk) == [THEIRS]
    assert names_of("main", cells.main.globex.pk) == names_of(EU, cells.eu.hooli.pk) == [NAME]
    assert faults("main") == faults(EU) == []
    assert str(cells.main.acme.pk).encode() not in file_of("main", NAME).read_bytes()
    assert f"Moved to {EU}: acme." in run("main", "archives")


def test_there_it_verifies_offline_comes_back_and_is_erased(cells: Cells, archived: list[str]) -> None:
    acme = cells.main.acme
    move("acme", EU)
    run(EU, "run_projectors", once=True)  # checkpoints go to files
    with in_cell(EU):
        outside = own_folder(Path(settings.CHECKPOINT_DIR))
    assert "Every event leads" in run(EU, "verify_archive", str(file_of(EU, THEIRS)), checkpoints=outside)
    before = counted(EU, acme.pk)
    run(EU, "restore_archive", THEIRS)
    assert sign_ins_of(EU, acme.pk, keys_of(archived)) == archived
    assert counted(EU, acme.pk) == before + EVENTS
    run(EU, "run_projectors", once=True)
    assert counted(EU, acme.pk) == before + EVENTS  # nothing twice
    assert faults(EU) == []
    run(EU, "drop_restored", THEIRS)
    assert sign_ins_of(EU, acme.pk, keys_of(archived)) == []
    run(EU, "erase_person", tenant="acme", email="nora@acme.example", reference="R-1", confirm="nora@acme.example")
    assert b"Nora North" not in file_of(EU, THEIRS).read_bytes()
    assert faults(EU) == []


def test_back_and_away_again_they_are_in_one_file_only(cells: Cells, archived: list[str]) -> None:
    acme = cells.main.acme
    for to, name in ((EU, THEIRS), ("main", THEIRS), (EU, f"{THEIRS}_2"), ("main", f"{THEIRS}_2")):
        move("acme", to)
        [other] = {EU, "main"} - {to}
        assert (names_of(to, acme.pk), names_of(other, acme.pk)) == ([name], [])
    assert files("main") == {FILE: EVENTS, THEIR_FILE: 0, f"{THEIRS}_2.parquet": EVENTS}
    assert faults("main") == faults(EU) == []
    run("main", "restore_archive", f"{THEIRS}_2")
    assert sign_ins_of("main", acme.pk, keys_of(archived)) == archived
    assert faults("main") == []


@pytest.mark.parametrize("point", [*AROUND_FILES, *(it for it in steps.POINTS if "archives" in it)])
def test_killed_at_any_point_they_are_in_one_file_only(
    cells: Cells, archived: list[str], monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    killed(monkeypatch, point)
    move("acme", EU)
    assert files("main") == {FILE: EVENTS}
    assert files(EU) == {FILE: EVENTS, THEIR_FILE: EVENTS}
    assert names_of(EU, cells.main.acme.pk) == [THEIRS]
    assert faults("main") == faults(EU) == []


@pytest.mark.parametrize("whose", [EU, "main"])
def test_killed_before_a_file_takes_its_place(
    cells: Cells, archived: list[str], monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    """The database has taken note of it already."""

    def kill(path: Path) -> None:
        if path == file_of(whose, path.stem):
            raise KilledError
        install(path)

    install = archive_files.install
    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(archive_files, "install", kill)
        move("acme", EU)
    move("acme", EU)
    assert files("main") == {FILE: EVENTS}
    assert files(EU) == {FILE: EVENTS, THEIR_FILE: EVENTS}
    assert faults("main") == faults(EU) == []


@pytest.mark.parametrize("damage", [b"", b"?"])
def test_what_was_copied_is_copied_again_only_if_it_is_damaged(
    cells: Cells, archived: list[str], monkeypatch: pytest.MonkeyPatch, damage: bytes
) -> None:
    killed(monkeypatch, "caught up")
    with file_of(EU, THEIRS).with_name(f"{THEIR_FILE}.part").open("ab") as file:
        file.write(damage)
    assert ("archived events copied" in move("acme", EU)) == bool(damage)
    assert faults("main") == faults(EU) == []


def test_what_is_erased_before_the_switch_is_not_in_the_new_file(
    cells: Cells, archived: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(monkeypatch, "archives")
    run("main", "erase_person", tenant="none", email="nora@acme.example", reference="R-1", confirm="nora@acme.example")
    run("main", "erase_person", tenant="acme", email="nora@acme.example", reference="R-2", confirm="nora@acme.example")
    move("acme", EU)
    assert b"Nora North" not in file_of(EU, THEIRS).read_bytes()
    assert faults("main") == faults(EU) == []


def test_archives_that_have_changed_while_it_was_frozen_end_it(
    cells: Cells, archived: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it was frozen, and gone on with only after somebody was erased from the same file."""
    killed(monkeypatch, "frozen")
    run(
        "main", "erase_person", tenant="globex", email="nora@acme.example", reference="R-1", confirm="nora@acme.example"
    )
    with pytest.raises(CommandError, match="The archives of main have changed"):
        move("acme", EU)
    move("acme", EU)
    assert names_of(EU, cells.main.acme.pk) == [THEIRS]
    assert faults("main") == faults(EU) == []


def test_cancelled_the_target_has_no_file_of_them(
    cells: Cells, archived: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(monkeypatch, "all compared")
    assert files(EU) == {FILE: EVENTS, f"{THEIR_FILE}.part": EVENTS}
    move("acme", EU, cancel=True)
    assert files(EU) == {FILE: EVENTS}
    assert files("main") == {FILE: 2 * EVENTS}
    assert faults("main") == faults(EU) == []


def test_a_restored_month_is_in_the_way(cells: Cells, archived: list[str]) -> None:
    run("main", "restore_archive", NAME)
    with pytest.raises(CommandError, match=f"{NAME} is restored in main. Drop it first"):
        move("acme", EU)
    run("main", "drop_restored", NAME)
    move("acme", EU)


def test_so_is_one_in_the_target_that_takes_no_new_events(cells: Cells) -> None:
    archive(EU, cells.eu.hooli.pk)
    run(EU, "restore_archive", NAME)
    sign_ins(OLD, [cells.main.acme.pk], EVENTS)
    with pytest.raises(CommandError, match=f"{NAME} is restored in {EU}. Drop it first"):
        move("acme", EU)
    run(EU, "drop_restored", NAME)
    move("acme", EU)


def test_one_of_the_earlier_format_is_in_the_way(cells: Cells) -> None:
    """It has everybody's events in one piece, without their salts."""
    sign_ins(OLD, [cells.main.acme.pk, cells.main.globex.pk], EVENTS)
    name = earlier_archives.archive(Path(settings.ARCHIVE_DIR), OLD)
    with pytest.raises(CommandError, match=f"{name} of main has events of theirs in the earlier format"):
        move("acme", EU)


def test_a_damaged_file_is_in_the_way(cells: Cells, archived: list[str]) -> None:
    whole = file_of("main", NAME).read_bytes()
    file_of("main", NAME).write_bytes(whole[:-1])
    with pytest.raises(CommandError, match=f"{NAME}.parquet"):
        move("acme", EU)
    file_of("main", NAME).write_bytes(whole)
    assert "Archives: 3 events" in move("acme", EU, dry_run=True)
    move("acme", EU)


def killed(monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    def kill(reached: str) -> None:
        if reached == point:
            raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(steps, "_reached", kill)
        move("acme", EU)


def keys_of(rows: list[str]) -> list[UUID]:
    return [UUID(json.loads(row)["id"]) for row in rows]

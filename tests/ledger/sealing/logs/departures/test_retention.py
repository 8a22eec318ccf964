"""What leaves by the rules, or comes back, is no tampering; what is deleted beside it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError

from tests.ledger.archive import history
from tests.ledger.archive.history import LOGINS, OLD, YOUNG, name_of, run, sign_ins
from tests.support import records
from tests.support.cast import Cast, create_cast
from wisely_security.ledger.months.partitions import Partition

from ..tampering import as_owner, logs_say, seal_all, unguarded

TWELVE = ("archive_events", "--older-than", "12")


@pytest.fixture(scope="module")
def people(database: None) -> Cast:
    return create_cast()


@pytest.fixture(autouse=True)
def history_of_months(people: Cast, nothing_recorded: None, settings, tmp_path: Path) -> Iterator[None]:
    settings.ARCHIVE_DIR = tmp_path / "archives"
    settings.KEEP_MONTHS = dict.fromkeys(settings.KEEP_MONTHS)
    history.forget_everything()
    yield
    history.forget_everything()


def recorded(people: Cast) -> None:
    for month in (OLD, YOUNG):
        sign_ins(month, [people.acme.pk, people.globex.pk])
    seal_all()


def test_an_archived_month(people: Cast) -> None:
    recorded(people)
    run(*TWELVE)
    assert logs_say() == ({"checked": 6, "archived": 6}, [])


def test_a_month_that_comes_back_and_leaves_again(people: Cast) -> None:
    recorded(people)
    run(*TWELVE)
    run("restore_archive", name_of(OLD))
    assert logs_say() == ({"checked": 12}, [])
    run("drop_restored", name_of(OLD))
    assert logs_say() == ({"checked": 6, "archived": 6}, [])


def test_an_event_that_is_deleted_from_a_restored_month(people: Cast) -> None:
    recorded(people)
    run(*TWELVE)
    run("restore_archive", name_of(OLD))
    delete_first(OLD)
    [finding] = logs_say()[1]
    assert "(leaf 0) is missing: it was deleted." in finding


def test_an_event_that_is_deleted_beside_an_archived_month(people: Cast) -> None:
    recorded(people)
    run(*TWELVE)
    delete_first(YOUNG)
    [finding] = logs_say()[1]
    assert "(leaf 3) is missing: it was deleted." in finding


def delete_first(month: date) -> None:
    partition = Partition(LOGINS, month).name
    unguarded(partition, f"DELETE FROM {partition} WHERE id = (SELECT id FROM {partition} ORDER BY id LIMIT 1)")


@pytest.mark.parametrize("kind", ["archived", "erased"])
def test_a_removal_that_the_owner_forges(people: Cast, kind: str) -> None:
    """Also with the signed note of another month."""
    recorded(people)
    run(*TWELVE)
    delete_first(YOUNG)
    as_owner("SELECT ledger_note_removal(%s, %s, %s, 'as a rule', %s)", LOGINS, YOUNG, kind, people.acme.pk)
    assert_forged(kind)
    newest = "(SELECT id FROM ledger_removal ORDER BY id DESC LIMIT 1)"
    replayed = f"SELECT tenant_id, {newest}, note FROM ledger_signed_removal WHERE tenant_id = %s"
    as_owner(f"INSERT INTO ledger_signed_removal {replayed}", people.acme.pk)
    assert_forged(kind)


def assert_forged(kind: str) -> None:
    missing, noted = logs_say()[1]
    assert "(leaf 3) is missing: it was deleted." in missing
    assert f"its events of {YOUNG:%Y-%m} are noted as {kind} (as a rule)" in noted
    assert noted.endswith("the key of the log has not signed this: it is forged.")


def test_a_month_whose_return_is_no_longer_noted(people: Cast) -> None:
    """Its archive would explain what is missing."""
    recorded(people)
    run(*TWELVE)
    run("restore_archive", name_of(OLD))
    delete_first(OLD)
    unguarded("ledger_removal", "DELETE FROM ledger_removal WHERE kind = 'restored'")
    findings = logs_say()[1]
    assert len(findings) == 3
    assert len([finding for finding in findings if "leaves 0 to 2 should have left" in finding]) == 2
    assert any("(leaf 0) is missing: it was deleted." in finding for finding in findings)


def test_nothing_leaves_unsigned(people: Cast, settings) -> None:
    recorded(people)
    settings.SIGNING_KEY = ""
    with pytest.raises(CommandError, match="There is no signing key"):
        run(*TWELVE)
    assert len(history.rows_of(LOGINS, OLD)) == 6


def test_what_a_tenant_had_erased(people: Cast) -> None:
    recorded(people)
    as_owner("UPDATE tenancy_tenant SET keep_months = 12 WHERE id = %s", people.acme.pk)
    run("archive_events")
    assert logs_say() == ({"checked": 9, "erased": 3}, [])
    [(ids, salts)] = as_owner("SELECT ids, salts FROM ledger_sealed WHERE tenant_id = %s", people.acme.pk)
    assert (len(ids), len(bytes(salts))) == (3, 48)
    [(first, hashes)] = as_owner("SELECT first_index, hashes FROM ledger_departed WHERE tenant_id = %s", people.acme.pk)
    assert (first, len(bytes(hashes))) == (0, 96)


def test_nothing_leaves_before_it_is_sealed(people: Cast) -> None:
    sign_ins(YOUNG, [people.acme.pk])
    seal_all()
    sign_ins(OLD, [people.acme.pk])
    with pytest.raises(CommandError, match=r"3 events of .* are not sealed yet"):
        run(*TWELVE)
    as_owner("UPDATE tenancy_tenant SET keep_months = 12 WHERE id = %s", people.acme.pk)
    with pytest.raises(CommandError, match=r"3 events of .* are not sealed yet"):
        run("archive_events")


def test_a_month_that_was_archived_before_anything_was_sealed(people: Cast) -> None:
    for month in (OLD, YOUNG):
        sign_ins(month, [people.acme.pk])
    run(*TWELVE)
    seal_all()
    run("restore_archive", name_of(OLD))
    assert logs_say() == ({"checked": 3, "of before sealing": 3}, [])


def test_a_forged_archive_of_before_sealing_explains_no_insertion(people: Cast) -> None:
    recorded(people)
    columns = ", ".join(["tenant_id", "tx", *records.AN_EVENT])
    partition = Partition(LOGINS, YOUNG).name
    first = f"(SELECT id FROM {partition} ORDER BY id LIMIT 1)"
    inserted = f"SELECT ledger_first_id(%s), {columns} FROM {partition} WHERE id = {first}"
    unguarded(partition, f"INSERT INTO {partition} (id, {columns}) {inserted}", f"{YOUNG} 00:00Z")
    facts = "name, events, month, rows, size, root, sha256, rule, archived_at"
    as_owner(
        f"INSERT INTO ledger_archive ({facts}) VALUES ('x', %s, %s, 1, 1, '', '', '', '2000-01-01')", LOGINS, YOUNG
    )
    [finding] = logs_say()[1]
    assert finding.endswith("was never sealed, though later ones were: it was inserted.")

"""A restored month is as it was, on pages, in filters, downloads, charts and free text, and cannot be altered."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support.cast import Cast, sign_in
from tests.support.downloads.csv_files import read_csv
from tests.support.records import a_tenant, put_at
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.months.partitions import add_months

from ..history import (
    CHANGES,
    LOGINS,
    ODD,
    OLD,
    OLDER,
    archives,
    ask,
    change,
    first_and_last,
    has_partition,
    name_of,
    rows_of,
    run,
    sign_ins,
)

TWELVE = ("archive_events", "--older-than", "12")
PAGE = "/settings/identity-access/login-activity/"


def period(**more: str) -> dict[str, str]:
    days = {"from": f"{OLDER}", "to": f"{add_months(OLD, 1)}"}
    return {"period": "custom", **days, **more}


def counted(series: str) -> int:
    query = "SELECT sum(n) FROM ledger_rollup, unnest(successes) AS n WHERE events = %s::regclass AND series = %s"
    [(number,)] = ask(query, LOGINS, series)
    return number or 0


def summary() -> list[tuple[object, ...]]:
    return ask("SELECT * FROM ledger_rollup ORDER BY tenant_id, events, series, first_day")


def test_others_wait_only_while_it_is_attached() -> None:
    sign_ins(OLD, [a_tenant()])
    run(*TWELVE)
    with CaptureQueriesContext(connections["owner"]) as statements:
        run("restore_archive", name_of(OLD))
    sent = [each["sql"] for each in statements]
    [attached] = [number for number, sql in enumerate(sent) if "ledger_attach_restored" in sql]
    ended = next(number for number, sql in enumerate(sent) if sql == "COMMIT" and number > attached)
    assert [sql for sql in sent[attached + 1 : ended] if "SAVEPOINT" not in sql and "lock_timeout" not in sql] == []


def test_every_row_is_unchanged() -> None:
    tenant = a_tenant()
    sign_ins(OLD, [tenant, a_tenant()])
    change(OLD, tenant)
    for moment in first_and_last(OLD):
        put_at(tenant, moment, **ODD)
    before = rows_of(LOGINS, OLD), rows_of(CHANGES, OLD)
    run(*TWELVE)
    assert (rows_of(LOGINS, OLD), rows_of(CHANGES, OLD)) == ([], [])
    for name in archives():
        assert f"{name} restored" in run("restore_archive", name)
    assert (rows_of(LOGINS, OLD), rows_of(CHANGES, OLD)) == before
    assert run("archives").count("restored") == 2


def test_it_is_a_partition_like_the_others() -> None:
    sign_ins(OLD, [a_tenant()])
    sign_ins(OLDER, [a_tenant()])
    run(*TWELVE)
    run("restore_archive", name_of(OLD))
    sign_ins(OLDER, [])

    def kinds(month: str) -> list[tuple[object, ...]]:
        return ask(
            "SELECT indisprimary, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') "
            "FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid WHERE indrelid = %s::regclass ORDER BY 1, 2",
            f"{LOGINS}_{month}",
        )

    assert kinds(f"{OLD:%Y_%m}") == kinds(f"{OLDER:%Y_%m}") != []
    constraints = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'"
    assert len(ask(constraints, f"{LOGINS}_{OLD:%Y_%m}")) == len(ask(constraints, f"{LOGINS}_{OLDER:%Y_%m}"))


@pytest.mark.parametrize("statement", ["UPDATE {} SET user_name = ''", "DELETE FROM {}", "TRUNCATE {}"])
def test_nobody_alters_it(statement: str) -> None:
    tenant = a_tenant()
    sign_ins(OLD, [tenant])
    run(*TWELVE)
    run("restore_archive", name_of(OLD))
    with pytest.raises(Error, match="append-only"):
        ask(statement.format(f"{LOGINS}_{OLD:%Y_%m}"))
    with pytest.raises(Error, match=f"what the archive {name_of(OLD)} holds: INSERT is refused"):
        put_at(tenant, first_and_last(OLD)[0])


class TestReaders:
    @pytest.fixture
    def alice(self, people: Cast) -> Client:
        sign_ins(OLD, [people.acme.pk], each=600, device="Left-handed toaster")
        project()
        return sign_in(people.alice)

    def seen(self, alice: Client) -> tuple[bool, int, bool, bool, int]:
        """On the page, in the download, by a filter, by free text, and in the chart."""
        page = alice.get(PAGE, period()).content.decode()
        filtered = alice.get(PAGE, period(country="IN", status="success")).content.decode()
        found = alice.get(PAGE, period(q="toaster")).content.decode()
        rows = read_csv(b"".join(alice.get(f"{PAGE}download/", period(country="IN"))))
        return "toaster" in page, len(rows), "toaster" in filtered, "Left-handed" in found, counted("*|*|IN")

    def test_find_it_before_and_after_but_not_in_between(self, alice: Client) -> None:
        before = self.seen(alice)
        assert before == (True, 600, True, True, 600)
        run(*TWELVE)
        assert self.seen(alice) == (False, 0, False, False, 0)
        run("restore_archive", name_of(OLD))
        assert self.seen(alice) == before
        run("drop_restored", name_of(OLD))
        assert self.seen(alice) == (False, 0, False, False, 0)


def test_it_is_not_projected_again() -> None:
    tenant = a_tenant()
    sign_ins(OLD, [tenant], each=20)
    project()
    before = summary()
    run(*TWELVE)
    assert summary() != before
    project()
    run("restore_archive", name_of(OLD))
    again = [row for row in summary() if row[1] == LOGINS]
    assert again == [row for row in before if row[1] == LOGINS]
    project()
    assert [row for row in summary() if row[1] == LOGINS] == again


def test_what_was_archived_before_it_was_projected_is_counted_once() -> None:
    sign_ins(OLD, [a_tenant()], each=20)
    run(*TWELVE)
    project()
    run("restore_archive", name_of(OLD))
    project()
    assert counted("*|*|*") == 20


def test_it_stays_until_it_is_dropped() -> None:
    sign_ins(OLD, [a_tenant()])
    run(*TWELVE)
    with pytest.raises(CommandError, match="is not restored"):
        run("drop_restored", name_of(OLD))
    run("restore_archive", name_of(OLD))
    assert run(*TWELVE) == "No events are past their retention period.\n"
    with pytest.raises(CommandError, match="already"):
        run("restore_archive", name_of(OLD))
    run("drop_restored", name_of(OLD))
    assert not has_partition(LOGINS, OLD)
    assert len(archives()) == 1
    run("restore_archive", name_of(OLD))
    assert len(rows_of(LOGINS, OLD)) == 3


def test_later_events_of_the_month_prevent_it() -> None:
    tenant = a_tenant()
    sign_ins(OLD, [tenant])
    run(*TWELVE)
    put_at(tenant, first_and_last(OLD)[0])
    with pytest.raises(CommandError, match="archive_events"):
        run("restore_archive", name_of(OLD))
    assert len(rows_of(LOGINS, OLD)) == 1
    run(*TWELVE)
    run("restore_archive", name_of(OLD))
    assert len(rows_of(LOGINS, OLD)) == 3


def test_of_a_month_with_two_archives_each_comes_back_alone() -> None:
    tenant = a_tenant()
    for number in (3, 2):
        sign_ins(OLD, [tenant], each=number)
        run(*TWELVE)
    second = f"{name_of(OLD)}_2"
    run("restore_archive", second)
    assert len(rows_of(LOGINS, OLD)) == 2
    with pytest.raises(CommandError, match="is not restored"):
        run("drop_restored", name_of(OLD))
    run("drop_restored", second)
    run("restore_archive", name_of(OLD))
    assert len(rows_of(LOGINS, OLD)) == 3


class TestFilesThatAreNotWhatWasWritten:
    @pytest.fixture(autouse=True)
    def archived(self, no_events: None) -> None:
        sign_ins(OLD, [a_tenant()])
        run(*TWELVE)

    @pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b[:-2] + b"XX", lambda b: b + b" "])
    def test_are_refused(self, archive_dir: Path, spoil) -> None:
        path = archive_dir / f"{name_of(OLD)}.parquet"
        path.write_bytes(spoil(path.read_bytes()))
        with pytest.raises(CommandError, match="has changed since it was written"):
            run("restore_archive", name_of(OLD))
        assert not has_partition(LOGINS, OLD)

    def test_are_refused_where_it_is_the_file_of_another_month(self, archive_dir: Path) -> None:
        other = archives()[name_of(OLD)]
        sign_ins(OLDER, [a_tenant()])
        run(*TWELVE)
        (archive_dir / f"{name_of(OLDER)}.parquet").rename(archive_dir / f"{other.name}.parquet")
        with pytest.raises(CommandError, match="has changed since it was written"):
            run("restore_archive", other.name)
        assert "has changed since it was written" in report_of_damage()

    def test_are_missed(self, archive_dir: Path) -> None:
        (archive_dir / f"{name_of(OLD)}.parquet").unlink()
        with pytest.raises(CommandError, match="No such file"):
            run("restore_archive", name_of(OLD))
        assert "No such file" in report_of_damage()


def report_of_damage() -> str:
    """The output of the list of archives, which exits with an error so that a nightly run reports it."""
    output = io.StringIO()
    with pytest.raises(CommandError, match=r"archives are damaged\. Take their files from your backups\."):
        call_command("archives", stdout=output)
    return output.getvalue()


@pytest.mark.parametrize("month", [1, 10, 12])
def test_of_whatever_month_it_is_known_as_restored(month: int) -> None:
    of = OLD.replace(year=OLD.year - 1, month=month)
    sign_ins(of, [a_tenant()])
    run(*TWELVE)
    run("restore_archive", name_of(of))
    run("drop_restored", name_of(of))
    assert not has_partition(LOGINS, of)


def test_an_archive_that_nobody_wrote() -> None:
    assert run("archives") == "There are no archives.\n"
    with pytest.raises(CommandError, match="There is no archive x"):
        run("restore_archive", "x")


def test_columns_that_the_record_has_lost_are_named() -> None:
    sign_ins(OLD, [a_tenant()])
    run(*TWELVE)
    ask(f"ALTER TABLE {LOGINS} RENAME session TO visit")
    try:
        with pytest.raises(CommandError, match="columns that the record no longer has: session"):
            run("restore_archive", name_of(OLD))
    finally:
        ask(f"ALTER TABLE {LOGINS} RENAME visit TO session")

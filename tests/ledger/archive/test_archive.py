"""Archiving a month: into a file with its proof, and out of the database; this is recorded, too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import Mock, patch

import pytest
from django.core.management import CommandError
from django.db import Error, OperationalError, connection, connections, transaction

from tests.admin.site import sign_in_as_support
from tests.support.cast import Cast, sign_in
from tests.support.records import a_tenant, put_at
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.archive import archives as archiving
from wisely_security.ledger.archive.files.parquet import Reader, Writer
from wisely_security.ledger.models import NO_TENANT
from wisely_security.ledger.months import locks, partitions

from .history import (
    LOGINS,
    ODD,
    OLD,
    YOUNG,
    archives,
    ask,
    first_and_last,
    forget_archives,
    has_partition,
    name_of,
    recorded_departures,
    rows_of,
    run,
    sign_ins,
)

TWELVE = ("archive_events", "--older-than", "12")


def test_every_event_of_the_month_is_in_it_in_order(archive_dir: Path) -> None:
    one, two = a_tenant(), a_tenant()
    ids = sign_ins(OLD, [one, two])
    ids += [put_at(one, moment, **ODD) for moment in first_and_last(OLD)]
    kept = rows_of(LOGINS, YOUNG)
    run(*TWELVE)
    archive = Reader(archive_dir / f"{name_of(OLD)}.parquet")
    assert (archive.about["record"], archive.about["month"]) == ("login_activity", f"{OLD:%Y-%m}")
    assert {tenant: its["events"] for tenant, its in archive.about["tenants"].items()} == {str(one): 5, str(two): 3}
    found = list(archive.rows(["tenant_id", "id"]))
    assert found == sorted(found)
    assert {event_id for _, event_id in found} == {*map(str, ids)}
    assert rows_of(LOGINS, OLD) == []
    assert rows_of(LOGINS, YOUNG) == kept


def test_the_database_notes_what_the_archive_is(archive_dir: Path) -> None:
    sign_ins(OLD, [a_tenant()])
    run(*TWELVE)
    content, archive = (archive_dir / f"{name_of(OLD)}.parquet").read_bytes(), archives()[name_of(OLD)]
    assert (archive.events, archive.month, archive.rows, archive.rule) == (
        LOGINS,
        OLD,
        3,
        "The platform keeps 12 months.",
    )
    assert (archive.sha256, archive.size) == (sha256(content).hexdigest(), len(content))
    output = run("archives")
    for fact in (archive.name, "3 events", archive.sha256):
        assert fact in output


def test_it_is_recorded_for_each_tenant(people: Cast) -> None:
    acme, globex = people.acme, people.globex
    sign_ins(OLD, [acme.pk], each=2)
    sign_ins(OLD, [globex.pk, NO_TENANT], each=1)
    run(*TWELVE)
    [event] = recorded_departures(acme.pk)
    assert (event.actor_kind, event.status, event.sub_module, event.action) == (
        "system", "success", "login_activity", "archive",
    )  # fmt: skip
    assert event.resource_name == f"{OLD:%B %Y}"
    assert {each["label"]: (each.get("before"), each["after"]) for each in event.changes} == {
        "Events": ("2", "0"),
        "Rule": (None, "The platform keeps 12 months."),
        "Archive": (None, name_of(OLD)),
    }
    assert [len(recorded_departures(tenant)) for tenant in (globex.pk, NO_TENANT, people.initech.pk)] == [1, 1, 0]
    html = sign_in(people.alice).get("/settings/security/audit-trail/?module=records").content.decode()
    assert f"{OLD:%B %Y}" in html


def test_later_events_of_the_month_get_another_archive(archive_dir: Path) -> None:
    tenant = a_tenant()
    for number in (3, 2):
        sign_ins(OLD, [tenant], each=number)
        run(*TWELVE)
    assert {name: each.rows for name, each in archives().items()} == {name_of(OLD): 3, f"{name_of(OLD)}_2": 2}
    assert [Reader(archive_dir / f"{name}.parquet").number for name in archives()] == [
        each.rows for each in archives().values()
    ]


class TestFiles:
    def test_are_readable_by_their_owner_only(self, archive_dir: Path) -> None:
        sign_ins(OLD, [a_tenant()])
        run(*TWELVE)
        assert {path.stat().st_mode & 0o777 for path in archive_dir.iterdir()} == {0o600}
        assert archive_dir.stat().st_mode & 0o777 == 0o700

    def test_are_the_same_whenever_they_are_written(self, archive_dir: Path) -> None:
        sign_ins(OLD, [a_tenant()])
        files = []
        for _ in range(2):
            run(*TWELVE)
            files.append({path.name: path.read_bytes() for path in archive_dir.iterdir()})
            run("restore_archive", name_of(OLD))
            forget_archives()
            ask(f"DROP TRIGGER restored ON {LOGINS}_{OLD:%Y_%m}")
            for path in archive_dir.iterdir():
                path.unlink()
        assert files[0] == files[1]

    def test_of_others_are_not_overwritten(self, archive_dir: Path) -> None:
        sign_ins(OLD, [a_tenant()])
        archive_dir.mkdir()
        other = archive_dir / f"{name_of(OLD)}.parquet"
        other.write_bytes(b"somebody else's")
        with pytest.raises(CommandError, match="cannot be read"):
            run(*TWELVE)
        assert other.read_bytes() == b"somebody else's"
        assert len(rows_of(LOGINS, OLD)) == 3
        assert archives() == {}

    def test_of_another_database_are_not_overwritten(self, archive_dir: Path) -> None:
        sign_ins(OLD, [a_tenant()])
        with patch.object(archiving, "database_id", return_value="7/theirs"):
            run(*TWELVE)
        files = {path: path.read_bytes() for path in archive_dir.iterdir()}
        forget_archives()
        sign_ins(OLD, [a_tenant()])
        with pytest.raises(CommandError, match="another database"):
            run(*TWELVE)
        assert {path: path.read_bytes() for path in files} == files
        assert len(rows_of(LOGINS, OLD)) == 3

    def test_that_an_interrupted_run_left_are_replaced(
        self, archive_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign_ins(OLD, [a_tenant()])
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(archiving, "forget", Mock(side_effect=KeyboardInterrupt))
            run(*TWELVE)
        left = Reader(archive_dir / f"{name_of(OLD)}.parquet").number
        sign_ins(OLD, [a_tenant()])
        run(*TWELVE)
        [archive] = archives().values()
        assert (left, archive.rows, archive.name) == (3, 6, name_of(OLD))
        assert Reader(archive_dir / f"{name_of(OLD)}.parquet").number == 6

    def test_that_cannot_be_written_keep_the_month(self, archive_dir: Path) -> None:
        sign_ins(OLD, [a_tenant()])
        archive_dir.write_text("no folder")
        with pytest.raises(CommandError, match="archives"):
            run(*TWELVE)
        assert len(rows_of(LOGINS, OLD)) == 3

    def test_that_read_back_as_something_else_keep_the_month(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sign_ins(OLD, [a_tenant()])
        original = Writer.finish

        def finish_without_the_last(self: Writer, about: dict[str, Any]) -> None:
            self._pending.pop()
            original(self, about)

        monkeypatch.setattr(Writer, "finish", finish_without_the_last)
        with pytest.raises(CommandError, match="would not have all of its events"):
            run(*TWELVE)
        assert len(rows_of(LOGINS, OLD)) == 3
        assert archives() == {}


class TestOthersMeanwhile:
    @pytest.fixture
    def reader(self) -> Iterator[None]:
        """A reader in the middle of a transaction on the record."""
        partitions.create(OLD, OLD)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {LOGINS}")
            yield

    @pytest.fixture
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(locks, "WAIT", "20ms")
        monkeypatch.setattr(locks, "PAUSE", 0.01)

    @pytest.mark.real_clock
    def test_a_reader_is_not_interrupted_and_the_month_stays(
        self, reader: None, impatient: None, monkeypatch: pytest.MonkeyPatch, archive_dir: Path
    ) -> None:
        monkeypatch.setattr(locks, "TRIES", 3)
        with pytest.raises(CommandError, match="in constant use"):
            run(*TWELVE)
        assert has_partition(LOGINS, OLD)

    @pytest.mark.real_clock
    def test_it_waits_until_the_reader_has_done(self, impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
        sign_ins(OLD, [a_tenant()])
        tried: list[bool] = []
        reader = connections["default"].copy()
        reader.set_autocommit(False)
        with reader.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {LOGINS}")

        def leave(_: float) -> None:
            if not tried:
                reader.close()
            tried.append(True)

        monkeypatch.setattr("wisely_security.ledger.months.locks.time.sleep", leave)
        run(*TWELVE)
        assert tried
        assert not has_partition(LOGINS, OLD)

    def test_two_runs_do_not_overlap(self) -> None:
        for month in (OLD, date(OLD.year - 1, OLD.month, 1)):
            sign_ins(month, [a_tenant()])
        failed: list[Exception] = []

        def work() -> None:
            try:
                run(*TWELVE)
            except Exception as error:
                failed.append(error)
            finally:
                connections.close_all()

        threads = [Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert [each.rows for each in archives().values()] == [3, 3]

    def test_a_lost_database_is_reported_as_the_reason(self) -> None:
        with pytest.raises(OperationalError, match="closed the connection"), locks.advisory_lock():
            ask("SELECT pg_terminate_backend(pg_backend_pid())")
        connections["owner"].close()
        run(*TWELVE)  # nobody blocks it


class TestTheList:
    @pytest.mark.parametrize("statement", ["UPDATE {} SET rows = 0", "DELETE FROM {}", "TRUNCATE {}"])
    def test_is_append_only(self, statement: str) -> None:
        with pytest.raises(Error, match="append-only"):
            ask(statement.format("ledger_archive"))

    def test_is_viewed_by_support(self) -> None:
        sign_ins(OLD, [a_tenant()])
        run(*TWELVE)
        dana = sign_in_as_support()
        html = dana.get("/admin/ledger/archive/", {"q": name_of(OLD)}).content.decode()
        for shown in (name_of(OLD), f"{OLD:%B %Y}", "The platform keeps 12 months."):
            assert shown in html
        page = f"/admin/ledger/archive/{name_of(OLD)}/change/"
        assert archives()[name_of(OLD)].sha256 in dana.get(page).content.decode()
        assert dana.post(page, {"rule": "none"}).status_code == 403

    def test_is_visible_to_support_only_and_written_by_the_owner_only(self) -> None:
        sign_ins(OLD, [a_tenant()])
        run(*TWELVE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger_archive")
            assert cursor.fetchone() == (0,)
        for statement in (
            "INSERT INTO ledger_archive SELECT * FROM ledger_archive",
            f"SELECT ledger_erase('{LOGINS}_{YOUNG:%Y_%m}', '{{}}')",
            f"SELECT ledger_begin_restore('{LOGINS}', '{OLD}')",
        ):
            partitions.create(YOUNG, YOUNG)
            with pytest.raises(Error, match=r"permission denied|must be owner"), acting_as(support=True):
                connection.cursor().execute(statement)

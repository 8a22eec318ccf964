"""The event table: append-only, isolated, ordered by time, in monthly partitions created ahead."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connections, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from login_activity.models import LoginEvent
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action, Reason
from tests.support.cast import Cast
from tests.support.records import put_at
from tests.workspace.failures.at_once import those_who_wait
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import NO_TENANT, first_id
from wisely_security.ledger.months import partitions

TABLE = "login_activity_loginevent"


def run(sql: str, *params: Any, using: str = "default") -> list[tuple[object, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, params or None)
        return cursor.fetchall() if cursor.description else []


class TestAppRole:
    """As through psql, with the rights of the role that serves requests."""

    def test_sees_no_row_without_a_tenant(self, cast: Cast) -> None:
        record(Action.LOG_IN, cast.alice)
        assert run(f"SELECT count(*) FROM {TABLE}") == [(0,)]

    def test_sees_no_row_of_another_tenant(self, cast: Cast) -> None:
        record(Action.LOG_IN, cast.alice)
        with acting_as(tenant_id=cast.globex.pk):
            assert run(f"SELECT count(*) FROM {TABLE}") == [(0,)]
            assert run(f"SELECT count(*) FROM {TABLE} WHERE tenant_id = %s", cast.acme.pk) == [(0,)]
        with acting_as(tenant_id=cast.acme.pk):
            assert run(f"SELECT count(*) FROM {TABLE}") == [(1,)]

    def test_sees_no_event_of_unknown_users(self, cast: Cast) -> None:
        record(Action.LOG_IN, None, failed=Reason.UNKNOWN_USER, typed="who@nowhere.example")
        for tenant_id in (None, cast.acme.pk, NO_TENANT):
            with acting_as(tenant_id=tenant_id):
                assert run(f"SELECT count(*) FROM {TABLE}") == [(0,)]
        with acting_as(support=True):
            assert run(f"SELECT count(*) FROM {TABLE}") == [(1,)]

    @pytest.mark.parametrize(
        "statement",
        [
            f"UPDATE {TABLE} SET user_name = 'x'",
            f"DELETE FROM {TABLE}",
            f"TRUNCATE {TABLE}",
            f"SELECT * FROM {TABLE}_default",
            f"INSERT INTO {TABLE} (id, tenant_id) VALUES (uuidv7(), uuidv7())",
            f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY",
            "CREATE TABLE mine (id int)",
        ],
    )
    def test_may_only_read_and_append(self, cast: Cast, statement: str) -> None:
        record(Action.LOG_IN, cast.alice)
        with acting_as(tenant_id=cast.acme.pk), pytest.raises(ProgrammingError) as error, transaction.atomic():
            run(statement)
        assert "permission denied" in str(error.value) or "must be owner" in str(error.value)

    def test_cannot_append_to_another_tenant(self, cast: Cast) -> None:
        columns = "user_name, user_email, acted_by, action, status, reason, device_kind, device, browser, system, "
        columns += "user_agent, user_agent_cut, country, place, session, detail"
        values = "'', '', '', 'log_in', 'success', '', '', '', '', '', '', false, '', '', '', '{}'"
        with (
            acting_as(tenant_id=cast.globex.pk),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            run(f"INSERT INTO {TABLE} (tenant_id, {columns}) VALUES (%s, {values})", cast.acme.pk)

    def test_has_no_power_over_the_database(self, cast: Cast) -> None:
        [(superuser, bypass, create_db, create_role)] = run(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert not (superuser or bypass or create_db or create_role)
        assert run("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole") == [(0,)]


@pytest.mark.usefixtures("committed")
class TestOwner:
    """This binds the owner as well: each table has a guard, partitions included."""

    @pytest.mark.parametrize("table", [TABLE, f"{TABLE}_default", f"{TABLE}_{datetime.now(UTC):%Y_%m}"])
    @pytest.mark.parametrize("statement", ["UPDATE {} SET user_name = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
    def test_cannot_change_an_event(self, table: str, statement: str) -> None:
        with pytest.raises(ProgrammingError, match="append-only"):
            run(statement.format(table), using="owner")

    def test_every_table_with_a_tenant_forces_row_level_security(self) -> None:
        unprotected = run(
            """SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id'
               WHERE relkind IN ('r', 'p') AND NOT relispartition AND NOT (relrowsecurity AND relforcerowsecurity)""",
            using="owner",
        )
        assert unprotected == []


def test_an_event_has_the_time_of_its_id_and_its_transaction(cast: Cast) -> None:
    before = timezone.now() - timedelta(milliseconds=1)
    record(Action.LOG_IN, cast.alice)
    with acting_as(tenant_id=cast.acme.pk):
        event = LoginEvent.objects.get()
        assert before <= event.occurred_at <= timezone.now()
        assert event.id.version == 7
        assert run(f"SELECT tx = ledger_tx(pg_current_xact_id()) FROM {TABLE}") == [(True,)]


def test_an_event_goes_with_its_transaction(cast: Cast, events) -> None:
    with pytest.raises(LookupError), transaction.atomic():
        record(Action.LOG_IN, cast.alice)
        raise LookupError
    assert events(cast.acme) == []


@given(st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
@pytest.mark.usefixtures("db")
def test_the_bounds_of_a_moment_are_the_same_in_python_and_sql(moment: datetime) -> None:
    assert run("SELECT ledger_first_id(%s)", moment) == [(first_id(moment),)]


@pytest.mark.usefixtures("committed")
class TestPartitions:
    def test_are_created_ahead_repeatedly(self) -> None:
        first, last = date(2031, 11, 15), date(2032, 1, 1)
        names = [f"{TABLE}_2031_11", f"{TABLE}_2031_12", f"{TABLE}_2032_01"]
        assert [name for name in partitions.create(first, last) if name.startswith(TABLE)] == names
        assert partitions.create(first, last) == []

    def test_a_missing_next_month_fails_the_check_and_the_command(self) -> None:
        month = partitions.add_months(datetime.now(UTC).date(), 1)
        assert not run_checks(databases=["default"], tags=["database"])
        run(f"DROP TABLE {TABLE}_{month:%Y_%m}", using="owner")
        [error] = run_checks(databases=["default"], tags=["database"])
        assert error.id == "ledger.E001"
        with pytest.raises(CommandError, match=f"{month:%Y_%m}"):
            call_command("create_partitions", check=True)
        call_command("create_partitions", verbosity=0)
        call_command("create_partitions", check=True)

    def test_are_created_for_skipped_months_too(self) -> None:
        call_command("create_partitions", verbosity=0)  # a month may have begun since the database was made
        today = datetime.now(UTC).date()
        missed = [f"{TABLE}_{partitions.add_months(today, months):%Y_%m}" for months in range(-2, 4)]
        for name in missed:
            run(f"DROP TABLE {name}", using="owner")
        call_command("create_partitions", verbosity=0)
        assert run("SELECT count(to_regclass(name)) FROM unnest(%s) AS name", missed) == [(6,)]
        assert not run_checks(databases=["default"], tags=["database"])

    def test_are_not_made_without_the_owner(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(connections.settings, "owner")
        with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
            call_command("create_partitions")
        call_command("create_partitions", check=True)

    def test_take_over_what_fell_into_the_default_partition(self, committed_cast: Cast, events) -> None:
        now = datetime.now(UTC)
        months = [partitions.add_months(now.date(), months) for months in (-1, 0, 1)]
        run(f"DROP TABLE {TABLE}_{now:%Y_%m}", using="owner")
        for _ in range(3):
            record(Action.LOG_IN, committed_cast.alice)
        before = [(e.id, e.tx, e.detail) for e in events(committed_cast.acme)]
        assert run(f"SELECT count(*) FROM {TABLE}_default", using="owner") == [(3,)]

        assert partitions.create(months[0], months[2]) == [f"{TABLE}_{now:%Y_%m}"]

        assert [(e.id, e.tx, e.detail) for e in events(committed_cast.acme)] == before
        assert run(f"SELECT count(*) FROM {TABLE}_default", using="owner") == [(0,)]
        assert run(f"SELECT count(*) FROM {TABLE}_{now:%Y_%m}", using="owner") == [(3,)]
        with pytest.raises(ProgrammingError, match="append-only"):
            run(f"DELETE FROM {TABLE}_default", using="owner")

    @pytest.mark.parametrize("unpartitioned", [0, 1])
    def test_do_not_deadlock_with_readers_that_write_afterwards(self, unpartitioned: int, committed_cast: Cast) -> None:
        month = datetime(2034, 5, 1, tzinfo=UTC)
        for _ in range(unpartitioned):
            put_at(committed_cast.acme.pk, month)

        def make() -> list[str]:
            try:
                return partitions.create(month.date(), month.date())
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool, acting_as(tenant_id=committed_cast.acme.pk):
            with transaction.atomic():
                assert LoginEvent.objects.count() == unpartitioned
                made = pool.submit(make)
                those_who_wait(1)
                record(Action.LOG_IN, committed_cast.alice)
            assert f"{TABLE}_2034_05" in made.result()
        assert run(f"SELECT count(*) FROM {TABLE}_default", using="owner") == [(0,)]

    def test_have_the_indexes_of_the_parent(self) -> None:
        partitions.create(date(2033, 1, 1), date(2033, 1, 1))
        of_parent, of_partition = (
            run("SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass", name, using="owner")
            for name in (TABLE, f"{TABLE}_2033_01")
        )
        assert of_parent == of_partition


def test_add_months() -> None:
    assert partitions.add_months(date(2026, 12, 31), 1) == date(2027, 1, 1)
    assert partitions.add_months(date(2026, 1, 31), -13) == date(2024, 12, 1)

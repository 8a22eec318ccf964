"""Events and rows of a tenant that does not live in this database are refused, however they are written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, connections, transaction

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support import records
from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.errors import BeingMovedError, LivesElsewhereError
from wisely_security.database.safeguards import residence
from wisely_security.ledger.models import NO_TENANT
from wisely_security.tenancy.models import Role, Tenant

from .conftest import Faults, rolled_back

MOVING, ELSEWHERE = "WS001", "WS002"
STATES = {"frozen": MOVING, "departed": ELSEWHERE, "arriving": ELSEWHERE}
RAISED = {MOVING: BeingMovedError, ELSEWHERE: LivesElsewhereError}


def put(tenant: Tenant, state: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE cells_residence SET state = %s, cell = 'eu-1' WHERE tenant_id = %s", [state, tenant.pk])


@contextmanager
def refused(sqlstate: str) -> Iterator[None]:
    with pytest.raises((DatabaseError, psycopg2.Error)) as caught, transaction.atomic():
        yield
    assert getattr(caught.value.__cause__ or caught.value, "pgcode", None) == sqlstate
    if isinstance(caught.value, DatabaseError) and sqlstate in RAISED:
        assert type(caught.value) is RAISED[sqlstate]


def events_of(tenant: Tenant) -> int:
    with acting_as(support=True):
        models: list[Any] = [LoginEvent, AuditEvent]
        return sum(model.objects.filter(tenant_id=tenant.pk).count() for model in models)


def run(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.mark.parametrize(("state", "sqlstate"), STATES.items())
def test_its_own_transactions_are_refused(committed_cast: Cast, state: str, sqlstate: str) -> None:
    acme = committed_cast.acme
    put(acme, state)
    before = events_of(acme)
    with acting_as(tenant_id=acme.pk):
        with refused(sqlstate):
            Role.objects.filter(key="developer").update(name="Renamed")
        with refused(sqlstate):
            Role.objects.filter(key="nobody has it").update(name="Not one row")
        with refused(sqlstate):
            Role.objects.create(tenant=acme, name="New")
        with refused(sqlstate):
            run("DELETE FROM tenancy_session")
        with refused(sqlstate):
            Tenant.objects.filter(pk=acme.pk).update(name="Renamed")
    with refused(sqlstate):
        records.append_many(acme.pk, 1)
    assert events_of(acme) == before


@pytest.mark.parametrize(("state", "sqlstate"), STATES.items())
def test_support_is_refused_where_rows_are_of_that_tenant(committed_cast: Cast, state: str, sqlstate: str) -> None:
    acme, globex = committed_cast.acme, committed_cast.globex
    put(acme, state)
    before = events_of(acme)
    with acting_as(support=True):
        for statement in (
            "UPDATE tenancy_role SET permissions = '{}' WHERE tenant_id = %s",
            "UPDATE tenancy_tenant SET name = 'Renamed' WHERE id = %s",
            "DELETE FROM tenancy_role WHERE tenant_id = %s",
            "INSERT INTO tenancy_role (tenant_id, name, key, permissions) VALUES (%s, 'New', 'new', '{}')",
        ):
            with refused(sqlstate):
                run(statement, acme.pk)
        assert Role.objects.filter(tenant=globex).update(permissions=[]) > 0  # the others' rows are none of that
    assert events_of(acme) == before


def test_a_tenant_that_nobody_has_heard_of_is_refused(committed_cast: Cast) -> None:
    tenant = records.a_tenant()
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM cells_residence WHERE tenant_id = %s", [tenant])
    with refused(ELSEWHERE):
        records.append_many(tenant, 1)


def test_events_of_no_tenant_are_written_anywhere(committed_cast: Cast) -> None:
    for tenant in (committed_cast.acme, committed_cast.globex, committed_cast.initech):
        put(tenant, "departed")
    records.append_many(NO_TENANT, 1)
    with acting_as(support=True):
        assert LoginEvent.objects.filter(tenant_id=NO_TENANT).count() == 1


def test_a_new_tenant_lives_where_it_is_made_and_keeps_its_residence(committed_cast: Cast) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cells_residence WHERE state = 'here'")
        assert cursor.fetchone() == (3,)


def test_a_tenant_sees_its_own_residence_alone(committed_cast: Cast) -> None:
    sql = "SELECT tenant_id FROM cells_residence"
    with acting_as(tenant_id=committed_cast.acme.pk), connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.fetchall() == [(committed_cast.acme.pk,)]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.fetchall() == []


@pytest.mark.parametrize("statement", ["UPDATE cells_residence SET state = 'here'", "DELETE FROM cells_residence"])
def test_the_app_role_does_not_decide_who_lives_here(committed_cast: Cast, statement: str) -> None:
    with acting_as(tenant_id=committed_cast.acme.pk), refused("42501"):
        run(statement)


def test_naming_what_moves_helps_the_app_role_nothing(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    put(acme, "departed")
    with acting_as(tenant_id=acme.pk), refused(ELSEWHERE):
        run("SELECT set_config('wisely.moving', %s, true)", str(acme.pk))
        run("UPDATE tenancy_role SET name = 'Renamed'")


def test_a_transaction_that_would_not_notice_is_refused(committed_cast: Cast) -> None:
    with acting_as(tenant_id=committed_cast.acme.pk), refused("25000"):
        connection.ensure_connection()
        connection.cursor().cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        run("UPDATE tenancy_role SET name = 'Renamed'")


def test_what_was_guarded_by_the_migration_is_every_table(faults: Faults) -> None:
    with rolled_back("owner"):
        names = {relation.name for relation, _ in residence.guarded()}
    assert {"workspace_template", "tenancy_tenant", "audit_trail_auditevent", "login_activity_loginevent"} < names
    assert any(name.startswith("login_activity_loginevent_2") for name in names)
    assert not any(name.startswith("ledger_") for name in names)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER residence ON workspace_template",
        "DROP TRIGGER residence_of_row ON login_activity_loginevent",
        "DROP TRIGGER residence_begins ON tenancy_tenant",
        "ALTER TABLE outbox_recipient DISABLE TRIGGER residence_of_row",
        "ALTER TABLE login_activity_loginevent_default DISABLE TRIGGER residence_of_row",
        "CREATE OR REPLACE TRIGGER residence BEFORE INSERT OR DELETE ON workspace_template "
        "FOR EACH STATEMENT EXECUTE FUNCTION cells_guard_statement()",
        "CREATE OR REPLACE TRIGGER residence_of_row AFTER INSERT OR UPDATE ON workspace_template FOR EACH ROW "
        "WHEN (false) EXECUTE FUNCTION cells_guard_row()",
    ],
)
def test_a_table_without_its_guard_is_found(faults: Faults, statement: str) -> None:
    assert {fault.id for fault in faults(statement)} == {"wisely_security.E034"}

"""The triggers are kept in step with the registry, and every difference is reported."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from audit_trail.registry import all_audited, audited_models
from audit_trail.triggers import installation
from audit_trail.triggers.hook import triggers

GROUPS = "workspace_businessgroup"
NUMBERS = "workspace_wabanumber"

pytestmark = pytest.mark.usefixtures("committed")


def as_owner(statement: str) -> list[Any]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_migrated_database_has_every_trigger() -> None:
    assert installation.drift("default") == []
    tables = {name for (name,) in as_owner("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'audit%'")}
    assert {model._meta.db_table for model in audited_models()} == tables - {"audit_trail_pending"}


def test_every_record_that_can_be_made_and_deleted_has_a_trigger_for_each_operation() -> None:
    for audited in all_audited():
        operations = {
            trigger.operation for trigger in triggers(audited) if trigger.table == audited.model._meta.db_table
        }
        wanted = {"update"} | ({"insert"} if audited.created else set())
        assert operations == wanted | ({"delete", "truncate"} if audited.deleted else set())


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        (f"DROP TRIGGER audit_trail_insert ON {GROUPS}", "audit_trail_insert is missing"),
        (f"ALTER TABLE {GROUPS} DISABLE TRIGGER audit_trail_update", "audit_trail_update is disabled"),
        (f"ALTER TABLE {GROUPS} ENABLE TRIGGER audit_trail_update", "audit_trail_update is disabled"),
        (
            f"""CREATE OR REPLACE TRIGGER audit_trail_update AFTER UPDATE ON {GROUPS} FOR EACH ROW WHEN (false)
                EXECUTE FUNCTION audit_trail_{GROUPS}_update();
                ALTER TABLE {GROUPS} ENABLE ALWAYS TRIGGER audit_trail_update""",
            "audit_trail_update does not fire as declared",
        ),
        (
            f"""CREATE OR REPLACE TRIGGER audit_trail_update AFTER UPDATE ON {GROUPS} FOR EACH ROW
                EXECUTE FUNCTION audit_trail_{NUMBERS}_update();
                ALTER TABLE {GROUPS} ENABLE ALWAYS TRIGGER audit_trail_update""",
            "audit_trail_update does not fire as declared",
        ),
        (
            f"""CREATE OR REPLACE FUNCTION audit_trail_{GROUPS}_update() RETURNS trigger LANGUAGE plpgsql
                SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN RETURN NULL; END'""",
            "audit_trail_update has a function that differs",
        ),
        (
            f"ALTER FUNCTION audit_trail_{GROUPS}_update SECURITY INVOKER",
            "audit_trail_update has a function that differs",
        ),
        (f"ALTER FUNCTION audit_trail_{GROUPS}_update RESET ALL", "audit_trail_update has a function that differs"),
    ],
)
def test_tampering_is_reported_and_repaired(tampering: str, fault: str) -> None:
    as_owner(tampering)
    [what] = installation.drift("default")
    assert what.startswith(f"{GROUPS}: the trigger {fault}")
    call_command("migrate", verbosity=0)
    assert installation.drift("default") == []


def test_leftovers_of_tables_no_longer_audited_are_reported_and_removed() -> None:
    as_owner("CREATE FUNCTION audit_trail_old() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    as_owner(
        "CREATE TRIGGER audit_trail_old AFTER INSERT ON tenancy_session FOR EACH ROW EXECUTE FUNCTION audit_trail_old()"
    )
    assert installation.drift("default") == [
        "tenancy_session: the trigger audit_trail_old does not belong to an audited table"
    ]
    installation.install("owner")
    assert installation.drift("default") == []
    assert as_owner("SELECT to_regproc('audit_trail_old')") == [(None,)]


def test_an_up_to_date_installation_is_left_as_it_is(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4, connection=connections["owner"]):  # two reads, in a transaction
        installation.install("owner")

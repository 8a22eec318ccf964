"""The commands that check a database name what is wrong, even if it is down or not migrated."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import connection, connections, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Now
from django.test.utils import isolate_apps
from pytest_django import DjangoDbBlocker

from wisely_security.database.operations import AddEventColumn, GuardedTable, SameTenantKey, TenantTable
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .conftest import rolled_back

MAKEFILE = Path(settings.BASE_DIR) / "Makefile"


def check() -> str:
    """The last line of the database check."""
    with pytest.raises(SystemCheckError) as raised:
        call_command("check", databases=["default"])
    return str(raised.value)


@pytest.fixture
def owner(committed: None) -> Iterator[None]:
    """A database of the test's own, which its owner may change."""
    yield
    for alias in ("default", "owner"):
        connections[alias].close()


def run(*statements: str) -> None:
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@isolate_apps("wisely_security.workspace")
def a_new_module() -> type[models.Model]:
    """A new module whose migration has nothing but the table."""

    class Campaign(models.Model):
        tenant = models.ForeignKey(Tenant, models.CASCADE)
        group = models.ForeignKey(BusinessGroup, models.CASCADE)

        class Meta:
            app_label = "workspace"

        def __str__(self) -> str:
            return str(self.pk)

    return Campaign


def of_campaigns() -> ProjectState:
    state = ProjectState.from_apps(apps)
    state.add_model(ModelState.from_model(a_new_module()))
    return state


def migrate(operation: Operation, state: ProjectState, *, app: str = "workspace", back: bool = False) -> None:
    """Run one operation of a migration as the owner; ``state``: the models before it."""
    after = state.clone()
    operation.state_forwards(app, after)
    with connections["owner"].schema_editor() as editor:
        if back:
            operation.database_backwards(app, editor, after, state)
        else:
            operation.database_forwards(app, editor, state, after)


def test_the_check_names_what_a_new_module_lacks_and_where_to_add_it(owner: None) -> None:
    with connections["owner"].schema_editor() as editor:
        editor.create_model(a_new_module())
    output = check()
    for lacking in (
        "workspace_campaign has no row-level security",
        "workspace_campaign: row-level security does not apply to the owner",
        "workspace_campaign has no policy for ALL: tenant_id = (SELECT wisely_tenant())",
        "workspace_campaign: the app role has no DELETE, INSERT, SELECT, UPDATE",
        "workspace_campaign.group_id can refer to a row of workspace_businessgroup that belongs to another tenant",
        "TenantTable(…) of wisely_security/database/operations.py",
        "TenantTable(…) for a new table, SameTenantKey(…) for a new field",
        "GRANT DELETE, INSERT, SELECT, UPDATE ON workspace_campaign",
    ):
        assert lacking in output
    with pytest.raises(SystemCheckError, match="workspace_campaign has no row-level security"):
        call_command("migrate", verbosity=0, skip_checks=False)

    migrate(TenantTable("Campaign"), of_campaigns())
    assert "workspace_campaign would accept rows of a tenant that lives in another database" in check()
    migrate(GuardedTable("Campaign"), of_campaigns())
    call_command("migrate", verbosity=0, skip_checks=False)
    call_command("check", databases=["default"])


def test_what_one_operation_declares_can_be_taken_back(owner: None) -> None:
    with connections["owner"].schema_editor() as editor:
        editor.create_model(a_new_module())
    before = check()
    migrate(TenantTable("Campaign"), of_campaigns())
    migrate(GuardedTable("Campaign"), of_campaigns())
    migrate(GuardedTable("Campaign"), of_campaigns(), back=True)
    migrate(TenantTable("Campaign"), of_campaigns(), back=True)
    assert check() == before


def test_a_field_that_is_added_later_stays_in_the_tenant(owner: None) -> None:
    with connections["owner"].schema_editor() as editor:
        editor.create_model(a_new_module())
    migrate(TenantTable("Campaign"), of_campaigns())
    migrate(GuardedTable("Campaign"), of_campaigns())
    run("ALTER TABLE workspace_campaign DROP CONSTRAINT workspace_campaign_tenant_id_group_id_fkey")
    assert "workspace_campaign.group_id can refer to a row of workspace_businessgroup" in check()
    migrate(SameTenantKey("Campaign", "group"), of_campaigns())
    call_command("check", databases=["default"])
    migrate(SameTenantKey("Campaign", "group"), of_campaigns(), back=True)
    assert "workspace_campaign.group_id can refer to a row of workspace_businessgroup" in check()


def test_a_row_that_is_cascade_deleted_and_found_by_its_lookup_key(owner: None) -> None:
    with connections["owner"].schema_editor() as editor:
        editor.create_model(a_new_module())
    operation = TenantTable("Campaign", grants="SELECT", lookup_keys=["id"], cascade=["group"])
    migrate(operation, of_campaigns())
    output = check()
    assert "the policy by_lookup_key (SELECT) is not declared: USING (((id)::text = ( SELECT wisely" in output
    assert "workspace_campaign: the app role has no DELETE, INSERT, UPDATE" in output
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
            ["workspace_campaign_tenant_id_group_id_fkey"],
        )
        [(definition,)] = cursor.fetchall()
    assert definition.endswith("REFERENCES workspace_businessgroup(tenant_id, id) ON DELETE CASCADE")
    migrate(operation, of_campaigns(), back=True)


LANGUAGE = ("LoginEvent", "language", models.TextField(db_default=""))


def test_a_column_of_a_record_is_one_operation(owner: None) -> None:
    state = ProjectState.from_apps(apps)
    operation = AddEventColumn(*LANGUAGE)
    migrate(operation, state, app="login_activity")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_column_privilege('login_activity_loginevent', 'language', 'INSERT')")
        assert cursor.fetchone() == (True,)
    migrate(operation, state, app="login_activity", back=True)
    call_command("check", databases=["default"])


def test_only_definer_functions_write_a_column_of_a_record_that_only_they_append_to(owner: None) -> None:
    operation = AddEventColumn("AuditEvent", "language", models.TextField(db_default=""))
    migrate(operation, ProjectState.from_apps(apps), app="audit_trail")
    call_command("check", databases=["default"])


def test_a_column_of_a_record_says_what_earlier_events_have() -> None:
    with pytest.raises(ValueError, match=r"LoginEvent\.language needs a db_default"):
        AddEventColumn("LoginEvent", "language", models.TextField(null=True))
    with pytest.raises(ValueError, match=r"The db_default of LoginEvent\.language must be a value"):
        AddEventColumn("LoginEvent", "language", models.DateTimeField(db_default=Now()))


def test_make_check_checks_a_new_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    assert "manage.py check_new_database" in MAKEFILE.read_text().partition("\ncheck:")[2].partition("\n\n")[0]
    before = connection.settings_dict["NAME"]
    output = io.StringIO()
    with django_db_blocker.unblock():
        call_command("check_new_database", stdout=output, stderr=output)
    assert "no issues" in output.getvalue()
    assert connection.settings_dict["NAME"] == before


def test_a_new_database_can_be_created_only_by_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(connections.settings, "owner")
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        call_command("check_new_database")


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [("HOST", "/nowhere", "No such file or directory"), ("NAME", "nothing", "does not exist"), ("USER", "x", "x")],
)
def test_a_database_that_does_not_answer(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, setting: str, value: str, expected: str
) -> None:
    connection.close()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, setting, value)
        output = check()
    assert output.count("ERRORS") == 1 and output.count("wisely_security.E007") == 1
    assert "The database cannot be checked" in output and expected in output


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (
            ["DELETE FROM django_migrations WHERE app = 'outbox'"],
            "not applied: outbox.0001_notification, outbox.0002_any_record.",
        ),
        (["DROP TABLE django_migrations"], "more."),
        (["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"], "more."),
    ],
)
def test_a_database_that_is_not_migrated(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, statements: list[str], expected: str
) -> None:
    with django_db_blocker.unblock(), rolled_back("owner"):
        run(*statements)
        output = check()
    assert "Migrations are not applied: " in output and expected in output
    assert "manage.py migrate" in output and "1 issue" in output


def test_a_rule_that_may_not_read_hides_nothing(owner: None) -> None:
    run(f"REVOKE SELECT ON ledger_archive FROM {connection.settings_dict['USER']}")
    output = check()
    assert "ledger_archive: the app role has no SELECT" in output
    assert "permission denied for table ledger_archive" in output

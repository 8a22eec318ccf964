"""Each rule finds its fault and names the table and the remedy; a migrated database has no fault."""

from __future__ import annotations

import pytest

from login_activity.models import LoginEvent

from .conftest import Faults

LOGINS = LoginEvent._meta.db_table
RECORD, THROUGH = "workspace_template", "workspace_businessgroupuser"
APP = "wisely_app"
TENANT = "tenant_id = (SELECT wisely_tenant())"


def test_a_migrated_database_has_no_fault(faults: Faults) -> None:
    assert faults() == []


def broken(number: str, name: str, *statements: str) -> object:
    return pytest.param(number, name, statements, id=f"{number}-{statements[-1][:70]}")


ISOLATED = (
    RECORD,
    THROUGH,
    LOGINS,
    "audit_trail_auditevent",
    "audit_trail_pending",
    "tenancy_tenant",
    "tenancy_session",
    "outbox_recipient",
    "api_keptanswer",
    "ledger_rollup",
    "ledger_search_segment",
    "ledger_segment_end",
    "ledger_archive",
    "django_admin_log",
)


@pytest.mark.parametrize(("number", "verb"), [("E010", "DISABLE"), ("E011", "NO FORCE")])
def test_row_level_security_that_is_off_is_found(faults: Faults, number: str, verb: str) -> None:
    found = faults(*(f"ALTER TABLE {table} {verb} ROW LEVEL SECURITY" for table in ISOLATED))
    assert {fault.id for fault in found} == {f"wisely_security.{number}"}
    assert {fault.msg.split()[0].rstrip(":") for fault in found} == set(ISOLATED)


POLICIES = [
    broken("E012", RECORD, f"DROP POLICY own_tenant ON {RECORD}"),
    broken("E012", LOGINS, f"DROP POLICY append ON {LOGINS}"),
    broken("E012", "tenancy_session", "DROP POLICY by_credential ON tenancy_session"),
    broken("E012", "ledger_search_segment", "DROP POLICY keep ON ledger_search_segment"),
    broken("E012", RECORD, f"ALTER POLICY own_tenant ON {RECORD} TO {APP}"),
    broken("E013", RECORD, f"ALTER POLICY own_tenant ON {RECORD} USING (true)"),
    broken("E013", RECORD, f"ALTER POLICY own_tenant ON {RECORD} WITH CHECK (true)"),
    broken("E013", RECORD, f"ALTER POLICY own_tenant ON {RECORD} USING ({TENANT} OR name <> '')"),
    broken("E013", LOGINS, f"ALTER POLICY read ON {LOGINS} USING (NOT ({TENANT}))"),
    broken("E013", RECORD, f"CREATE POLICY more ON {RECORD} FOR SELECT USING (true)"),
    broken("E013", RECORD, f"CREATE POLICY more ON {RECORD} FOR DELETE TO {APP} USING (true)"),
    broken("E013", RECORD, f"CREATE POLICY less ON {RECORD} AS RESTRICTIVE USING (true)"),
    broken("E013", "ledger_search_segment", f"CREATE POLICY more ON ledger_search_segment TO {APP} USING (true)"),
    broken("E013", RECORD, f"CREATE POLICY more ON {RECORD} TO CURRENT_USER USING (true)"),
]
GRANTS = [
    *(
        broken("E014", RECORD, f"REVOKE {each} ON {RECORD} FROM {APP}")
        for each in ("SELECT", "INSERT", "UPDATE", "ALL")
    ),
    broken("E014", LOGINS, f"REVOKE INSERT (place) ON {LOGINS} FROM {APP}"),
    broken("E014", "ledger_dimensions", f"REVOKE SELECT ON ledger_dimensions FROM {APP}"),
    *(
        broken("E015", table, f"GRANT {each} ON {table} TO {APP}")
        for table in (LOGINS, "audit_trail_auditevent")
        for each in ("UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN", "INSERT", "UPDATE (status)")
    ),
    broken("E015", RECORD, f"GRANT TRUNCATE ON {RECORD} TO {APP}"),
    broken("E015", RECORD, f"GRANT SELECT ON {RECORD} TO {APP} WITH GRANT OPTION"),
    broken("E015", LOGINS, f"GRANT INSERT (id, tx) ON {LOGINS} TO {APP}"),
    broken("E015", "tenancy_tenant", f"GRANT DELETE ON tenancy_tenant TO {APP}"),
    broken("E015", "ledger_search_segment", f"GRANT SELECT ON ledger_search_segment TO {APP}"),
    broken("E015", "django_migrations", f"GRANT INSERT ON django_migrations TO {APP}"),
    broken("E016", RECORD, f"GRANT SELECT ON {RECORD} TO PUBLIC"),
    broken("E016", LOGINS, f"GRANT SELECT (ip) ON {LOGINS} TO PUBLIC"),
    broken("E016", "auth_group", "GRANT SELECT ON auth_group TO PUBLIC"),
    broken("E017", f"{LOGINS}_default", f"GRANT SELECT ON {LOGINS}_default TO {APP}"),
    broken("E017", f"{LOGINS}_default", f"GRANT SELECT (ip) ON {LOGINS}_default TO {APP}"),
]
TABLES = [
    broken("E018", "notes", "CREATE TABLE notes (id int)", f"GRANT SELECT ON notes TO {APP}"),
    broken("E018", "seen", f"CREATE VIEW seen AS SELECT ip FROM {LOGINS}", f"GRANT SELECT ON seen TO {APP}"),
    broken("E018", "tags", f"CREATE TABLE tags (id uuid PRIMARY KEY, template_id uuid REFERENCES {RECORD})"),
    broken("E010", "seen", f"CREATE MATERIALIZED VIEW seen AS SELECT tenant_id, ip FROM {LOGINS}"),
    broken("E028", RECORD, f"CREATE RULE lose AS ON INSERT TO {RECORD} DO INSTEAD NOTHING"),
]
REFERENCES = [
    broken("E019", table, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table, name in (
        (RECORD, f"{RECORD}_tenant_id_number_id_fkey"),
        (THROUGH, f"{THROUGH}_tenant_id_user_id_fkey"),
        ("api_keptanswer", "api_keptanswer_tenant_id_account_id_fkey"),
        ("outbox_recipient", "outbox_recipient_tenant_id_notification_id_fkey"),
        ("tenancy_user", "user_role_is_of_the_tenant"),
        ("tenancy_session", "session_user_is_of_the_tenant"),
        ("tenancy_tenant", "tenant_super_admin_is_a_member"),
    )
] + [
    broken(
        "E019",
        RECORD,
        f"ALTER TABLE {RECORD} DROP CONSTRAINT {RECORD}_tenant_id_number_id_fkey",
        f"ALTER TABLE {RECORD} ADD FOREIGN KEY (tenant_id, number_id) "
        f"REFERENCES workspace_wabanumber (tenant_id, id) {how}",
    )
    for how in ("NOT VALID", "NOT ENFORCED")
]
GUARDS = [
    *(
        broken("E020", table, f"ALTER TABLE {table} {verb} TRIGGER append_only")
        for table in (f"{LOGINS}_default", "audit_trail_auditevent_default", "ledger_archive")
        for verb in ("DISABLE", "ENABLE REPLICA")
    ),
    broken("E020", LOGINS, f"ALTER TABLE ONLY {LOGINS} DISABLE TRIGGER append_only"),
    broken("E020", f"{LOGINS}_default", f"DROP TRIGGER append_only ON {LOGINS}_default"),
    broken("E020", f"{LOGINS}_default", f"ALTER TABLE {LOGINS}_default DISABLE TRIGGER ALL"),
    broken("E020", f"{LOGINS}_default", f"ALTER TRIGGER append_only ON {LOGINS}_default RENAME TO other"),
    *(
        broken(
            "E020",
            f"{LOGINS}_default",
            f"DROP TRIGGER append_only ON {LOGINS}_default",
            f"CREATE TRIGGER append_only BEFORE {when} ON {LOGINS}_default "
            f"FOR EACH STATEMENT {how} EXECUTE FUNCTION ledger_refuse_change()",
        )
        for when, how in (
            ("UPDATE OR DELETE", ""),
            ("UPDATE OR TRUNCATE", ""),
            ("DELETE OR TRUNCATE", ""),
            ("UPDATE OF status OR DELETE OR TRUNCATE", ""),
            ("UPDATE OR DELETE OR TRUNCATE", "WHEN (false)"),
        )
    ),
    broken("E020", "audit_trail_pending", "ALTER TABLE audit_trail_pending DISABLE TRIGGER flush"),
    broken("E020", "audit_trail_pending", "ALTER TABLE audit_trail_pending ENABLE TRIGGER flush"),
    *(
        broken(
            "E027",
            table,
            "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            f"CREATE TRIGGER lose BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION lose()",
        )
        for table in (LOGINS, f"{LOGINS}_default", "audit_trail_pending", "ledger_archive")
    ),
]
FUNCTIONS = [
    broken("E023", "audit_trail_record", "ALTER FUNCTION audit_trail_record RESET search_path"),
    broken(
        "E023", "ledger_build_segments", "ALTER FUNCTION ledger_build_segments SET search_path = public, pg_catalog"
    ),
    broken("E023", "ledger_token", "ALTER FUNCTION ledger_token SECURITY DEFINER"),
    broken("E024", "audit_trail_flush", "GRANT EXECUTE ON FUNCTION audit_trail_flush TO PUBLIC"),
    broken("E024", "login_activity_guesses", "GRANT EXECUTE ON FUNCTION login_activity_guesses TO PUBLIC"),
    broken("E025", "audit_trail_flush", f"GRANT EXECUTE ON FUNCTION audit_trail_flush TO {APP}"),
    broken("E026", "audit_trail_record", f"REVOKE EXECUTE ON FUNCTION audit_trail_record FROM {APP}"),
    broken(
        "E029",
        "ledger_refuse_change()",
        "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN RETURN NULL; END'",
    ),
    broken("E029", "ledger_tx(xid8)", "ALTER FUNCTION ledger_tx VOLATILE"),
    broken("E029", "ledger_token(integer)", "CREATE FUNCTION ledger_token(int) RETURNS int LANGUAGE sql RETURN 1"),
    broken("E029", "audit_trail_actor()", "ALTER FUNCTION audit_trail_actor RENAME TO actor"),
    broken("E026", "ledger_roll_up", "ALTER FUNCTION ledger_roll_up SECURITY INVOKER"),
]
SHADOWS = [
    broken("E030", RECORD, f"ALTER TABLE {RECORD} RENAME TO real", f"CREATE VIEW {RECORD} AS SELECT * FROM real"),
    broken("E030", "more", f"CREATE TABLE more () INHERITS ({RECORD})"),
    broken(
        "E030",
        "hidden",
        f"CREATE TABLE hidden PARTITION OF {LOGINS} FOR VALUES FROM ('ffff0000-0000-0000-0000-000000000000') "
        "TO ('ffffffff-0000-0000-0000-000000000000')",
    ),
    broken(
        "E031",
        f"{APP}.{RECORD}",
        *(SCHEMA := (f"CREATE SCHEMA {APP}", f"GRANT USAGE ON SCHEMA {APP} TO {APP}")),
        f"CREATE TABLE {APP}.{RECORD} (id uuid)",
    ),
    broken(
        "E031", f"{APP}.wisely_tenant", *SCHEMA, f"CREATE FUNCTION {APP}.wisely_tenant() RETURNS uuid RETURN NULL::uuid"
    ),
    broken(
        "E031",
        "operator ===(uuid,text)",
        "CREATE FUNCTION same(uuid, text) RETURNS boolean RETURN true",
        "CREATE OPERATOR === (LEFTARG = uuid, RIGHTARG = text, FUNCTION = same)",
    ),
]


@pytest.mark.parametrize(
    ("number", "name", "statements"),
    [*POLICIES, *GRANTS, *TABLES, *REFERENCES, *GUARDS, *FUNCTIONS, *SHADOWS],
)
def test_a_missing_safeguard_is_found(faults: Faults, number: str, name: str, statements: tuple[str, ...]) -> None:
    found = faults(*statements)
    assert {(fault.id, name in fault.msg) for fault in found} >= {(f"wisely_security.{number}", True)}
    assert all(fault.hint for fault in found)


@pytest.mark.parametrize(
    ("number", "power"),
    [("E021", f"ALTER ROLE {APP} {each}") for each in ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "REPLICATION")]
    + [("E021", f"GRANT {each} TO {APP}") for each in ("wisely_owner", "pg_read_all_data", "pg_write_all_data")]
    + [
        ("E021", f"GRANT CREATE ON SCHEMA public TO {APP}"),
        ("E021", f"ALTER TABLE auth_group OWNER TO {APP}"),
        ("E021", f"GRANT SET ON PARAMETER session_replication_role TO {APP}"),
        ("E022", "ALTER ROLE wisely_owner BYPASSRLS"),
        ("E022", "ALTER ROLE wisely_owner SUPERUSER"),
    ],
)
def test_a_role_with_powers_is_found(faults_of_roles: Faults, number: str, power: str) -> None:
    assert f"wisely_security.{number}" in {fault.id for fault in faults_of_roles(power)}

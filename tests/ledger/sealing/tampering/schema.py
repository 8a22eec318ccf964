"""What the owner of the tables can do to what protects them. It is found by the checks that ``verify`` runs too."""

from __future__ import annotations

from login_activity.models import LoginEvent

from .attack import Attack, Found, Who, statements

EVENTS = LoginEvent._meta.db_table
DEFAULT = f"{EVENTS}_default"
RECORD = "workspace_template"
APP = "wisely_app"


def _found(number: str, what: str, *sql: str) -> Attack:
    prefix = "" if number.startswith(("ledger", "audit")) else "wisely_security."
    return statements(Who.OWNER_OF_SCHEMA, what, Found(prefix + number), *sql)


attacks = [
    _found("E020", "disables the guard of one partition", f"ALTER TABLE {DEFAULT} DISABLE TRIGGER append_only"),
    _found("E020", "has it fire on replicas only", f"ALTER TABLE {DEFAULT} ENABLE REPLICA TRIGGER append_only"),
    _found(
        "E020",
        "replaces a guard by one with a condition",
        f"DROP TRIGGER append_only ON {DEFAULT}",
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {DEFAULT} "
        "FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION ledger_refuse_change()",
    ),
    _found(
        "E029",
        "replaces the function that guards call by one that lets everything pass",
        "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN RETURN NULL; END'",
    ),
    _found(
        "audit_trail.E003",
        "disables the trigger that records changes, or replaces its function",
        f"ALTER TABLE {RECORD} DISABLE TRIGGER USER",
    ),
    _found(
        "E029",
        "replaces a function that the recording of changes calls: who acts, what is pending",
        "CREATE OR REPLACE FUNCTION audit_trail_actor() RETURNS jsonb LANGUAGE sql STABLE RETURN '{}'::jsonb",
    ),
    _found(
        "E029",
        "replaces the function that names the tenant of a transaction",
        "CREATE OR REPLACE FUNCTION wisely_support() RETURNS boolean LANGUAGE plpgsql STABLE "
        "AS 'BEGIN RETURN true; END'",
    ),
    _found(
        "E029",
        "adds a function of the same name for other types",
        "CREATE FUNCTION ledger_tx(bigint) RETURNS bigint LANGUAGE sql RETURN 0",
    ),
    _found("E023", "takes the search_path from a function", "ALTER FUNCTION audit_trail_record RESET search_path"),
    _found(
        "E024",
        "lets everybody run one with the owner's rights",
        "GRANT EXECUTE ON FUNCTION audit_trail_flush TO PUBLIC",
    ),
    _found(
        "E025",
        "lets the app role run one that it does not need",
        f"GRANT EXECUTE ON FUNCTION audit_trail_flush TO {APP}",
    ),
    _found(
        "E027",
        "adds a trigger that drops or changes new events",
        "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        f"CREATE TRIGGER lose BEFORE INSERT ON {EVENTS} FOR EACH ROW EXECUTE FUNCTION lose()",
    ),
    _found("E028", "adds a rule", f"CREATE RULE lose AS ON INSERT TO {EVENTS} DO INSTEAD NOTHING"),
    _found("E010", "switches row-level security off", f"ALTER TABLE {EVENTS} DISABLE ROW LEVEL SECURITY"),
    _found(
        "E011",
        "takes FORCE away, so that it does not bind the owner",
        f"ALTER TABLE {EVENTS} NO FORCE ROW LEVEL SECURITY",
    ),
    _found("E012", "drops a policy", f"DROP POLICY read ON {EVENTS}"),
    _found("E013", "widens a policy", f"ALTER POLICY read ON {EVENTS} USING (true)"),
    _found("E013", "adds a permissive policy", f"CREATE POLICY more ON {EVENTS} FOR SELECT USING (true)"),
    _found(
        "E013",
        "hides events with a restrictive policy",
        f"CREATE POLICY less ON {EVENTS} AS RESTRICTIVE USING (status = 'success')",
    ),
    _found("E015", "grants the app role more: UPDATE, DELETE, a column", f"GRANT UPDATE ON {EVENTS} TO {APP}"),
    _found("E016", "grants everybody something", f"GRANT SELECT (ip) ON {EVENTS} TO PUBLIC"),
    _found("E017", "grants something on a partition", f"GRANT SELECT ON {DEFAULT} TO {APP}"),
    _found(
        "ledger.E010",
        "changes the default of an event's id, time or transaction",
        f"ALTER TABLE {EVENTS} ALTER tx SET DEFAULT 0",
    ),
    _found(
        "ledger.E010",
        "replaces the computed time of events by one that can be written",
        f"ALTER TABLE {EVENTS} DROP COLUMN occurred_at",
        f"ALTER TABLE {EVENTS} ADD occurred_at timestamptz DEFAULT '2020-01-01'",
    ),
    _found("ledger.E010", "changes the type of a column", f"ALTER TABLE {EVENTS} ALTER latitude TYPE numeric(4, 1)"),
    _found(
        "ledger.E010", "makes a partition UNLOGGED, which is empty after a crash", f"ALTER TABLE {DEFAULT} SET UNLOGGED"
    ),
    _found("ledger.E008", "adds an index, or replaces one", f"CREATE INDEX more ON {EVENTS} (place)"),
    _found(
        "ledger.E004",
        "gives a partition the name of another month",
        f"ALTER TABLE PARTITION_OF_EVENTS RENAME TO {EVENTS}_1999_01",
    ),
    _found("ledger.E006", "drops the default partition", f"DROP TABLE {DEFAULT}"),
    _found(
        "E030",
        "hides a partition under another name",
        f"CREATE TABLE hidden PARTITION OF {EVENTS} FOR VALUES FROM ('ffff0000-0000-0000-0000-000000000000') "
        "TO ('ffffffff-0000-0000-0000-000000000000')",
    ),
    _found(
        "E030", "lets a table inherit, whose rows are read as the parent's", f"CREATE TABLE more () INHERITS ({RECORD})"
    ),
    _found(
        "E030",
        "puts a view in a table's place",
        f"ALTER TABLE {EVENTS} RENAME TO real",
        f"CREATE VIEW {EVENTS} AS SELECT * FROM real WHERE status = 'success'",
    ),
    _found(
        "E031",
        "puts a table or function of the same name into a schema that is searched first",
        f"CREATE SCHEMA {APP}",
        f"GRANT USAGE ON SCHEMA {APP} TO {APP}",
        f"CREATE VIEW {APP}.{EVENTS} AS SELECT * FROM public.{EVENTS} WHERE status = 'success'",
    ),
    _found(
        "E031",
        "makes an operator or a cast of its own",
        "CREATE FUNCTION same(uuid, text) RETURNS boolean RETURN true",
        "CREATE OPERATOR === (LEFTARG = uuid, RIGHTARG = text, FUNCTION = same)",
    ),
    _found(
        "E032",
        "has each session of the database search another schema first",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = mine, public', current_database()); END $$",
    ),
    _found(
        "E019",
        "lets rows refer to another tenant's",
        f"ALTER TABLE {RECORD} DROP CONSTRAINT {RECORD}_tenant_id_number_id_fkey",
    ),
]

"""What PostgreSQL lets everybody write beside tables. No trigger sees it, so the app role may not.

Large objects, and a message or a file that outlives the transaction's rows. Temporary tables need the privilege
TEMPORARY, which ``REVOKE ALL ON DATABASE … FROM PUBLIC`` takes away. Knows nothing of Django.
"""

WRITING_FUNCTIONS = (
    "lo_creat(integer)",
    "lo_create(oid)",
    "lo_from_bytea(oid, bytea)",
    "lo_put(oid, bigint, bytea)",
    "lo_open(oid, integer)",
    "lowrite(integer, bytea)",
    "lo_truncate(integer, integer)",
    "lo_truncate64(integer, bigint)",
    "lo_unlink(oid)",
    "pg_logical_emit_message(boolean, text, text, boolean)",
    "pg_logical_emit_message(boolean, text, bytea, boolean)",
    "pg_export_snapshot()",
)
CLOSE_DATABASE = "REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {app_role}"
REVOKE_WRITING_FUNCTIONS = f"REVOKE EXECUTE ON FUNCTION {', '.join(WRITING_FUNCTIONS)} FROM PUBLIC"

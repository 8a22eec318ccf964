"""What PostgreSQL's catalogue says of the tables, functions and roles of this database. Any role may read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection

# Of the schema public, without what belongs to an extension.
_OURS = """{object}.{namespace} = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = {object}.oid AND deptype = 'e')"""
_APP = "(SELECT oid FROM pg_roles WHERE rolname = %(app)s)"

_RELATIONS = f"""
    SELECT c.relname, c.relkind::text, c.relispartition, coalesce(parent.relname, ''), c.relrowsecurity,
           c.relforcerowsecurity, c.relhasrules AND c.relkind IN ('r', 'p'),
           ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
           ARRAY(SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES',
                                                    'TRIGGER', 'MAINTAIN']) AS privilege
                 WHERE has_table_privilege(%(app)s, c.oid, privilege)),
           ARRAY(SELECT privilege_type || ' (' || attname || ')' FROM pg_attribute, aclexplode(attacl)
                 WHERE attrelid = c.oid AND grantee IN (0, {_APP})),
           ARRAY(SELECT privilege_type FROM aclexplode(c.relacl) WHERE grantee = 0
                 UNION
                 SELECT privilege_type FROM pg_attribute, aclexplode(attacl) WHERE attrelid = c.oid AND grantee = 0),
           ARRAY(SELECT privilege_type FROM aclexplode(c.relacl) WHERE grantee = {_APP} AND is_grantable)
    FROM pg_class AS c
    LEFT JOIN pg_inherits ON inhrelid = c.oid LEFT JOIN pg_class AS parent ON parent.oid = inhparent
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS.format(object="c", namespace="relnamespace")}
    ORDER BY c.relname
"""  # noqa: S608

_POLICIES = """
    SELECT relname, polname, polpermissive,
           CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                       ELSE 'ALL' END,
           coalesce(pg_get_expr(polqual, polrelid), ''), coalesce(pg_get_expr(polwithcheck, polrelid), ''),
           polroles = ARRAY[relowner], polroles = ARRAY[0::oid]
    FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2
"""

_TRIGGERS = """
    SELECT relname, tgname, proname, tgtype::int, tgenabled::text, tgqual IS NULL AND tgattr = ''::int2vector,
           coalesce(substring(pg_get_triggerdef(pg_trigger.oid) FROM ' WHEN [(](.*)[)] EXECUTE '), '')
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace ORDER BY 1, 2
"""

_FOREIGN_KEYS = """
    SELECT referring.relname, referred.relname, of.convalidated AND of.conenforced,
           ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS key (number, place)
                 JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
           ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS key (number, place)
                 JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place)
    FROM pg_constraint AS of JOIN pg_class AS referring ON referring.oid = conrelid
    JOIN pg_class AS referred ON referred.oid = confrelid
    WHERE contype = 'f' AND referring.relnamespace = 'public'::regnamespace ORDER BY 1, of.conname
"""

_FUNCTIONS = f"""
    SELECT proname, coalesce(proconfig, ARRAY[]::text[]), prorettype = 'trigger'::regtype,
           EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
                   WHERE grantee = 0 AND privilege_type = 'EXECUTE'),
           has_function_privilege(%(app)s, p.oid, 'EXECUTE')
    FROM pg_proc AS p WHERE prosecdef AND {_OURS.format(object="p", namespace="pronamespace")} ORDER BY 1
"""  # noqa: S608

_OWNERS = "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'django_migrations'"


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view. ``grants``: what the app role may do with the whole of it, ``column_grants`` with single
    columns, as 'INSERT (name)'; ``public_grants``: what everybody may. ``grantable``: what the app role may hand on."""

    name: str
    kind: str
    is_partition: bool
    parent: str
    has_security: bool
    is_forced: bool
    has_rules: bool
    columns: Sequence[str]
    grants: Sequence[str]
    column_grants: Sequence[str]
    public_grants: Sequence[str]
    grantable: Sequence[str]


@dataclass(frozen=True, slots=True)
class FoundPolicy:
    table: str
    name: str
    permissive: bool
    command: str
    using: str
    check: str
    for_owner: bool
    for_all: bool


@dataclass(frozen=True, slots=True)
class FoundTrigger:
    """``enabled``: O (origin), A (always), R (replica), D (disabled). ``whole``: without a condition or columns."""

    table: str
    name: str
    function: str
    kind: int
    enabled: str
    whole: bool
    condition: str


@dataclass(frozen=True, slots=True)
class ForeignKey:
    table: str
    referred: str
    holds: bool
    columns: Sequence[str]
    referred_columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class DefinerFunction:
    """A function that runs with the rights of its owner."""

    name: str
    settings: Sequence[str]
    is_trigger: bool
    for_public: bool
    for_app: bool


def relations() -> list[Relation]:
    return [Relation(*row) for row in ask(_RELATIONS)]


def policies() -> list[FoundPolicy]:
    return [FoundPolicy(*row) for row in ask(_POLICIES)]


def triggers() -> list[FoundTrigger]:
    return [FoundTrigger(*row) for row in ask(_TRIGGERS)]


def foreign_keys() -> list[ForeignKey]:
    return [ForeignKey(*row) for row in ask(_FOREIGN_KEYS)]


def definer_functions() -> list[DefinerFunction]:
    return [DefinerFunction(*row) for row in ask(_FUNCTIONS)]


def owner() -> str:
    """The role that owns the tables."""
    [(name,)] = ask(_OWNERS)
    return str(name)


def app_role() -> str:
    """The role that serves requests, whoever asks."""
    if name := settings.DATABASES[DEFAULT_DB_ALIAS].get("USER"):
        return str(name)
    [(name,)] = _rows("SELECT current_user")
    return str(name)


def ask(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    """Rows of a query, in which ``%(app)s`` is the app role."""
    return _rows(sql, {"app": app_role(), **params})


def _rows(sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())

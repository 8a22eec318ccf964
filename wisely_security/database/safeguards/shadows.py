"""A table's name leads to its own rows: no view, child, schema, setting or operator stands in between."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import CheckMessage, Error

from . import catalogue, declared

_NOT_OURS = "NOT EXISTS (SELECT FROM pg_depend WHERE objid = {} AND deptype = 'e')"

# What has the name of something in the schema public, where the app role could find it first.
_SHADOWS = f"""
    SELECT nspname, format('%%I.%%I', nspname, name) FROM (
        SELECT relnamespace, relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION SELECT pronamespace, proname FROM pg_proc WHERE {_NOT_OURS.format("pg_proc.oid")}
    ) AS it (space, name) JOIN pg_namespace ON pg_namespace.oid = space
    WHERE nspname NOT IN ('public', 'pg_catalog', 'information_schema')
      AND has_schema_privilege(%(app)s, space, 'USAGE')
      AND (EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = 'public'::regnamespace)
           OR EXISTS (SELECT FROM pg_proc WHERE proname = name AND pronamespace = 'public'::regnamespace))
    ORDER BY 2
"""  # noqa: S608

# Those without which a comparison or a value would be what it says.
_OPERATORS = f"""
    SELECT 'operator ' || oid::regoperator FROM pg_operator
    WHERE oid >= 16384 AND {_NOT_OURS.format("pg_operator.oid")}
    UNION SELECT format('cast from %%s to %%s', castsource::regtype, casttarget::regtype) FROM pg_cast
    WHERE oid >= 16384 AND {_NOT_OURS.format("pg_cast.oid")} ORDER BY 1
"""  # noqa: S608

# Set for a role or database, they hold in each session that does not set them itself.
_SETTINGS = """
    SELECT coalesce(pg_get_userbyid(nullif(setrole, 0)), 'everybody'), setting
    FROM pg_db_role_setting, unnest(setconfig) AS setting
    WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      AND (setrole = 0 OR pg_get_userbyid(setrole) IN (%(app)s, %(owner)s))
      AND (setting LIKE 'wisely%%' OR split_part(setting, '=', 1) IN
           ('search_path', 'session_replication_role', 'row_security', 'role', 'session_preload_libraries',
            'local_preload_libraries'))
    ORDER BY 1, 2
"""


def tables_are_tables() -> Iterator[CheckMessage]:
    """Neither views in their place, nor with children, whose rows are read as if they were of the table itself."""
    of_models = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    for relation in catalogue.relations():
        what = ""
        if relation.kind not in "rp" and (relation.name in of_models or declared.declared(relation.name)):
            what = f"{relation.name} is not a table: what is read there can come from anywhere."
        elif relation.parent and not relation.is_partition:
            what = f"{relation.name} inherits from {relation.parent}: its rows are read as that table's."
        elif relation.is_partition and (relation.kind != "r" or not declared.is_examined_elsewhere(relation.name)):
            what = f"{relation.name} is a strange partition of {relation.parent}: its rows are read as that table's."
        if what:
            yield Error(
                what,
                hint="Find out who made it. As the owner: rename what is in the way, detach the partition "
                "(ALTER TABLE … DETACH PARTITION) or the child (NO INHERIT).",
                id="wisely_security.E030",
            )


def nothing_is_shadowed() -> Iterator[CheckMessage]:
    for schema, name in catalogue.ask(_SHADOWS):
        yield Error(
            f"{name} could be taken for what has the same name in the schema public.",
            hint=f"As the owner: drop it, or REVOKE USAGE ON SCHEMA {schema} FROM the app role.",
            id="wisely_security.E031",
        )
    for (name,) in catalogue.ask(_OPERATORS):
        yield Error(
            f"Nothing needs the {name}: with it, comparisons can do something other than what they say.",
            hint="As its owner: drop it (\\do and \\dC in psql list them).",
            id="wisely_security.E031",
        )


def sessions_begin_plainly() -> Iterator[CheckMessage]:
    for whose, setting in catalogue.ask(_SETTINGS, owner=catalogue.owner()):
        yield Error(
            f"Sessions of {whose} begin with {setting}, which can change what they see and who they seem to be.",
            hint="ALTER ROLE … RESET …, or ALTER DATABASE … RESET … (\\drds in psql lists them).",
            id="wisely_security.E032",
        )

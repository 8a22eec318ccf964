"""The role that serves requests owns nothing and has no power over row-level security; nor has the owner."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error

from . import catalogue

MANUAL = "docs/operating/operations.md, “A PostgreSQL of your own”, shows how to create the two roles."

_POWERS = """
    SELECT power FROM pg_roles, LATERAL (VALUES
        (rolsuper, 'is a superuser'), (rolbypassrls, 'has BYPASSRLS')
    ) AS powers (has_it, power) WHERE rolname = %(role)s AND has_it
"""

_MORE_POWERS = """
    SELECT power FROM pg_roles, LATERAL (VALUES
        (rolcreaterole, 'has CREATEROLE'), (rolreplication, 'has REPLICATION'),
        (has_schema_privilege(oid, 'public', 'CREATE'), 'may CREATE in the schema public'),
        (has_database_privilege(oid, current_database(), 'CREATE'), 'may CREATE schemas in the database'),
        (has_parameter_privilege(oid, 'session_replication_role', 'SET'), 'may SET session_replication_role'),
        (EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace),
         'owns tables'),
        (EXISTS (SELECT FROM pg_proc WHERE proowner = pg_roles.oid AND pronamespace = 'public'::regnamespace),
         'owns functions'),
        (EXISTS (SELECT FROM pg_database WHERE datdba = pg_roles.oid AND datname = current_database()),
         'owns the database')
    ) AS powers (has_it, power) WHERE rolname = %(app)s AND has_it
"""

# Of the roles that it could become, or whose rights it has.
_MEMBER_OF = """
    SELECT rolname FROM pg_roles WHERE rolname <> %(app)s AND pg_has_role(%(app)s, oid, 'MEMBER') AND (
        rolname = %(owner)s OR rolsuper OR rolbypassrls OR rolcreaterole OR rolname IN (
            'pg_read_all_data', 'pg_write_all_data', 'pg_maintain', 'pg_execute_server_program',
            'pg_read_server_files', 'pg_write_server_files'
        )
    ) ORDER BY 1
"""


def app_role_has_no_powers() -> Iterator[CheckMessage]:
    app = catalogue.app_role()
    found = [power for (power,) in catalogue.ask(_POWERS, role=app)]
    if "is a superuser" not in found:  # who may do all of the rest
        found += [power for (power,) in catalogue.ask(_MORE_POWERS)]
        found += [f"is a member of {role}" for (role,) in catalogue.ask(_MEMBER_OF, owner=catalogue.owner())]
    for power in found:
        yield Error(
            f"The app role {app} {power}.",
            hint=f"Revoke that, or use another role in DATABASE_URL. {MANUAL}",
            id="wisely_security.E021",
        )


def owner_is_bound_by_policies() -> Iterator[CheckMessage]:
    owner = catalogue.owner()
    for (power,) in catalogue.ask(_POWERS, role=owner):
        yield Error(
            f"The role {owner}, which owns the tables, {power}: row-level security does not apply to it.",
            hint=f"ALTER ROLE {owner} NOSUPERUSER NOBYPASSRLS. {MANUAL}",
            id="wisely_security.E022",
        )

"""``manage.py check --database replica`` fails where the database ``replica`` is not a replica of ``default``;
``--database default`` warns where the app role can write what no trigger records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection

from .replication.replica import ALIAS
from .replication.standing import who
from .rights import REVOKE_WRITING_FUNCTIONS, WRITING_FUNCTIONS
from .rules import rule


@register(Tags.database)
def replica_is_one(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    if ALIAS not in (databases or ()):
        return []
    try:
        [primary, replica] = [who(alias) for alias in (DEFAULT_DB_ALIAS, ALIAS)]
    except OperationalError as error:
        return [Error(f"A database server does not respond: {error}", id="wisely_security.E002")]
    if replica[:2] != primary[:2]:
        return [Error("DATABASE_REPLICA_URL is a different database from DATABASE_URL.", id="wisely_security.E003")]
    if not replica.is_replica:
        return [Error("DATABASE_REPLICA_URL is not a replica: it accepts writes.", id="wisely_security.E004")]
    return []


@rule
def app_role_writes_only_tables() -> list[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s) AS name WHERE has_function_privilege(name, 'EXECUTE')",
            [list(WRITING_FUNCTIONS)],
        )
        may = [name for [name] in cursor.fetchall()]
        cursor.execute("SELECT has_database_privilege(current_database(), 'TEMPORARY'), current_database()")
        [[makes_tables, database]] = cursor.fetchall()
    found: list[CheckMessage] = []
    if may:
        hint = f"In this database, as a superuser: {REVOKE_WRITING_FUNCTIONS};"
        text = f"The app role can write data that no trigger records: {', '.join(may)}."
        found.append(Warning(text, hint=hint, id="wisely_security.W001"))
    if makes_tables:
        hint = f"As the owner: REVOKE ALL ON DATABASE {database} FROM PUBLIC;"
        found.append(Warning("The app role can create temporary tables.", hint=hint, id="wisely_security.W002"))
    return found

"""``manage.py check --database replica`` fails where the database ``replica`` is not a replica of ``default``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from .replica import ALIAS

WHO = "SELECT system_identifier::text, current_database(), pg_is_in_recovery() FROM pg_control_system()"


@register(Tags.database)
def replica_is_one(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    if ALIAS not in (databases or ()):
        return []
    try:
        [primary, replica] = [_who(alias) for alias in (DEFAULT_DB_ALIAS, ALIAS)]
    except OperationalError as error:
        return [Error(f"A server does not answer: {error}", id="wisely_security.E002")]
    if replica[:2] != primary[:2]:
        return [Error("DATABASE_REPLICA_URL is another database than DATABASE_URL.", id="wisely_security.E003")]
    if not replica[2]:
        return [Error("DATABASE_REPLICA_URL is no replica: it takes writes.", id="wisely_security.E004")]
    return []


def _who(alias: str) -> tuple[Any, ...]:
    """A system identifier is that of a server and its replicas."""
    with connections[alias].cursor() as cursor:
        cursor.execute(WHO)
        found: tuple[Any, ...] = cursor.fetchone()
        return found

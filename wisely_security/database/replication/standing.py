"""What the replica of the current cell is, for whoever operates it."""

from __future__ import annotations

from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from .replica import ALIAS, is_set, position

WHO = "SELECT system_identifier::text, current_database(), pg_is_in_recovery() FROM pg_control_system()"
LAG = """
    SELECT CASE WHEN pg_last_wal_replay_lsn() >= %s::pg_lsn THEN 0
                ELSE extract(epoch FROM clock_timestamp() - coalesce(
                    pg_last_xact_replay_timestamp(), pg_postmaster_start_time())) END::float8
"""


class Who(NamedTuple):
    """A system identifier is that of a server and its replicas."""

    system: str
    database: str
    is_replica: bool


def who(alias: str) -> Who:
    with connections[alias].cursor() as cursor:
        cursor.execute(WHO)
        return Who(*cursor.fetchone())


def standing() -> tuple[float | None, str]:
    """By how many seconds it is behind, and why it can't be used. No number and no reason: there is none."""
    if not is_set():
        return None, ""
    try:
        primary, mark = who(DEFAULT_DB_ALIAS), position()
        replica = who(ALIAS)
        if replica[:2] != primary[:2]:
            return None, "it is another database."
        if not replica.is_replica:
            return None, "it accepts writes."
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(LAG, [mark])
            return cursor.fetchone()[0], ""
    except OperationalError as error:
        return None, str(error).strip().splitlines()[0]

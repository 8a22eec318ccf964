"""What each cell is like, asked of all at once: for ``manage.py cells``, which shows it, and the checks (checks.py).
faults.py has what is wrong with them.

Layers above add what they know of a cell (``register``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import OperationalError, ProgrammingError, connection, transaction

from wisely_security.core.request_context import FIRST_CELL, acting_as
from wisely_security.database.cells.routing import all_cells, current_cell
from wisely_security.database.cells.turns import Turns
from wisely_security.database.release import newer_migrations, unapplied_migrations
from wisely_security.database.replication.standing import standing

AT_ONCE = 16
LONGEST_STATEMENT = "5s"
ANSWER_WITHIN = 10  # seconds, all of them

DATABASE = """
    SELECT (SELECT system_identifier::text FROM pg_control_system()) || ' ' || current_database(),
           split_part(current_setting('server_version'), ' ', 1), pg_database_size(current_database())
"""
TENANTS = """
    SELECT t.id, t.aggregator_id FROM tenancy_tenant AS t LEFT JOIN cells_residence AS r ON r.tenant_id = t.id
    WHERE coalesce(r.state, 'here') IN ('here', 'frozen')
"""
ACCOUNTS = "SELECT count(*) FROM tenancy_user WHERE left(password, 1) <> '!'"
CHANGES = "SELECT count(*) FROM cells_change"
DIRECTORY = "SELECT tenant_id, cell FROM cells_directory_tenant"


@dataclass(frozen=True, slots=True)
class Cell:
    """``error``: why it could not be asked. ``missing``, ``newer``: migrations that it lacks, and that this release
    does not know. ``identity``: of the server and database. ``tenants``: the aggregator of each that lives there.
    ``facts``: a number by name; None, where there is none. ``directory``: of the first cell alone."""

    name: str
    error: str = ""
    missing: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)
    identity: str = ""
    version: str = ""
    tenants: dict[UUID, UUID | None] = field(default_factory=dict)
    facts: dict[str, float | None] = field(default_factory=dict)
    replica_error: str = ""
    directory: dict[UUID, str] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """In a word. ``older``, ``newer``: its migrations, than this release."""
        if self.error:
            return "down"
        return "older" if self.missing else "newer" if self.newer else "up"


_facts: dict[str, Callable[[], float | None]] = {}


def register(name: str, ask: Callable[[], float | None]) -> None:
    """``ask`` is called in each cell, as support."""
    _facts[name] = ask


def ask_all() -> list[Cell]:
    """Some at a time. What has not answered in seconds counts as down."""
    found: dict[str, Cell] = {}

    def ask() -> None:
        found[current_cell()] = _ask(current_cell())

    turns = Turns(ask, "overview", AT_ONCE)
    turns.round(all_cells())
    turns.wait(ANSWER_WITHIN)
    silent = f"there was no answer within {ANSWER_WITHIN} seconds"
    return [found.get(name) or Cell(name, error=silent) for name in all_cells()]


def _ask(name: str) -> Cell:
    try:
        missing = unapplied_migrations()
        try:
            return _facts_of(name, missing)
        except ProgrammingError:
            if not missing:
                raise
            return Cell(name, missing=missing)  # it has not even what is asked
    except OperationalError as error:
        return Cell(name, error=str(error).strip().splitlines()[0])


def _facts_of(name: str, missing: list[str]) -> Cell:
    with acting_as(support=True), transaction.atomic():
        _rows(f"SET LOCAL statement_timeout = '{LONGEST_STATEMENT}'")
        [(identity, version, size)] = _rows(DATABASE)
        tenants = dict(_rows(TENANTS))
        facts: dict[str, float | None] = {
            "bytes": size,
            "tenants": len(tenants),
            "accounts": _number(ACCOUNTS),
            **{fact: ask() for fact, ask in _facts.items()},
            "to_directory": _number(CHANGES),
        }
        newer = newer_migrations()
        directory = dict(_rows(DIRECTORY)) if name == FIRST_CELL else {}
    lag, replica_error = standing()
    facts["replica_seconds"] = lag
    return Cell(name, "", missing, newer, identity, version, tenants, facts, replica_error, directory)


def _number(sql: str) -> int:
    [(number,)] = _rows(sql)
    return int(number)


def _rows(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []

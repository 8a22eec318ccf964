"""The migrations that this release comes with, beside those that a database has."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

Key = tuple[str, str]


@cache
def of_release() -> list[Key]:
    """In an order in which they can be applied."""
    graph = MigrationLoader(None).graph
    return [*dict.fromkeys(key for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf))]


def unapplied_migrations(database: BaseDatabaseWrapper | None = None) -> list[str]:
    """What the database, ``default`` if none is given, lacks."""
    applied = MigrationRecorder(database or connections[DEFAULT_DB_ALIAS]).applied_migrations()
    return [f"{app}.{name}" for app, name in of_release() if (app, name) not in applied]


def newer_migrations() -> list[str]:
    """What the database ``default`` has from a newer release than this."""
    last: dict[str, str] = {}
    for app, name in of_release():
        last[app] = max(name, last.get(app, ""))
    applied = MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied if app in last and name > last[app])

"""The further cells in the environment: ``DATABASE_CELL_URLS="eu-1=postgresql://… us-1=postgresql://…"``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from wisely_security.core.request_context import FIRST_CELL

NAME = re.compile("[a-z][a-z0-9-]{0,30}")
# A server that is gone without a word is given up soon (seconds; milliseconds). ``DATABASE_URL=…?connect_timeout=10``
# and the like win.
GIVE_UP_SOON = {
    "connect_timeout": 3,  # another continent answers in two
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,
}
# Whoever maintains it may have been at work for an hour, and outlasts a minute without a network.
GIVE_UP_LATE = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60000,
}
# The variable, and what follows the cell's name in the alias of its database.
VARIABLES = {"DATABASE_CELL_URLS": "", "DATABASE_CELL_OWNER_URLS": ".owner", "DATABASE_CELL_REPLICA_URLS": ".replica"}


def cells(typed: Mapping[str, str], database_at: Callable[..., dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The databases of the further cells by alias: ``eu-1``, ``eu-1.owner``, ``eu-1.replica``.

    ``typed``: the three variables, by name. ``database_at(variable, url, …)`` reads a URL.
    """
    databases: dict[str, dict[str, Any]] = {}
    for variable, suffix in VARIABLES.items():
        for cell, url in _pairs(variable, typed[variable]).items():
            if suffix and cell not in databases:
                raise ImproperlyConfigured(f"{variable} names the cell {cell}, which DATABASE_CELL_URLS does not.")
            kept = {} if suffix == ".owner" else {"conn_max_age": 60, "conn_health_checks": True}
            database = database_at(variable, url, **kept)
            database["CELL"] = cell
            give_up(database, GIVE_UP_LATE if suffix == ".owner" else GIVE_UP_SOON)
            databases[cell + suffix] = database
    return databases


def give_up(database: dict[str, Any], when: Mapping[str, int]) -> dict[str, Any]:
    """What the URL says itself stays."""
    database["OPTIONS"] = {**when, **database.get("OPTIONS", {})}
    return database


def background_cells(typed: str, databases: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where a process does background work; none: everywhere."""
    names = typed.replace(",", " ").split()
    for name in names:
        if name != FIRST_CELL and databases.get(name, {}).get("CELL") != name:
            raise ImproperlyConfigured(f"BACKGROUND_CELLS: there is no cell {name}.")
    return names


def _pairs(variable: str, typed: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for pair in typed.split():
        cell, _, url = pair.partition("=")
        if not url:
            raise ImproperlyConfigured(f"{variable} must be names and URLs: eu-1=postgresql://… us-1=postgresql://….")
        if not NAME.fullmatch(cell) or cell in {FIRST_CELL, "default", "owner", "replica"} or cell in pairs:
            raise ImproperlyConfigured(
                f"{variable}: {cell!r} can’t be the name of a cell. A name has lower-case letters, digits and "
                f"hyphens, begins with a letter, comes once, and is not {FIRST_CELL}, the first cell’s."
            )
        pairs[cell] = url
    return pairs

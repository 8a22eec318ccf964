"""The further cells in the environment: ``DATABASE_CELL_URLS="eu-1=postgresql://… us-1=postgresql://…"``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from wisely_security.core.request_context import FIRST_CELL

NAME = re.compile("[a-z][a-z0-9-]{0,30}")
# A server that is gone without a word is given up soon (seconds; milliseconds).
GIVE_UP_SOON = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,
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
            database["OPTIONS"] = GIVE_UP_SOON | database.get("OPTIONS", {})
            databases[cell + suffix] = database
    return databases


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

"""The server of the cell eu-1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from tests.machines.servers import Machine, primary
from tests.support.servers.folders import reachable_folder
from wisely_security.database.cells.configuration import GIVE_UP_SOON
from wisely_security.devserver.embedded.roles import APP_ROLE, DATABASE, OWNER_ROLE, PORT

EU = "eu-1"


@contextmanager
def second_server() -> Iterator[Machine]:
    """PostgreSQL, thrown away afterwards."""
    with reachable_folder() as folder:
        folder.mkdir(mode=0o711)
        with primary(folder / EU, wal_level="logical") as server:
            yield server


@contextmanager
def as_cell(server: Machine) -> Iterator[None]:
    """Inside the block it has the aliases "eu-1" and "eu-1.owner"."""
    there = {"CELL": EU, "HOST": server.socket, "PORT": PORT, "NAME": DATABASE, "ATOMIC_REQUESTS": False}
    there["OPTIONS"] = GIVE_UP_SOON
    for alias, user in ((EU, APP_ROLE), (f"{EU}.owner", OWNER_ROLE)):
        connections.settings[alias] = {**connections.settings["default"], **there, "USER": user}
    try:
        yield
    finally:
        for alias in (EU, f"{EU}.owner"):
            connections[alias].close()
            del connections[alias], connections.settings[alias]

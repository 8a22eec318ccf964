"""The site on two cells: "main", the database of all tests, and "eu-1", on a server of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.machines.servers import Machine, primary
from tests.support import databases
from tests.support.cast import Cast
from tests.support.servers.folders import reachable_folder
from wisely_security.cells import directory, moved
from wisely_security.database.cells import breaker
from wisely_security.database.cells.configuration import GIVE_UP_SOON
from wisely_security.database.cells.routing import in_cell, in_each_cell
from wisely_security.devserver.embedded.roles import APP_ROLE, DATABASE, OWNER_ROLE, PORT

from .people import EuropeanCast, create_european_cast

EU = "eu-1"


@dataclass(frozen=True)
class Cells:
    """Acme, Globex, Initech and support live in main; Umbrella and, with its enterprise, Hooli in eu-1."""

    main: Cast
    eu: EuropeanCast
    eu_server: Machine


@pytest.fixture(scope="package")
def second_server(django_db_blocker: DjangoDbBlocker) -> Iterator[Machine]:
    """PostgreSQL, with the aliases "eu-1" and "eu-1.owner"."""
    with ExitStack() as stack:
        folder = stack.enter_context(reachable_folder())
        folder.mkdir(mode=0o711)
        server = stack.enter_context(primary(folder / "eu-1", wal_level="logical"))
        there = {"CELL": EU, "HOST": server.socket, "PORT": PORT, "NAME": DATABASE, "ATOMIC_REQUESTS": False}
        there["OPTIONS"] = GIVE_UP_SOON
        for alias, user in ((EU, APP_ROLE), (f"{EU}.owner", OWNER_ROLE)):
            connections.settings[alias] = {**connections.settings["default"], **there, "USER": user}
        try:
            yield server
        finally:
            for alias in (EU, f"{EU}.owner"):
                connections[alias].close()
                del connections[alias], connections.settings[alias]


@pytest.fixture(scope="package")
def european_template(second_server: Machine, django_db_blocker: DjangoDbBlocker) -> Iterator[EuropeanCast]:
    """The second server's templates: migrated and empty, and with its cast."""
    with django_db_blocker.unblock():
        with in_cell(EU):  # left before the tests begin
            databases.make_template()
            kept = databases.kept_database(databases.WITH_CAST)
            kept.__enter__()
            with databases.using_database(databases.WITH_CAST):
                people = create_european_cast()
        yield people
        with in_cell(EU):
            kept.__exit__(None, None, None)
            databases.drop_template()


@pytest.fixture
def cells(
    committed_cast: Cast, european_template: EuropeanCast, second_server: Machine, django_db_blocker: DjangoDbBlocker
) -> Iterator[Cells]:
    """For one test, which commits in both."""
    breaker.forget()
    moved.forget()
    with django_db_blocker.unblock():
        with in_cell(EU):
            fresh = databases.fresh_database(f"test_wisely_{os.getpid()}_committed", databases.WITH_CAST)
            fresh.__enter__()
        in_each_cell(directory.write_all)
        yield Cells(committed_cast, deepcopy(european_template), second_server)
        second_server.start()
        breaker.forget()
        with in_cell(EU):
            fresh.__exit__(None, None, None)

"""The site on two cells: "main", the database of all tests, and "eu-1", on a server of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import pytest
from pytest_django import DjangoDbBlocker

from tests.machines.servers import Machine
from tests.support import databases
from tests.support.cast import Cast
from wisely_security.cells import directory, moved
from wisely_security.database.cells import breaker
from wisely_security.database.cells.routing import in_cell, in_each_cell

from . import server
from .people import EuropeanCast, create_european_cast

EU = server.EU


@dataclass(frozen=True)
class Cells:
    """Acme, Globex, Initech and support live in main; Umbrella and, with its enterprise, Hooli in eu-1."""

    main: Cast
    eu: EuropeanCast
    eu_server: Machine


@pytest.fixture(scope="package")
def second_server(django_db_blocker: DjangoDbBlocker) -> Iterator[Machine]:
    with server.second_server() as machine, server.as_cell(machine):
        yield machine


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

"""The running site on two cells, each with its cast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from pytest_django import DjangoDbBlocker

from tests.browser.site import Site, running_site
from tests.cells import server
from tests.cells.people import EuropeanCast, create_european_cast
from tests.cells.server import EU
from tests.machines.servers import Machine
from tests.support import databases
from wisely_security.cells import directory
from wisely_security.database.cells.routing import in_cell, in_each_cell
from wisely_security.devserver.embedded.roles import APP_ROLE, PORT


@dataclass(frozen=True)
class Europe:
    machine: Machine
    cast: EuropeanCast


@pytest.fixture(scope="session")
def europe(chromium: str, template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Europe]:
    with server.second_server() as machine:
        with django_db_blocker.unblock(), server.as_cell(machine), in_cell(EU):
            databases.make_template()
            with databases.using_database(databases.TEMPLATE):
                cast = create_european_cast()
        yield Europe(machine, cast)


@pytest.fixture(scope="session")
def site(
    europe: Europe, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    url = f"postgresql://{APP_ROLE}@:{PORT}/{databases.TEMPLATE}?host={quote(europe.machine.socket, safe='')}"
    folder = tmp_path_factory.mktemp("cells")
    with django_db_blocker.unblock(), running_site(folder, "cells", DATABASE_CELL_URLS=f"{EU}={url}") as site:
        with (
            server.as_cell(europe.machine),
            site.at_its_database(),
            in_cell(EU),
            databases.using_database(databases.TEMPLATE),
        ):
            in_each_cell(directory.write_all)
        yield site

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.db import connections

from tests.machines.servers import BOUNCER_PORT, pgbouncer, serving
from tests.support.servers.folders import reachable_folder
from wisely_security.devserver.embedded.roles import APP_ROLE, DATABASE

POOL_SIZE = 6  # fewer than the transactions that one of these tests has at once would be a deadlock


@pytest.fixture(scope="package", autouse=True)
def bouncer() -> Iterator[str]:
    server = str(connections["default"].settings_dict["HOST"])
    with reachable_folder() as folder, pgbouncer(server, folder, POOL_SIZE, lifetime=0) as socket:
        yield socket


@pytest.fixture(scope="module", autouse=True)
def through_the_bouncer(bouncer: str, django_db_setup: None) -> Iterator[None]:
    """This process, and those that it starts."""
    url = f"postgresql://{APP_ROLE}@{quote(bouncer, safe='')}:{BOUNCER_PORT}/{DATABASE}"
    with pytest.MonkeyPatch.context() as patch, serving("default", HOST=bouncer, PORT=BOUNCER_PORT):
        patch.setitem(os.environ, "DATABASE_URL", url)
        yield

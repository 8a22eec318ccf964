from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.support.cast import create_cast
from tests.support.servers.folders import reachable_folder
from wisely_security.database.replication import replica as reading

from .servers import also_serving, primary, replica_of, used_by_this_process
from .site import Site


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that PostgreSQL's user can reach."""
    with reachable_folder() as folder:
        folder.mkdir(mode=0o711)
        yield folder


@pytest.fixture(scope="package")
def machines(django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """Made once, for that takes its time: what tests leave in the record stays there."""
    with ExitStack() as stack:
        folder = stack.enter_context(reachable_folder())
        folder.mkdir(mode=0o711)
        first = stack.enter_context(primary(folder / "primary"))
        with django_db_blocker.unblock(), used_by_this_process(first):
            call_command("migrate", verbosity=0)
            call_command("create_partitions", verbosity=0)
            cast = create_cast()
        yield Site(first, stack.enter_context(replica_of(first, folder / "replica")), cast)


@pytest.fixture
def site(machines: Site, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The application on a primary and a replica, which has all of it. Of time, nothing passes."""
    monkeypatch.setattr(reading, "_known", defaultdict(reading._Known))
    monkeypatch.setattr(reading, "LONGEST_LAG", 3600)
    machines.replica.start()
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(used_by_this_process(machines.primary))
        stack.enter_context(also_serving("replica", HOST=machines.replica.socket))
        machines.catch_up()
        yield machines
        machines.replica.start()
        machines.replica.go_on()

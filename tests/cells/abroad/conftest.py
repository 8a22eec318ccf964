"""Here the cast of all tests lives in eu-1, and others in main: Uma, Ulf, Hanna and Nils, and Dana of support.

A test of any other folder that is imported into a module here is done in eu-1, by its own words, and nothing may be
written in main meanwhile. Requests come in as they do everywhere: in a thread that works in main.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.cells.conftest import EU
from tests.cells.people import EuropeanCast, create_european_cast
from tests.support import databases
from tests.support.cast import Cast, create_cast, person
from wisely_security.cells import directory, moved
from wisely_security.core.request_context import FIRST_CELL, acting_as
from wisely_security.database.cells import breaker
from wisely_security.database.cells.routing import in_cell, in_each_cell
from wisely_security.tenancy.views.cells.brought import ADDRESS_IN

from .untouched import untouched, untouched_so_far

WITH_BOTH = f"{databases.TEMPLATE}_abroad"
OF_THIS_PROCESS = f"test_wisely_{os.getpid()}_abroad"


@dataclass(frozen=True)
class Scene:
    """Whoever is in ``abroad`` lives in eu-1, ``at_home`` in main."""

    abroad: Cast
    at_home: EuropeanCast


@contextmanager
def at(cell: str, block: AbstractContextManager[Any]) -> Iterator[None]:
    """The block begins and ends in that cell, and its body does not."""
    with in_cell(cell):
        block.__enter__()
    try:
        yield
    finally:
        with in_cell(cell):
            block.__exit__(None, None, None)


@contextmanager
def in_both(make: Any, *arguments: str) -> Iterator[None]:
    with at(FIRST_CELL, make(*arguments)), at(EU, make(*arguments)):
        yield


def create_scene() -> Scene:
    at_home = create_european_cast()
    dana = person("Dana Diaz", "dana@wisely.example")
    with in_cell(EU):
        abroad = create_cast()
        with acting_as(support=True):
            abroad.dana.delete()  # support staff live in the first cell
    with acting_as(support=True):
        dana.save()
    in_each_cell(directory.write_all)
    return Scene(replace(abroad, dana=dana), at_home)


@pytest.fixture(scope="package")
def template(european_template: object, template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), in_both(databases.kept_database, WITH_BOTH):
        with in_both(databases.using_database, WITH_BOTH):
            scene = create_scene()
        yield scene


@pytest.fixture(scope="package")
def rolled_back(template: Scene, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """The databases of all tests here that roll back."""
    with django_db_blocker.unblock(), in_both(databases.kept_database, OF_THIS_PROCESS, WITH_BOTH):
        yield template


@contextmanager
def rolling_back() -> Iterator[None]:
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django's own test cases do
    with block:
        yield
        transaction.set_rollback(True)


@pytest.fixture
def requests_come_from_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """A web process works in main, and so do those who read what it streams."""
    request = Client.request

    def from_main(client: Client, **environ: Any) -> Any:
        if environ["PATH_INFO"] in ADDRESS_IN:  # whoever was added without a link is in the directory by then
            with in_cell(EU):
                directory.push()
        with in_cell(FIRST_CELL):
            response: Any = request(client, **environ)
        if response.streaming:
            response.streaming_content = streamed(iter(response.streaming_content))
        return response

    def streamed(pieces: Iterator[bytes]) -> Iterator[bytes]:
        while True:
            with in_cell(FIRST_CELL):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    monkeypatch.setattr(Client, "request", from_main)


@pytest.fixture
def process(requests_come_from_main: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """As one that has just begun."""
    breaker.forget()
    moved.forget()
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def scene(rolled_back: Scene, process: None) -> Iterator[Scene]:
    """The test works in eu-1, and rolls back in both."""
    with in_both(databases.using_database, OF_THIS_PROCESS), in_both(rolling_back), in_cell(EU):
        yield deepcopy(rolled_back)


@pytest.fixture
def cast(scene: Scene) -> Iterator[Cast]:
    """Nothing of what they do is written in main."""
    with untouched_so_far(FIRST_CELL):
        yield scene.abroad


@pytest.fixture
def committed_scene(template: Scene, process: None) -> Iterator[Scene]:
    with in_both(databases.fresh_database, f"{OF_THIS_PROCESS}_committed", WITH_BOTH), in_cell(EU):
        yield deepcopy(template)


@pytest.fixture
def committed(committed_scene: Scene) -> None:
    """In place of the database of tests that commit."""


@pytest.fixture
def committed_cast(committed_scene: Scene) -> Iterator[Cast]:
    with untouched(FIRST_CELL):
        yield committed_scene.abroad

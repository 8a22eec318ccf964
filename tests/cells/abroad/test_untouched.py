"""What the tests here rest on: whatever is written in main is noticed."""

from __future__ import annotations

import pytest

from tests.support.cast import sign_in
from tests.workspace.samples.making import make
from wisely_security.core.request_context import FIRST_CELL
from wisely_security.database.cells.routing import in_cell
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .conftest import Scene
from .untouched import untouched, untouched_so_far


def test_what_is_committed(committed_scene: Scene) -> None:
    for write in (lambda: sign_in(committed_scene.at_home.uma), lambda: rename(committed_scene)):
        with pytest.raises(AssertionError), untouched(FIRST_CELL):
            write()
        with untouched(FIRST_CELL):
            sign_in(committed_scene.abroad.alice)


def test_what_is_rolled_back(scene: Scene) -> None:
    for write in (lambda: sign_in(scene.at_home.uma), lambda: rename(scene)):
        with pytest.raises(AssertionError), untouched_so_far(FIRST_CELL):
            write()
        with untouched_so_far(FIRST_CELL):
            sign_in(scene.abroad.alice)


def rename(scene: Scene) -> None:
    """A change that leaves as many rows as there were, but for its event."""
    with in_cell(FIRST_CELL):
        make(BusinessGroup, scene.at_home.umbrella, owner_id=scene.at_home.uma.pk)

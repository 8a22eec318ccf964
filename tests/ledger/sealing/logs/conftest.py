from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.support import databases

from .tampering import forget_everything


@pytest.fixture(scope="module")
def database(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One for all tests of a file, for they commit."""
    with django_db_blocker.unblock(), databases.fresh_database(f"{databases.TEMPLATE}_sealing"):
        yield


@pytest.fixture(autouse=True)
def checkpoint_dir(settings, tmp_path: Path) -> Path:
    settings.SIGNING_KEY = "00" * 21 + "A="
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    return tmp_path / "checkpoints"


@pytest.fixture(autouse=True)
def nothing_recorded(database: None) -> None:
    """Each test begins without events and logs."""
    forget_everything()

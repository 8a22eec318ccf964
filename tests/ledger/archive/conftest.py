from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.support import databases
from tests.support.cast import Cast, create_cast

from .history import forget_everything


@pytest.fixture(scope="module")
def database(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One for all tests of a file, for they commit."""
    with django_db_blocker.unblock(), databases.fresh_database(f"{databases.TEMPLATE}_retention"):
        yield


@pytest.fixture(scope="module")
def people(database: None) -> Cast:
    return create_cast()


@pytest.fixture(autouse=True)
def no_events(database: None, people: Cast) -> Iterator[None]:
    """Each test begins with the cast and no events."""
    forget_everything()
    yield
    forget_everything()


@pytest.fixture(autouse=True)
def archive_dir(settings, tmp_path: Path) -> Path:
    """Archives go to a folder of the test; nothing expires by default."""
    settings.ARCHIVE_DIR = tmp_path / "archives"
    settings.KEEP_MONTHS = dict.fromkeys(settings.KEEP_MONTHS)
    return tmp_path / "archives"

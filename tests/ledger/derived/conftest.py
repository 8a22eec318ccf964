from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.support import databases


@pytest.fixture(scope="module")
def database(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One for all tests of a file, for they commit. Each has tenants of its own."""
    with django_db_blocker.unblock(), databases.fresh_database(f"{databases.TEMPLATE}_summary"):
        yield

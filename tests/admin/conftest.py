from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as

from .site import sign_in_as_support


@pytest.fixture
def dana(cast: Cast) -> Client:
    return sign_in_as_support()


@pytest.fixture
def seen_by_support() -> Iterator[None]:
    with acting_as(support=True):
        yield

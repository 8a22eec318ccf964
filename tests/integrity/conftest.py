from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.support.cast import Cast, sign_in


@pytest.fixture(autouse=True)
def _sealing(sealing: Path) -> None:
    """All tests of this folder seal what they record."""


@pytest.fixture
def alice(committed_cast: Cast) -> Client:
    return sign_in(committed_cast.alice)

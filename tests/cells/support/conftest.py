from __future__ import annotations

import pytest
from django.test import Client

from tests.admin.site import sign_in_as_support

from ..conftest import Cells


@pytest.fixture
def dana(cells: Cells) -> Client:
    """Signed in to Django admin, in the first cell as all of support."""
    return sign_in_as_support()

from __future__ import annotations

import pytest

from tests.support.cast import Cast

from .calls import Caller, add_account


@pytest.fixture
def billing(cast: Cast) -> Caller:
    """Acme's access account, with its key."""
    return add_account(cast.acme, cast.alice)


@pytest.fixture
def committed_billing(committed_cast: Cast) -> Caller:
    return add_account(committed_cast.acme, committed_cast.alice)

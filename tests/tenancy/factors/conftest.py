from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import time_machine


@pytest.fixture
def half_minute() -> Iterator[time_machine.Traveller]:
    """The clock stands in the middle of a half minute, so that no code expires while a test runs."""
    middle = time.time() // 30 * 30 + 15
    with time_machine.travel(middle, tick=False) as traveller:
        yield traveller

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from login_activity.models import LoginEvent

from .seeding import all_events, seed


@pytest.fixture(autouse=True)
def development(settings: Settings, tmp_path: Path) -> None:
    settings.DEBUG = True
    settings.GEOIP_PATH = str(tmp_path / "places")


@pytest.fixture
def demo(committed: None) -> list[LoginEvent]:
    seed()
    return all_events()

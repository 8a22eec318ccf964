from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from wisely_security.demo.networks import build_demo_database

from .files import write_mmdb


@pytest.fixture
def use(settings: Settings, tmp_path: Path) -> Callable[..., Path]:
    """Use a file with these records."""

    def use(records: dict[str, Any], **options: Any) -> Path:
        path = write_mmdb(tmp_path / "places.mmdb", records, **options)
        settings.GEOIP_PATH = str(path)
        return path

    return use


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "folder to make" / "demo.mmdb"
    build_demo_database(path)
    return path

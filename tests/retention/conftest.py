from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def archive_dir(settings, tmp_path: Path) -> Path:
    """Archives go to a folder of the test; nothing leaves by itself."""
    settings.ARCHIVE_DIR = tmp_path / "archives"
    settings.KEEP_MONTHS = dict.fromkeys(settings.KEEP_MONTHS)
    return tmp_path / "archives"

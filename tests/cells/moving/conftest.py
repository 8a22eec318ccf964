from __future__ import annotations

from pathlib import Path

import pytest

from wisely_security.moving import steps


@pytest.fixture(autouse=True)
def sealing(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SIGNING_KEY = "00" * 21 + "A="
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.ARCHIVE_DIR = tmp_path / "archives"
    settings.KEEP_MONTHS = dict.fromkeys(settings.KEEP_MONTHS)
    monkeypatch.setattr(steps, "PAUSE", 0.001)

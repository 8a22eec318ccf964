"""One kill of each kind; ``python -m tests.audit_trail.capture.kill_nine`` makes two hundred."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.servers
def test_events_and_records_agree_after_kill_nine() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.audit_trail.capture.kill_nine", "--kills", "5", "--seed", "3"],
        env={**os.environ, "DEBUG": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "5 kills" in ran.stdout and "agree" in ran.stdout

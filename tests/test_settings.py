"""A setting that is wrong ends every command with one sentence."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("SECRET_KEY", "", "Set SECRET_KEY to a long random string"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL must be the URL of a database"),
        ("DATABASE_URL", "postgresql://a@b:port/c", "DATABASE_URL must be the URL of a database"),
        ("DATABASE_OWNER_URL", "://", "DATABASE_OWNER_URL must be the URL of a database"),
        ("EMAIL_PORT", "x", "EMAIL_PORT must be a number"),
        ("KEEP_AUDIT_TRAIL_MONTHS", "-1", "KEEP_AUDIT_TRAIL_MONTHS must be a number of months"),
    ],
)
def test_a_wrong_setting_is_one_sentence(setting: str, value: str, expected: str) -> None:
    environ = {**os.environ, "DEBUG": "0", "SECRET_KEY": "x" * 50, "SITE_URL": "https://x.example", setting: value}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], env=environ, capture_output=True, text=True, cwd=settings.BASE_DIR
    )
    assert done.returncode == 1
    assert done.stderr.startswith(expected) and done.stderr.count("\n") == 1

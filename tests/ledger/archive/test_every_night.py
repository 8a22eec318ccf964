"""The nightly systemd units name commands and files that exist."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands

UNITS = Path(settings.BASE_DIR) / "deploy" / "systemd"


def test_the_service_runs_commands_that_exist() -> None:
    commands = re.findall(
        r"^ExecStart=\S+/\.venv/bin/python manage\.py (\w+)", (UNITS / "wisely-daily.service").read_text(), re.MULTILINE
    )
    assert commands == ["create_partitions", "archive_events", "check", "verify", "erase_person"]
    assert set(commands) <= set(get_commands())


def test_the_timer_starts_the_service_every_night() -> None:
    timer = ConfigParser()
    timer.read(UNITS / "wisely-daily.timer")
    assert timer["Timer"]["OnCalendar"].startswith("*-*-*")
    assert (UNITS / "wisely-daily.service").exists()

"""In production there is no demo."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

LOOK_FOR_IT = """
import django
django.setup()
from django.apps import apps
from django.core.management import get_commands
print(apps.is_installed("wisely_security.demo"), "seed_demo" in get_commands(), "migrate" in get_commands())
import wisely_security.demo.people
"""


def test_it_is_neither_installed_nor_a_command_nor_importable() -> None:
    production = {"DEBUG": "0", "SECRET_KEY": "x" * 50, "SITE_URL": "https://x.example"}
    environ = os.environ | production | {"DJANGO_SETTINGS_MODULE": "wisely_security.settings"}
    command = [sys.executable, "-c", LOOK_FOR_IT]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, cwd=settings.BASE_DIR)
    assert done.stdout == "False False True\n"
    assert done.stderr.endswith(
        "ImportError: The demo is for development: its password is public. Set DEBUG=1 to have it.\n"
    )

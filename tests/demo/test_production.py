"""In production there is no demo."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

FIND_IT = """
import django
django.setup()
from django.apps import apps
from django.core.management import get_commands
commands = get_commands()
print(apps.is_installed("wisely_security.demo"), {"seed_demo", "demo_tamper"} & {*commands}, "migrate" in commands)
import wisely_security.demo.people
"""


def run_in_production(*arguments: str) -> subprocess.CompletedProcess[str]:
    production = {"DEBUG": "0", "SECRET_KEY": "x" * 50, "SITE_URL": "https://x.example"}
    environ = os.environ | production | {"DJANGO_SETTINGS_MODULE": "wisely_security.settings"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, cwd=settings.BASE_DIR)


def test_it_is_neither_installed_nor_a_command_nor_importable() -> None:
    done = run_in_production("-c", FIND_IT)
    assert done.stdout == "False set() True\n"
    assert done.stderr.endswith(
        "ImportError: The demo is for development: its password is public. Set DEBUG=1 to have it.\n"
    )


@pytest.mark.parametrize("arguments", [["serve", "--demo"], ["seed_demo"], ["demo_tamper", "alter"]])
def test_its_commands_say_that_they_are_for_development(arguments: list[str]) -> None:
    done = run_in_production("manage.py", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"manage.py {arguments[0]} is for development: set DEBUG=1. For production, see docs/operating/operations.md.\n"
    )

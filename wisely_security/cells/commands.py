"""Running a command of manage.py inside a cell, as if it stood alone on the command line: with its own checks."""

from __future__ import annotations

import sys

from django.core.management import ManagementUtility


def run(command: list[str]) -> None:
    name, *arguments = command
    utility = ManagementUtility([sys.argv[0], name, *arguments])
    utility.fetch_command(name).run_from_argv([utility.prog_name, name, *arguments])

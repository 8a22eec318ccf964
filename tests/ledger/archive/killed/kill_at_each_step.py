"""Kills the work with -9 at its first step, repeats it and kills it at the second, and so on, until it completes.

A step is a call of a function of the code that does the work, or its return. Each try begins with what the one before
has left behind. What there is after each is printed, a JSON list a line: how many events the month has, how many of
other months there are, the names of archives that are whole, and whether it was killed.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from types import CodeType

import django
from django.core.management import call_command

from tests.support.killing import killed_at, load_once

CODE = {"archives.py", "archive_files.py", "locks.py", "writing.py", "removals.py"}
NOT_A_STEP = {"take", "_runs", "_array", "_salts"}  # of a row; there are too many


def main(folder: Path, month: str, *command: str) -> None:
    django.setup()
    from django.conf import settings

    settings.ARCHIVE_DIR = folder
    settings.KEEP_MONTHS = dict.fromkeys(settings.KEEP_MONTHS)
    load_once(command[0])
    step, killed = 0, True
    while killed:
        step += 1
        status = killed_at(step, _is_step, lambda: call_command(*command, verbosity=0, stdout=io.StringIO()))
        killed = os.WIFSIGNALED(status)
        sys.stdout.write(json.dumps([*_state(folder, month), killed]) + "\n")


def _is_step(code: CodeType) -> bool:
    return Path(code.co_filename).name in CODE and code.co_name not in NOT_A_STEP


def _state(folder: Path, month: str) -> tuple[int, int, list[str]]:
    from tests.ledger.archive.history import LOGINS, ask
    from wisely_security.core.request_context import acting_as
    from wisely_security.ledger.archive.files.archive_files import state
    from wisely_security.ledger.models import Archive

    counted = f"SELECT count(*) FILTER (WHERE to_char(occurred_at, 'YYYY_MM') = %s), count(*) FROM {LOGINS}"
    [(of_month, number)] = ask(counted, month)
    with acting_as(support=True):
        names = [each.name for each in Archive.objects.all() if not state(each)]
    return of_month, number - of_month, names


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

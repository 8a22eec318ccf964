"""Kills ``erase_person`` with -9 at a step, repeats it and kills it some steps later, and so on, until it completes.

A step is a call of a function of the code that does the work, or its return. Prints in how many tries it was done.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from types import CodeType

import django

from tests.support.killing import killed_at, load_once

CODE = {"batches.py", "work.py", "other_tables.py", "from_archives.py", "recording.py"}
EVERY = 61  # steps: there are hundreds, most of them reads


def main(checkpoints: str, archives: str, *command: str) -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from wisely_security.ledger.erasure import batches

    settings.SIGNING_KEY, settings.CHECKPOINT_DIR = "00" * 21 + "A=", Path(checkpoints)
    settings.ARCHIVE_DIR = Path(archives)
    batches.MOST = 3  # events at once, so that there are many batches
    load_once(command[0])
    step, killed = 0, True
    while killed:
        step += EVERY
        status = killed_at(step, _is_step, lambda: call_command(*command, stdout=io.StringIO()))
        killed = os.WIFSIGNALED(status)
    sys.stdout.write(f"{step // EVERY} {status}\n")


def _is_step(code: CodeType) -> bool:
    return Path(code.co_filename).name in CODE and "erasure" in code.co_filename


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Kills ``erase_person`` with -9 at a step, repeats it and kills it some steps later, and so on, until it completes.

A step is a call of a function of the code that does the work, or its return. Prints in how many tries it was done.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import django

CODE = {"batches.py", "work.py", "other_tables.py", "from_archives.py", "recording.py"}
EVERY = 61  # steps: there are hundreds, most of them reads


def main(checkpoints: str, archives: str, *command: str) -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from wisely_security.ledger.erasure import batches

    settings.SIGNING_KEY, settings.CHECKPOINT_DIR = "00" * 21 + "A=", Path(checkpoints)
    settings.ARCHIVE_DIR = Path(archives)
    batches.MOST = 3  # events at once, so that there are many batches
    step, killed = 0, True
    while killed:
        step += EVERY
        connections.close_all()
        child = os.fork()
        if not child:
            _kill_at(step)
            call_command(*command, stdout=io.StringIO())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
    sys.stdout.write(f"{step // EVERY} {status}\n")


def _kill_at(step: int) -> None:
    taken = 0

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal taken
        code = frame.f_code
        if event in {"call", "return"} and Path(code.co_filename).name in CODE and "erasure" in code.co_filename:
            taken += 1
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


if __name__ == "__main__":
    main(*sys.argv[1:])

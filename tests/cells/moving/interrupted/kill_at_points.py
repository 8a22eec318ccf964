"""Kills ``move_tenant`` with -9 at one point after the other, each time in a new process, and lets the last one be."""

from __future__ import annotations

import io
import os
import signal
import sys
from functools import partial
from pathlib import Path

import django

from tests.support.killing import killed_at, load_once


def main(checkpoints: str, archives: str, slug: str, to: str, *points: str) -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from wisely_security.moving import steps

    settings.SIGNING_KEY, settings.CHECKPOINT_DIR = "00" * 21 + "A=", Path(checkpoints)
    settings.ARCHIVE_DIR = Path(archives)

    def work(point: str) -> None:
        steps._reached = lambda reached: os.kill(os.getpid(), signal.SIGKILL) if reached == point else None
        call_command("move_tenant", slug, to=to, stdout=io.StringIO())

    load_once("move_tenant")
    for point in (*points, ""):
        status = killed_at(None, lambda code: False, partial(work, point))
        sys.stdout.write("killed\n" if os.WIFSIGNALED(status) else f"{status}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

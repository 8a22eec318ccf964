"""Kills work with -9 at one of its steps: a call of a function of the code that does it, or its return."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import cache
from types import CodeType, FrameType
from typing import Any

from django.core.management import get_commands, load_command_class
from django.db import connections


def killed_at(step: int | None, is_step: Callable[[CodeType], bool], work: Callable[[], Any]) -> int:
    """Does the work in a process of its own, which is killed when it has taken so many steps. Its exit status.

    ``None``: it is not killed.
    """
    connections.close_all()
    child = os.fork()
    if not child:
        if step is not None:
            _kill_at(step, is_step)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return status


def load_once(command: str) -> None:
    """What a command imports, PyArrow above all: a process imports it again each time otherwise."""
    load_command_class(get_commands()[command], command)
    from wisely_security.ledger.archive.files import rewriting  # noqa: F401


def _kill_at(step: int, is_step: Callable[[CodeType], bool]) -> None:
    taken = 0
    counts = cache(is_step)  # it is asked for each call of any function

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal taken
        if event in {"call", "return"} and counts(frame.f_code):
            taken += 1
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)

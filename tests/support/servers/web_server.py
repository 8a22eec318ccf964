"""The site as it is served, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from django.db import connections

ROOT = Path(__file__).resolve().parents[3]
LONGEST = 300  # seconds, for one that never answers: on the busiest machine it takes a minute to start


@contextmanager
def web_server(
    *, unix_socket: Path | None = None, log: IO[bytes] | int = subprocess.DEVNULL, **settings: str
) -> Iterator[tuple[str, int]]:
    """Host and port of a server on the database of this test. ``settings``: environment variables.

    ``unix_socket``: where it listens as well. ``log``: where it writes its log. Its clients may be slow, unless a test
    sets gunicorn's ``--timeout``: a busy machine is slow as well.
    """
    url = urlsplit(os.environ["DATABASE_URL"])
    database = str(connections["default"].settings_dict["NAME"])
    with ExitStack() as sockets:
        listening = [sockets.enter_context(socket.create_server(("127.0.0.1", 0)))]
        if unix_socket is not None:
            listening.append(sockets.enter_context(socket.socket(socket.AF_UNIX)))
            listening[-1].bind(str(unix_socket))
            listening[-1].listen()
        environment = {
            "GUNICORN_CMD_ARGS": f"--timeout {LONGEST}",
            **os.environ,
            "DATABASE_URL": urlunsplit(url._replace(path=f"/{database}")),
            "DJANGO_SETTINGS_MODULE": "wisely_security.settings",
            "DEBUG": "1",
            **settings,
        }
        options = ["--config", str(ROOT / "gunicorn.conf.py"), "--workers", "1"]
        for each in listening:
            options += ["--bind", f"fd://{each.fileno()}"]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wisely_security.wsgi", *options],
            cwd=ROOT,
            env=environment,
            pass_fds=[each.fileno() for each in listening],
            stderr=log,
        )
        try:
            yield listening[0].getsockname()
        finally:
            server.terminate()
            server.wait(timeout=LONGEST)

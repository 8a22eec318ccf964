"""The site as it is served, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connections

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def web_server() -> Iterator[tuple[str, int]]:
    """Host and port of a server on the database of this test."""
    url = urlsplit(os.environ["DATABASE_URL"])
    database = str(connections["default"].settings_dict["NAME"])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        environment = os.environ | {
            "DATABASE_URL": urlunsplit(url._replace(path=f"/{database}")),
            "DJANGO_SETTINGS_MODULE": "wisely_security.settings",
            "DEBUG": "1",
        }
        options = ["--config", str(ROOT / "gunicorn.conf.py"), "--workers", "1", "--bind", f"fd://{listening.fileno()}"]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wisely_security.wsgi", *options],
            cwd=ROOT,
            env=environment,
            pass_fds=[listening.fileno()],
            stderr=subprocess.DEVNULL,
        )
        try:
            yield listening.getsockname()
        finally:
            server.terminate()
            server.wait(timeout=20)

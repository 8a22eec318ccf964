"""Commands where no database answers: one message instead of a traceback, and a failure for whoever called them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("command", [["run_projectors", "--check"], ["archives"], ["create_partitions"]])
def test_the_database_is_not_there(command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nowhere = f"postgresql://somebody:secret-word@127.0.0.1:{port}/wisely"
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=PROJECT,
        env=os.environ | {"DATABASE_URL": nowhere, "DATABASE_OWNER_URL": nowhere},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "The database could not be used" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret-word" not in done.stderr + done.stdout

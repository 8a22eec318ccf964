"""The web server that gets killed, in part or as a whole: gunicorn with the project's own settings."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

from tests.support.servers.smtp import free_port

from .browser import Browser

PROJECT = Path(__file__).resolve().parents[4]
GUNICORN = [sys.executable, "-m", "gunicorn", "wisely_security.wsgi", "--config", str(PROJECT / "gunicorn.conf.py")]
# It takes every e-mail and keeps none.
MAIL_SERVER = [sys.executable, "-m", "aiosmtpd", "--nosetuid", "--class", "aiosmtpd.handlers.Sink", "--listen"]


class Web:
    """The port stays open while the server is dead: visitors wait for the next one."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.chance = chance
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self.door.getsockname()[1]}"
        mail_port = free_port()
        self.mail = subprocess.Popen([*MAIL_SERVER, f"127.0.0.1:{mail_port}"])
        self.environment = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"} | {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mail_port),
        }
        self.log = folder / "web.log"
        self.master: subprocess.Popen[bytes] | None = None

    def see_to_it(self) -> None:
        """It runs, and answers."""
        if self.master is None or self.master.poll() is not None:
            with self.log.open("ab") as log:
                self.master = subprocess.Popen(
                    [*GUNICORN, "--bind", f"fd://{self.door.fileno()}"],
                    cwd=PROJECT,
                    env=self.environment,
                    pass_fds=[self.door.fileno()],
                    stdout=log,
                    stderr=log,
                )
        answered = False
        while not answered:
            with suppress(OSError, HTTPException):
                answered = Browser(self.url).get("/sign-in/").status_code == 200

    def kill_a_worker(self) -> None:
        assert self.master is not None
        workers = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children").read_text().split()
        if workers:  # else it is starting after the one before
            os.kill(int(self.chance.choice(workers)), signal.SIGKILL)

    def kill_the_master(self) -> None:
        """Its workers notice that they are orphans, finish their requests and exit."""
        assert self.master is not None
        self.master.kill()
        self.master.wait()

    def stop(self) -> None:
        if self.master is not None:
            self.master.terminate()
            self.master.wait()
        self.mail.terminate()
        self.mail.wait()
        self.door.close()

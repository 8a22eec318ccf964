"""What running the site on one machine needs: a claim, a port, secret keys, child processes that end on request."""

import fcntl
import os
import secrets
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from wisely_security.devserver.embedded.files import lock, open_private
from wisely_security.ledger.sealing.keys import new_key

HOST = "127.0.0.1"
FIRST_PORT = 8000
PORTS_TO_TRY = 20


class ServingError(Exception):
    """The site cannot be run. The message is for a person and says what to do."""


class Claim:
    """The right to run the site of a data folder: a lock that says where it is. Web servers inherit it."""

    def __init__(self, data_folder: Path) -> None:
        data_folder.mkdir(parents=True, exist_ok=True)
        self.descriptor = open_private(data_folder / "serve.lock")
        if not lock(self.descriptor, fcntl.LOCK_EX):
            process_id, _, url = os.read(self.descriptor, 1000).decode().partition(" ")
            if not url:
                raise ServingError(f"Wisely Security is already starting with the data in {data_folder}.")
            raise ServingError(
                f"Wisely Security is already running at {url} (process {process_id}). Stop it with Ctrl-C, "
                f"or with: kill {process_id}. Or run a second one: make run DATA_DIR=another-folder"
            )
        os.ftruncate(self.descriptor, 0)

    def publish(self, process_id: int, url: str) -> None:
        os.pwrite(self.descriptor, f"{process_id} {url}".encode(), 0)


def listen(port: int | None) -> socket.socket:
    """A socket that listens on ``port``, or on the first free one from FIRST_PORT on."""
    candidates = [port] if port else range(FIRST_PORT, FIRST_PORT + PORTS_TO_TRY)
    for candidate in candidates:
        if (listener := _try_to_listen(candidate)) is not None:
            return listener
    if port:
        raise ServingError(f"Port {port} is in use by another program. Choose another: make run PORT={port + 1}")
    raise ServingError(f"The ports {FIRST_PORT} to {candidates[-1]} are all in use. Choose one: make run PORT=…")


def _try_to_listen(port: int) -> socket.socket | None:
    if _someone_listens_on_ipv6(port):
        return None
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(2048)
    except PermissionError:
        raise ServingError(f"Port {port} is reserved for root. Choose a higher one: make run PORT=8000") from None
    except OSError:
        listener.close()
        return None
    return listener


def _someone_listens_on_ipv6(port: int) -> bool:
    """Browsers take "localhost" for that address first."""
    try:
        with socket.create_connection(("::1", port), timeout=1):
            return True
    except OSError:
        return False


def kept_secret_key(data_folder: Path) -> str:
    """The key of this data folder, made once: sessions and links in e-mails outlive a restart."""
    with os.fdopen(open_private(data_folder / "secret_key"), "r+") as file:
        if not (key := file.read().strip()):
            key = secrets.token_urlsafe(50)
            file.write(key)
    return key


def keep_signing_key(path: Path) -> None:
    """Make the key that checkpoints are signed with, where there is none yet."""
    if not path.exists():
        with os.fdopen(open_private(path), "w") as file:
            file.write(new_key() + "\n")


class Children:
    """Runs child processes, one after the other, out of reach of the terminal's Ctrl-C.

    A signal to stop is passed on to the running one: first as a request to finish (SIGTERM), then as an order
    (SIGQUIT).
    """

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None
        self._told_to_stop = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._pass_on)

    def start(
        self,
        command: list[str],
        environ: Mapping[str, str],
        *,
        keep_open: tuple[int, ...] = (),
        quiet: bool = False,
    ) -> int:
        """The process id of a new child."""
        self._running = subprocess.Popen(
            command,
            env=environ,
            stdout=subprocess.DEVNULL if quiet else None,
            pass_fds=keep_open,
            start_new_session=True,
        )
        if self._told_to_stop:  # before there was a child to pass it on to
            self._running.terminate()
        return self._running.pid

    def wait(self) -> int:
        """The child's exit code, as a shell would give it."""
        code = self._running.wait() if self._running else 0
        return code if code >= 0 else 128 - code

    def has_ended(self) -> bool:
        return self._running is None or self._running.poll() is not None

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        if self._running:
            self._running.send_signal(signal.SIGQUIT if self._told_to_stop else signal.SIGTERM)
        self._told_to_stop = True

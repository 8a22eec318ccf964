"""Any number of processes share the server, and the last to leave stops it.

Each holds a shared lock on ``users.lock`` for life, which the kernel ends however the process ends. Joining
and leaving happen one at a time, behind ``gate.lock``.
"""

import atexit
import contextlib
import fcntl
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

from .cluster import Cluster, make_or_examine
from .errors import EmbeddedPostgresError
from .files import lock, open_private
from .server import Server
from .upgrade import close_rights

SECONDS_TO_JOIN = 600  # another process may be recovering a large database
SECONDS_TO_LEAVE = 10

_held: list[int] = []


def descriptors() -> tuple[int, ...]:
    """What keeps the server in use: inherited by a child process, it lasts as long as that one."""
    return tuple(_held)


def join(home: Path) -> Cluster:
    with _gate(home, SECONDS_TO_JOIN) as is_open:
        if not is_open:
            raise EmbeddedPostgresError(f"Another process has been busy with the database in {home} for too long.")
        cluster = make_or_examine(home)
        server = Server(cluster)
        users = open_private(home / "users.lock")
        try:
            lock(users, fcntl.LOCK_SH)
            server.ensure_running()
            close_rights(cluster)
        except BaseException:
            os.close(users)
            raise
    _held.append(users)
    atexit.register(_leave, server, users, os.getpid())
    return cluster


def _leave(server: Server, users: int, joined_by: int) -> None:
    if os.getpid() != joined_by:  # a forked child
        return
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not cut the stop short
    home = server.cluster.home
    # Where the folder was removed meanwhile, its server ends by itself within a minute.
    with contextlib.suppress(OSError):
        if os.path.samestat(os.fstat(users), (home / "users.lock").stat()):
            with _gate(home, SECONDS_TO_LEAVE) as is_open:
                if is_open and lock(users, fcntl.LOCK_EX):
                    server.stop()
    _held.remove(users)
    os.close(users)


@contextlib.contextmanager
def _gate(home: Path, patience: float) -> Iterator[bool]:
    descriptor = open_private(home / "gate.lock")
    try:
        yield lock(descriptor, fcntl.LOCK_EX, patience)
    finally:
        os.close(descriptor)

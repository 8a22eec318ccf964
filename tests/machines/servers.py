"""Servers of one's own: a primary, a replica that streams from it, PgBouncer in front of one. All on Unix sockets."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, Popen

import psycopg2
import pytest
from django.db import connections

from tests.support.downloads.copies import wait_for
from wisely_security.devserver.embedded.cluster import Cluster, make_or_examine
from wisely_security.devserver.embedded.home import find_or_make_home
from wisely_security.devserver.embedded.programs import programs_for
from wisely_security.devserver.embedded.roles import APP_ROLE, DATABASE, OWNER_ROLE, PORT, SUPERUSER
from wisely_security.devserver.embedded.server import Server
from wisely_security.devserver.embedded.server_user import ServerUser

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
BOUNCER_PORT = 6432
needs_pgbouncer = pytest.mark.skipif(
    PGBOUNCER is None or not str(connections["default"].settings_dict["HOST"]).startswith("/"),
    reason="there is no PgBouncer (Debian: apt-get install pgbouncer), or the database is not the embedded one",
)
CONFIGURATION = """\
[databases]
* = host={host} port={port}
[pgbouncer]
unix_socket_dir = {folder}
listen_addr =
listen_port = {own_port}
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = {pool_size}
server_lifetime = {lifetime}
"""


class Machine:
    """A PostgreSQL server, and what can happen to it."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._process: Popen[bytes] | None = None

    @property
    def socket(self) -> str:
        return str(self.cluster.socket_folder)

    def start(self) -> None:
        server = Server(self.cluster)
        server.ensure_running()
        self._process = server._process or self._process

    def kill(self) -> None:
        """It ends at once, in no good order."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        wait_for(lambda: not Server(self.cluster).is_alive())

    def freeze(self) -> None:
        """It is there, and does nothing: whoever connects, or has asked something, waits."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        postmaster = int((self.cluster.files / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, number)
        for child in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split():
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(int(child), number)

    def pause(self) -> None:
        """What streams in is kept, and not seen."""
        self.ask("SELECT pg_wal_replay_pause()")
        wait_for(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")

    def go_on(self) -> None:
        self.ask("SELECT pg_wal_replay_resume()")

    @contextmanager
    def waits_for_no_reader(self) -> Iterator[None]:
        """What streams in goes before what is being read."""
        self.ask("ALTER SYSTEM SET max_standby_streaming_delay = 0")
        self.ask("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            self.ask("ALTER SYSTEM RESET max_standby_streaming_delay")
            self.ask("SELECT pg_reload_conf()")

    def ask(self, statement: str) -> str:
        """As the superuser, outside any database of ours. What a statement answers, if it does."""
        with closing(psycopg2.connect(host=self.socket, port=PORT, user=SUPERUSER, dbname=SUPERUSER)) as asked:
            asked.autocommit = True
            with asked.cursor() as cursor:
                cursor.execute(statement)
                return str(cursor.fetchall()[0][0]) if cursor.description else ""


@contextmanager
def running(machine: Machine) -> Iterator[Machine]:
    machine.start()
    try:
        yield machine
    finally:
        machine.kill()  # it is thrown away
        with suppress(FileNotFoundError):
            machine.cluster.socket_folder.rmdir()


@contextmanager
def primary(folder: Path, **more: str) -> Iterator[Machine]:
    """``more``: settings of the server."""
    cluster = make_or_examine(find_or_make_home(folder))
    with (cluster.files / "postgresql.auto.conf").open("a") as settings:
        # No test cuts the power; a replica made of it has this too.
        settings.writelines(f"{name} = {value}\n" for name, value in {"fsync": "off", **more}.items())
    with running(Machine(cluster)) as machine:
        yield machine


@contextmanager
def replica_of(origin: Machine, folder: Path) -> Iterator[Machine]:
    """Made with pg_basebackup, as docs/operating/scaling.md says, and streaming."""
    home, user = find_or_make_home(folder), origin.cluster.user
    files = home / "cluster"
    files.mkdir(mode=0o700)
    user.give(files)
    backup = [str(programs_for(user, home) / "pg_basebackup"), "--pgdata", str(files), "--host", origin.socket]
    backup += ["--port", str(PORT), "--username", SUPERUSER, "--write-recovery-conf", "--checkpoint=fast"]
    code, output = user.run(backup)
    assert code == 0, output
    with running(Machine(make_or_examine(home))) as machine:
        yield machine


@contextmanager
def used_by_this_process(machine: Machine) -> Iterator[None]:
    """The databases ``default`` and ``owner`` are of that server inside the block."""
    there = {"HOST": machine.socket, "PORT": PORT, "NAME": DATABASE}
    with serving("default", **there, USER=APP_ROLE), serving("owner", **there, USER=OWNER_ROLE):
        yield


@contextmanager
def serving(alias: str, **settings: object) -> Iterator[None]:
    """A connection to somewhere else."""
    connection = connections[alias]
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = connections.settings[alias] = {**before, **settings}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = connections.settings[alias] = before


@contextmanager
def also_serving(alias: str, **settings: object) -> Iterator[None]:
    """One connection more, to the database of ``default``."""
    connections.settings[alias] = {**connections.settings["default"], "ATOMIC_REQUESTS": False, **settings}
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]


@contextmanager
def pgbouncer(server_socket: str, folder: Path, pool_size: int, lifetime: int = 3600) -> Iterator[str]:
    """In transaction mode. ``lifetime``: of a connection to the server, in seconds; 0: one transaction. Yields the
    folder of its socket."""
    assert PGBOUNCER is not None
    user = ServerUser.owner_of(Path(server_socket))
    folder.mkdir(mode=0o711)
    user.give(folder)
    (folder / "users.txt").write_text(f'"{APP_ROLE}" ""\n"{OWNER_ROLE}" ""\n')
    (folder / "pgbouncer.ini").write_text(
        CONFIGURATION.format(
            host=server_socket, port=PORT, own_port=BOUNCER_PORT, folder=folder, pool_size=pool_size, lifetime=lifetime
        )
    )
    process = user.spawn([PGBOUNCER, "--quiet", str(folder / "pgbouncer.ini")], output=DEVNULL)
    try:
        wait_for(lambda: is_listening(folder / f".s.PGSQL.{BOUNCER_PORT}"))
        yield str(folder)
    finally:
        process.terminate()
        process.wait(timeout=20)


def is_listening(at: Path) -> bool:
    """A socket's file is there before its server listens."""
    with socket.socket(socket.AF_UNIX) as asked:
        return asked.connect_ex(str(at)) == 0

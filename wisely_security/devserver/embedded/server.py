"""The server process of a cluster: started, found again, stopped.

Whether it lives is asked of the kernel, not of a process id in a file: every process of the server, orphans
of a crash included, holds ``server.lock`` open and locked from birth to death.
"""

import contextlib
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from .cluster import Cluster
from .errors import EmbeddedPostgresError, about_the_server
from .files import lock, make_private_folder, open_private
from .programs import installed_programs, programs_for
from .roles import PORT, SOCKET, SUPERUSER

READY, NOT_YET = 0, 1  # exit codes of pg_isready; 2 is "no answer"
SECONDS_WITHOUT_AN_ANSWER = 30
SECONDS_TO_STOP = 60
LONGEST_LOG = 5_000_000  # bytes

# fsync, full_page_writes and synchronous_commit stay on: what was committed survives a power cut.
# io_method: where a worker of PostgreSQL 18's own way to read is killed while the server recovers from a crash, whoever
# waits for that worker waits forever.
SETTINGS = {
    "io_method": "sync",
    "port": str(PORT),
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Server:
    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.log = cluster.home / "server.log"
        self._log_start = 0
        self._process: subprocess.Popen[bytes] | None = None

    def ensure_running(self) -> None:
        patient_until = time.monotonic() + SECONDS_WITHOUT_AN_ANSWER
        tell_at = time.monotonic() + 3
        while (answer := self._ask()) != READY:
            if not self.is_alive():
                if self._process:
                    self._remove_socket_folder()
                    raise about_the_server(self.cluster.home, self._complaints(), self.log)
                self._start()
            if answer == NOT_YET:  # it recovers from a crash, however long that takes, or is about to end
                patient_until = time.monotonic() + SECONDS_WITHOUT_AN_ANSWER
            if time.monotonic() > patient_until:
                raise EmbeddedPostgresError(
                    f"PostgreSQL processes still hold {self.cluster.files} but do not answer. End them "
                    f"(ps aux | grep postgres) and try again. Their log is {self.log}."
                )
            if time.monotonic() > tell_at:
                sys.stderr.write(f"Waiting for the database in {self.cluster.home} …\n")
                tell_at = float("inf")
            time.sleep(0.02)

    def is_alive(self) -> bool:
        descriptor = self._open_lock()
        try:
            return not lock(descriptor, fcntl.LOCK_EX)
        finally:
            os.close(descriptor)

    def stop(self) -> None:
        """Ask the server to end at once, in good order. One that does not is left to whoever comes next."""
        process_id = self._listener()
        if process_id is None:
            return
        os.kill(process_id, signal.SIGINT)
        deadline = time.monotonic() + SECONDS_TO_STOP
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        self._remove_socket_folder()

    def _remove_socket_folder(self) -> None:
        with contextlib.suppress(OSError):  # still in use, or gone already
            self.cluster.socket_folder.rmdir()

    def _start(self) -> None:
        cluster = self.cluster
        programs = programs_for(cluster.user, cluster.home)
        server_lock = self._open_lock()
        log = self._open_log()
        try:
            if not lock(server_lock, fcntl.LOCK_EX):
                return
            self._remove_stale_process_file()
            make_private_folder(cluster.socket_folder, cluster.user)
            for left_behind in cluster.socket_folder.iterdir():
                left_behind.unlink()
            settings = SETTINGS | {"unix_socket_directories": f'"{cluster.socket_folder}"'}
            command = [str(programs / "postgres"), "-D", str(cluster.files)]
            for name, value in settings.items():
                command += ["-c", f"{name}={value}"]
            self._process = cluster.user.spawn(command, output=log, keep_open=(server_lock,))
        finally:
            os.close(server_lock)  # the server has it now
            os.close(log)

    def _remove_stale_process_file(self) -> None:
        """PostgreSQL itself is stopped by a process id that is a stranger's by now, and by half a file."""
        path = self.cluster.files / "postmaster.pid"
        try:
            lines = path.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return
        if len(lines) < 5 or not lines[0].isdigit():
            path.unlink()
            return
        folder = Path(lines[1])
        if not (folder.exists() and folder.samefile(self.cluster.files)):
            raise EmbeddedPostgresError(
                f"{self.cluster.files} was copied or moved from {folder} while its database was running "
                f"there. Stop that server and copy again; or, if it was moved, remove {path}."
            )
        if _is_listening(Path(lines[4], f".s.PGSQL.{lines[3]}")):
            raise EmbeddedPostgresError(
                f"A PostgreSQL server started by hand (process {lines[0]}) uses {self.cluster.files}. Stop it first."
            )
        path.unlink()

    def _listener(self) -> int | None:
        """The process behind the socket. Linux knows it; elsewhere the server's own file has to do."""
        if sys.platform != "linux":
            return int((self.cluster.files / "postmaster.pid").read_text().split()[0])
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self.cluster.socket_folder / SOCKET))
            except OSError:
                return None
            credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            process_id: int = struct.unpack("3i", credentials)[0]
            return process_id or None

    def _ask(self) -> int:
        ask = [
            str(installed_programs() / "pg_isready"),
            "-q",
            "-h",
            str(self.cluster.socket_folder),
            "-p",
            str(PORT),
        ]
        return subprocess.run([*ask, "-U", SUPERUSER, "-d", SUPERUSER], check=False).returncode

    def _open_lock(self) -> int:
        return open_private(self.cluster.home / "server.lock")

    def _open_log(self) -> int:
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.old"))
        descriptor = open_private(self.log, os.O_WRONLY | os.O_APPEND)
        self._log_start = os.fstat(descriptor).st_size
        return descriptor

    def _complaints(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")


def _is_listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
        return True

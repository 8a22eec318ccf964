"""PostgreSQL servers of one's own in a temporary folder, one for each cell."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from wisely_security.devserver.embedded.cluster import Cluster, make_or_examine
from wisely_security.devserver.embedded.home import find_or_make_home
from wisely_security.devserver.embedded.roles import APP_ROLE, OWNER_ROLE, url
from wisely_security.devserver.embedded.server import Server

MAIN, EU = "main", "eu-1"


class CellServer:
    """What can happen to the server of a cell."""

    def __init__(self, folder: Path) -> None:
        self.cluster: Cluster = make_or_examine(find_or_make_home(folder))
        self._server: Server | None = None

    def url(self, role: str) -> str:
        return url(self.cluster.socket_folder, role)

    def start(self) -> None:
        self._server = Server(self.cluster)
        self._server.ensure_running()

    def kill(self) -> None:
        """kill -9 of the postmaster; its processes end when they notice."""
        self._signal([self._postmaster()], signal.SIGKILL)
        if self._server is not None and self._server._process is not None:
            self._server._process.wait()
        while Server(self.cluster).is_alive():
            time.sleep(0.01)

    def freeze(self) -> None:
        """None of its processes goes on, and all connections stay."""
        self._signal(self._processes(), signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(reversed(self._processes()), signal.SIGCONT)

    def end(self) -> None:
        if Server(self.cluster).is_alive():
            self.thaw()
            self.kill()
        with suppress(OSError):
            for file in self.cluster.socket_folder.iterdir():
                file.unlink()
            self.cluster.socket_folder.rmdir()

    def _postmaster(self) -> int:
        return int((self.cluster.files / "postmaster.pid").read_text().split()[0])

    def _processes(self) -> list[int]:
        postmaster = self._postmaster()
        return [postmaster, *map(int, Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split())]

    @staticmethod
    def _signal(processes: Iterable[int], number: int) -> None:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, number)


@contextmanager
def servers(*further: str) -> Iterator[dict[str, CellServer]]:
    """That of the first cell and of further ones, by cell. The environment names them, so the settings must not have
    been read before."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder).chmod(0o711)
        running: dict[str, CellServer] = {}
        for cell in (MAIN, *further):
            running[cell] = CellServer(Path(folder) / cell)
            stack.callback(running[cell].end)
            running[cell].start()
        os.environ |= {
            "DATABASE_URL": running[MAIN].url(APP_ROLE),
            "DATABASE_OWNER_URL": running[MAIN].url(OWNER_ROLE),
            "DATABASE_CELL_URLS": " ".join(f"{cell}={running[cell].url(APP_ROLE)}" for cell in further),
            "DATABASE_CELL_OWNER_URLS": " ".join(f"{cell}={running[cell].url(OWNER_ROLE)}" for cell in further),
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "DEBUG": "1",
        }
        yield running


def migrate() -> None:
    from django.core.management import call_command

    from wisely_security.database.cells.routing import all_cells, in_cell

    for cell in all_cells():
        with in_cell(cell):
            call_command("migrate", verbosity=0)
            call_command("create_partitions", since=3, verbosity=0)

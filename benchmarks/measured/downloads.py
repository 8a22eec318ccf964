"""What ``benchmarks.export`` measures: downloads and pages of the site as it is served, and psql's \\copy."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection

from wisely_security.devserver.embedded.programs import installed_programs

PROJECT = Path(__file__).resolve().parents[1]
LAST_CHUNK = b"\r\n0\r\n\r\n"
WAIT_FOR_A_TURN = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class Taken:
    """A download: seconds in all, seconds to the first byte, bytes."""

    seconds: float
    first_byte: float
    size: int


@dataclass(frozen=True, slots=True)
class Site:
    port: int
    process_id: int
    cookie: str

    def download(self, path: str, meanwhile: Callable[[], None] = lambda: None) -> Taken | None:
        """As fast as it comes, and dropped. None: it is not this one's turn."""
        buffer, head, tail, first, size, pieces = bytearray(1 << 20), b"", b"", 0.0, 0, 0
        start = time.perf_counter()
        with socket.create_connection(("127.0.0.1", self.port)) as site:
            headers = "".join(f"{name}: {value}\r\n" for name, value in self._headers.items())
            site.sendall(f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode())
            while not tail.endswith(LAST_CHUNK):
                length = site.recv_into(buffer)
                assert length, "cut short"
                if not first:
                    head += buffer[:length]
                    if head.startswith(b"HTTP/1.1 503"):
                        return None
                    first = time.perf_counter() - start if head.partition(b"\r\n\r\n")[2] else 0.0
                size += length
                tail = (tail + buffer[max(0, length - len(LAST_CHUNK)) : length])[-len(LAST_CHUNK) :]
                pieces += 1
                if pieces % 100 == 0:
                    meanwhile()
        assert head.startswith(b"HTTP/1.1 200"), head
        return Taken(time.perf_counter() - start, first, size)

    def pages(self, path: str, count: int) -> list[float]:
        """Seconds of each of so many requests, one after another."""
        site = http.client.HTTPConnection("127.0.0.1", self.port)
        taken = []
        for _ in range(count):
            start = time.perf_counter()
            site.request("GET", path, headers=self._headers)
            with site.getresponse() as response:
                assert response.status == 200, response.status
                response.read()
            taken.append(time.perf_counter() - start)
        site.close()
        return taken

    @property
    def _headers(self) -> dict[str, str]:
        return {"Host": "localhost", "Cookie": f"wisely_session={self.cookie}"}

    def memory(self) -> dict[str, int]:
        """Resident bytes of each web process."""
        children = Path(f"/proc/{self.process_id}/task/{self.process_id}/children").read_text().split()
        return {
            child: int(Path(f"/proc/{child}/status").read_text().split("VmRSS:")[1].split()[0]) * 1024
            for child in children
        }

    @contextmanager
    def downloading(self, paths: Sequence[str]) -> Iterator[None]:
        """Meanwhile, each of these is downloaded over and over."""
        context = multiprocessing.get_context("fork")
        stop = context.Event()
        readers = [context.Process(target=self._over_and_over, args=(path, stop)) for path in paths]
        for reader in readers:
            reader.start()
        time.sleep(1)
        try:
            yield
        finally:
            stop.set()
            for reader in readers:
                reader.join()

    def _over_and_over(self, path: str, stop: Any) -> None:
        while not stop.is_set():
            if self.download(path) is None:
                time.sleep(WAIT_FOR_A_TURN)


@contextmanager
def served(cookie: str) -> Iterator[Site]:
    """gunicorn with the settings of gunicorn.conf.py."""
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"} | {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{_database()}").geturl(),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
    }
    with socket.create_server(("127.0.0.1", 0)) as door:
        command = [sys.executable, "-m", "gunicorn", "wisely_security.wsgi", "--bind", f"fd://{door.fileno()}"]
        server = subprocess.Popen(command, cwd=PROJECT, env=environ, pass_fds=[door.fileno()])
        try:
            yield Site(door.getsockname()[1], server.pid, cookie)
        finally:
            server.terminate()
            server.wait(timeout=30)


def psql(statement: str, tenant_id: UUID, time_zone: str) -> float:
    """Seconds that psql's \\copy to nowhere takes, as the app role, in the order of the index."""
    copy = " ".join(statement.split()).replace("COPY ", "\\copy ", 1).replace("TO STDOUT", "TO '/dev/null'")
    server = connection.settings_dict
    host = server["HOST"] or server["OPTIONS"]["host"]
    command = [str(installed_programs() / "psql"), "-X", "-q", "-h", host, "-U", server["USER"], "-d", _database()]
    options = f"-c wisely.tenant_id={tenant_id} -c TimeZone={time_zone} -c enable_sort=off"
    start = time.perf_counter()
    subprocess.run([*command, "-c", copy], env=os.environ | {"PGOPTIONS": options}, check=True)
    return time.perf_counter() - start


def _database() -> str:
    return str(connection.settings_dict["NAME"])

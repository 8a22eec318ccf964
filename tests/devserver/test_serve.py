"""``manage.py serve``, which ``make run`` calls: the site, its database and its ending, as real processes."""

import fcntl
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.servers.folders import reachable_folder
from wisely_security.ledger.sealing.keys import read_key

pytestmark = pytest.mark.long

PROJECT = Path(__file__).resolve().parents[2]
SECONDS = 60


class Site:
    def __init__(self, folder: Path, *arguments: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.folder = folder
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, str(PROJECT / "manage.py"), "serve", *arguments],
            env=kept | {"DEBUG": "1", "DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def url(self) -> str:
        """Where it runs, once it says so."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if found := re.search(r"is running at (\S+)", line):
                return found[1]
        raise AssertionError("".join(self.lines))

    def end(self) -> int:
        """The exit code, when it has ended by itself."""
        rest, _ = self.process.communicate(timeout=SECONDS)
        self.lines.append(rest)
        return self.process.returncode

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.end()

    def kill(self) -> None:
        assert self.process.stdout
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()  # its web server has the other end

    @property
    def output(self) -> str:
        return "".join(self.lines)

    @property
    def web_server(self) -> int:
        return int((self.folder / "serve.lock").read_text().split()[0])

    def has_database(self) -> bool:
        return (self.folder / "postgres" / "cluster" / "postmaster.pid").exists()


def status_of(url: str) -> int:
    """The answer to a visitor of the first page: to sign in."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=SECONDS)
    try:
        connection.request("GET", "/sign-in/")
        return connection.getresponse().status
    finally:
        connection.close()


Serve = Callable[..., Site]


@pytest.fixture
def serve() -> Iterator[Serve]:
    sites: list[Site] = []
    with reachable_folder() as folder:

        def _serve(*arguments: str) -> Site:
            sites.append(Site(folder, *arguments))
            return sites[-1]

        yield _serve
        for site in sites:
            if site.process.poll() is None:
                site.stop()


def test_it_serves_keeps_its_keys_and_stops_on_request(serve: Serve) -> None:
    site = serve()
    assert status_of(site.url()) == 200
    keys = site.folder / "secret_key", site.folder / "signing_key"
    first_keys = [key.read_text() for key in keys]
    assert [key.stat().st_mode & 0o777 for key in keys] == [0o600, 0o600]
    assert len(first_keys[0]) > 50
    assert len(read_key(keys[1])) == 32
    assert site.stop(signal.SIGTERM) == 0
    assert not site.has_database()

    again = serve()
    assert status_of(again.url()) == 200
    assert [key.read_text() for key in keys] == first_keys
    os.killpg(again.process.pid, signal.SIGINT)  # as a terminal does
    assert again.end() == 0
    assert "Traceback" not in again.output
    assert not again.has_database()


def test_it_serves_files_and_error_pages_as_production_does(serve: Serve) -> None:
    connection = http.client.HTTPConnection(serve().url().removeprefix("http://"), timeout=SECONDS)
    connection.request("GET", "/sign-in/")
    page = connection.getresponse().read().decode()
    files = re.findall(r'"(/static/[^"]+\.[0-9a-f]{12}\.(?:css|js))"', page)
    assert files
    for file in files:
        connection.request("GET", file, headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        assert (response.status, response.headers["Content-Encoding"]) == (200, "gzip")
        assert "immutable" in response.headers["Cache-Control"]
    for request, status, heading in (
        (("GET", "/nothing-here/"), 404, "Page not found"),
        (("POST", "/sign-in/"), 403, "Nothing was saved"),
        (("GET", "/sign-in/", None, {"Host": "elsewhere.example"}), 400, "We can’t process this request"),
    ):
        connection.request(*request)
        response = connection.getresponse()
        page = response.read().decode()
        assert (response.status, heading in page, "DEBUG" in page) == (status, True, False)
        assert response.headers["Content-Security-Policy"]
    connection.close()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux")
def test_the_web_server_does_not_know_the_owner(serve: Serve) -> None:
    site = serve()
    site.url()
    names = {entry.partition("=")[0] for entry in environment_of(site.web_server)}
    assert {"DATABASE_URL", "SECRET_KEY"} <= names
    assert "DATABASE_OWNER_URL" not in names


def environment_of(process_id: int) -> list[str]:
    return Path(f"/proc/{process_id}/environ").read_text().split("\0")


def test_a_second_one_beside_the_first_is_refused(serve: Serve) -> None:
    site = serve()
    url = site.url()
    second = serve()
    assert second.end() == 1
    assert f"already running at {url} (process {site.web_server})" in second.output
    assert "Traceback" not in second.output
    assert status_of(url) == 200


def test_a_busy_port_that_was_asked_for_is_refused(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        site = serve("--port", str(port))
        assert site.end() == 1
    assert f"Port {port} is in use by another program. Choose another: make run PORT={port + 1}" in site.output


def test_a_busy_usual_port_is_passed_over(serve: Serve) -> None:
    try:
        busy = socket.create_server(("127.0.0.1", 8000))
    except OSError:
        busy = socket.socket()  # busy already
    with busy:
        site = serve()
        url = site.url()
        assert f"Port 8000 is in use by another program; taking {url.rpartition(':')[2]}." in site.output
        assert status_of(url) == 200


def test_it_ends_with_its_web_server(serve: Serve) -> None:
    site = serve()
    site.url()
    os.kill(site.web_server, signal.SIGKILL)
    assert site.end() == 128 + signal.SIGKILL
    assert not site.has_database()


def test_killed_it_leaves_a_site_that_the_next_one_names(serve: Serve) -> None:
    site = serve()
    url = site.url()
    web_server = site.web_server
    site.kill()
    second = serve()
    assert second.end() == 1
    assert f"already running at {url} (process {web_server})" in second.output
    assert status_of(url) == 200
    os.kill(web_server, signal.SIGTERM)
    with (site.folder / "serve.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # had when the last process of the site is gone
    assert status_of(serve().url()) == 200
